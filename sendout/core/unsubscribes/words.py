"""What other systems call a reason, a channel, a category: their words, read as ours."""

from __future__ import annotations

from sendout.core.table.headers import fold

UNSUBSCRIBED, COMPLAINT, BAD, ADMIN = "unsubscribed", "complaint", "bad", "admin"
BAD_ADDRESS = {"email": "bad_email", "sms": "bad_number"}

# Written without accents, capitals and punctuation, as `fold` leaves them. Among them are all that
# Mailchimp writes (UNSUB_REASON) and Constant Contact (Email status).
REASONS: dict[str, str] = {
    UNSUBSCRIBED: "normal|nosignup|no signup|did not signup|did not sign up|inappropriate|other"
    "|unsubscribed|unsubscribe|recipient unsubscribed|opt out|opted out|optout|optedout|opt outs"
    "|global unsubscribe|list unsubscribe|unsub|stop|do not contact|do not mail|removed|remove"
    "|no longer interested|desabonne|desabonnee|desabonnement|desinscrit|desinscription|retrait",
    COMPLAINT: "spam complaint|spam|abuse|abuse complaint|complaint|complained|complaints"
    "|marked as spam|spam report|spam reported|spamreport|reported as spam|junk|fbl|feedback loop"
    "|plainte|pourriel|signale comme indesirable",
    BAD: "bounced|bounce|hard bounce|hard bounced|hardbounce|hard|cleaned|invalid|invalid email"
    "|invalid address|invalid number|bad email|bad number|bad address|undeliverable|non existent"
    "|nonexistent|mailbox does not exist|unknown user|landline|suspended|rebond|adresse invalide"
    "|courriel invalide|numero invalide|invalide",
    ADMIN: "admin|added by staff|staff|manual|manually|by admin|unsubscribed by admin|admin removed"
    "|blocked|blocklist|blacklist|blacklisted|suppressed|ajoute par le personnel|personnel",
}
STILL_IN = (
    "active|subscribed|confirmed|implied|express|explicit|pending|awaiting confirmation"
    "|no permissions set|not set|new|transactional|non subscribed|nonsubscribed|abonne|abonnee"
    "|actif"
)
YES, NO = (
    frozenset(["yes", "y", "true", "t", "1", "x", "oui", "o", "vrai"]),
    frozenset(["no", "n", "false", "f", "0", "non", "faux"]),
)
CHANNELS = {
    "email": "email|e mail|mail|courriel|emails",
    "sms": "sms|text|texts|texto|textos|phone|mobile|cell|telephone|cellulaire",
}
CATEGORIES = {
    "marketing": "marketing|newsletter|newsletters|promotion|promotions|infolettre|commercial",
    "operational": "operational|operationnel|operationnelle|service",
    "": "everything|all|tout|tous|any",
}


def _by_word(table: dict[str, str]) -> dict[str, str]:
    return {word: ours for ours, words in table.items() for word in words.split("|")}


_REASON_OF, _CHANNEL_OF, _CATEGORY_OF = map(_by_word, (REASONS, CHANNELS, CATEGORIES))
_STILL_IN = frozenset(STILL_IN.split("|"))


def reason_of(cell: str) -> str:
    """Give the reason that a cell names, or nothing: free text is no reason of ours."""
    return _REASON_OF.get(fold(cell), "")


def channel_of(cell: str) -> str:
    """Give the channel that a cell names, or nothing."""
    return _CHANNEL_OF.get(fold(cell), "")


def category_of(cell: str) -> str | None:
    """Give the category that a cell names, empty for everything; None where it names none."""
    return _CATEGORY_OF.get(fold(cell))


def status_of(header: str, cell: str) -> tuple[bool | None, str]:
    """Tell whether a status means "do not write": yes, no or unsaid; and the reason it names.

    A yes or no is about what the header asks: "Subscribed" or "Unsubscribed".
    """
    word = fold(cell)
    if word in YES or word in NO:
        asks_in = "subscribed" in (asked := fold(header)).split() or "abonne" in asked.split()
        return (word in NO) == asks_in, ""
    if reason := reason_of(cell):
        return True, reason
    return (False, "") if word in _STILL_IN else (None, "")
