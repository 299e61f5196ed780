"""What can be wrong with a delivery: whose fault it is, why, and one sentence for the staff."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from sendout.core.delivery.outcome import Blame


class Cause(StrEnum):
    """Why a message did not arrive. Only a hard `ADDRESS` says that nobody is reached there."""

    ADDRESS = "address"  # no such mailbox, no such domain, a closed account
    MAILBOX_FULL = "mailbox_full"
    BLOCKED = "blocked"  # our sending server or domain is on somebody's list, or sends too fast
    CONTENT = "content"  # what we said: taken for spam, a virus, too large
    POLICY = "policy"  # the receiving server's own rules: members only, refused
    LOOP = "loop"  # the mailbox forwards in a circle
    EXPIRED = "expired"  # tried for too long
    AUTH = "auth"  # SPF, DKIM, DMARC, an unknown from-address, a missing sign-in
    NETWORK = "network"  # a server could not be reached or is out of order
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whose fault it is, why, and one sentence for the staff in English and in French."""

    blame: Blame
    cause: Cause
    plain: str
    french: str


# Us: nothing was handed over, or nothing can be.
UNREACHED = Verdict(
    Blame.SENDER,
    Cause.NETWORK,
    "Our sending server could not be reached.",
    "Notre serveur d'envoi est injoignable.",
)
UNNAMED = Verdict(
    Blame.SENDER,
    Cause.NETWORK,
    "The name of our sending server could not be found.",
    "Le nom de notre serveur d'envoi est introuvable.",
)
UNENCRYPTED = Verdict(
    Blame.SENDER,
    Cause.NETWORK,
    "The encrypted connection to our sending server failed.",
    "La connexion chiffrée à notre serveur d'envoi a échoué.",
)
SIGN_IN_REFUSED = Verdict(
    Blame.SENDER,
    Cause.AUTH,
    "Our sending server did not accept the sign-in.",
    "Notre serveur d'envoi a refusé la connexion de notre compte.",
)
TURNED_AWAY = Verdict(
    Blame.SENDER,
    Cause.NETWORK,
    "Our sending server turned us away.",
    "Notre serveur d'envoi nous a éconduits.",
)
SIGN_IN_MISSING = Verdict(
    Blame.SENDER,
    Cause.AUTH,
    "Our sending server wants a sign-in first.",
    "Notre serveur d'envoi demande d'abord une connexion.",
)
NO_RELAY = Verdict(
    Blame.SENDER,
    Cause.POLICY,
    "Our sending server does not send to other organisations for us.",
    "Notre serveur d'envoi ne transmet pas nos messages à d'autres organisations.",
)
FROM_REFUSED = Verdict(
    Blame.SENDER,
    Cause.AUTH,
    "The receiving server does not accept our from-address.",
    "Le serveur destinataire n'accepte pas notre adresse d'expéditeur.",
)
UNPROVEN = Verdict(
    Blame.SENDER,
    Cause.AUTH,
    "The receiving server misses proof that the message is ours (SPF, DKIM or DMARC).",
    "Le serveur destinataire n'a pas la preuve que le message vient de nous (SPF, DKIM ou DMARC).",
)
BLOCKED = Verdict(
    Blame.SENDER,
    Cause.BLOCKED,
    "The receiving server blocks our sending server at the moment.",
    "Le serveur destinataire bloque notre serveur d'envoi pour le moment.",
)
TOO_FAST = Verdict(
    Blame.SENDER,
    Cause.BLOCKED,
    "The receiving server gets more messages from us at once than it accepts.",
    "Le serveur destinataire reçoit de nous plus de messages à la fois qu'il n'en accepte.",
)
MISUNDERSTOOD = Verdict(
    Blame.SENDER,
    Cause.OTHER,
    "The server and we did not understand each other.",
    "Le serveur et nous ne nous sommes pas compris.",
)
# What we said.
TOO_LARGE = Verdict(
    Blame.MESSAGE,
    Cause.CONTENT,
    "The message is too large for the receiving server.",
    "Le message est trop volumineux pour le serveur destinataire.",
)
REFUSED_CONTENT = Verdict(
    Blame.MESSAGE,
    Cause.CONTENT,
    "The receiving server took the message for spam or refused what it contains.",
    "Le serveur destinataire a pris le message pour un pourriel ou en a refusé le contenu.",
)
UNREADABLE = Verdict(
    Blame.MESSAGE,
    Cause.CONTENT,
    "The receiving server cannot read it.",
    "Le serveur destinataire ne peut pas lire le message.",
)
# The address.
NO_DOMAIN = Verdict(
    Blame.ADDRESS,
    Cause.ADDRESS,
    "The part of the address after the @ does not receive mail.",
    "La partie de l'adresse après le @ ne reçoit pas de courriel.",
)
MISSPELT = Verdict(
    Blame.ADDRESS,
    Cause.ADDRESS,
    "The address is not written correctly.",
    "L'adresse n'est pas écrite correctement.",
)
MOVED = Verdict(
    Blame.ADDRESS,
    Cause.ADDRESS,
    "The person has left this address.",
    "La personne a quitté cette adresse.",
)
NO_MAILBOX = Verdict(
    Blame.ADDRESS,
    Cause.ADDRESS,
    "There is no such mailbox.",
    "Cette boîte aux lettres n'existe pas.",
)
NO_NUMBER = Verdict(
    Blame.ADDRESS,
    Cause.ADDRESS,
    "There is no such mailbox or number.",
    "Cette boîte aux lettres ou ce numéro n'existe pas.",
)
CLOSED = Verdict(
    Blame.ADDRESS,
    Cause.ADDRESS,
    "The mailbox was closed.",
    "La boîte aux lettres a été fermée.",
)
# The person's mailbox or server.
FULL = Verdict(
    Blame.RECIPIENT,
    Cause.MAILBOX_FULL,
    "The mailbox is full.",
    "La boîte aux lettres est pleine.",
)
SECOND_TRY = Verdict(
    Blame.RECIPIENT,
    Cause.POLICY,
    "The receiving server takes mail at a second try.",
    "Le serveur destinataire accepte le courriel au deuxième essai.",
)
CIRCLE = Verdict(
    Blame.RECIPIENT,
    Cause.LOOP,
    "The mailbox forwards in a circle.",
    "La boîte aux lettres fait suivre son courriel en boucle.",
)
TOO_LONG = Verdict(
    Blame.RECIPIENT,
    Cause.EXPIRED,
    "The receiving server could not be reached for too long.",
    "Le serveur destinataire est resté injoignable trop longtemps.",
)
OUT_OF_REACH = Verdict(
    Blame.RECIPIENT,
    Cause.NETWORK,
    "The receiving server could not be reached.",
    "Le serveur destinataire est injoignable.",
)
OUT_OF_ORDER = Verdict(
    Blame.RECIPIENT,
    Cause.NETWORK,
    "The receiving server had a fault of its own and did not take it.",
    "Le serveur destinataire avait une panne de son côté et ne l’a pas accepté.",
)
OWN_RULES = Verdict(
    Blame.RECIPIENT,
    Cause.POLICY,
    "The receiving server refuses our mail by its own rules.",
    "Le serveur destinataire refuse nos messages selon ses propres règles.",
)
NO_MORE = Verdict(
    Blame.RECIPIENT,
    Cause.NETWORK,
    "The receiving server takes no more at once.",
    "Le serveur destinataire n'en accepte pas davantage à la fois.",
)
# Texts: what providers of SMS tell, whose tables choose among these by their codes.
NO_SUCH_NUMBER = Verdict(
    Blame.ADDRESS,
    Cause.ADDRESS,
    "The number does not exist, or takes no texts.",
    "Ce numéro n'existe pas ou ne reçoit pas de textos.",
)
STOPPED = Verdict(
    Blame.RECIPIENT,
    Cause.POLICY,
    "The person texted STOP, and the provider lets no text through.",
    "La personne a répondu STOP, et le fournisseur ne laisse passer aucun texto.",
)
PHONE_OFF = Verdict(
    Blame.RECIPIENT,
    Cause.EXPIRED,
    "The phone was switched off or out of reach for too long.",
    "Le téléphone est resté éteint ou hors de portée trop longtemps.",
)
BARRED = Verdict(
    Blame.RECIPIENT,
    Cause.POLICY,
    "The phone or its operator takes no texts from us.",
    "Le téléphone ou son opérateur n'accepte pas nos textos.",
)
FILTERED = Verdict(
    Blame.MESSAGE,
    Cause.CONTENT,
    "The operator took the text for spam.",
    "L'opérateur a pris le texto pour un pourriel.",
)
BAD_TEXT = Verdict(
    Blame.MESSAGE,
    Cause.CONTENT,
    "The provider does not take this text: it is empty, too long or not allowed.",
    "Le fournisseur refuse ce texto : il est vide, trop long ou non autorisé.",
)
UNREGISTERED = Verdict(
    Blame.SENDER,
    Cause.AUTH,
    "The operators want our number or name to be registered first.",
    "Les opérateurs exigent d'abord l'enregistrement de notre numéro ou de notre nom.",
)
NO_COUNTRY = Verdict(
    Blame.MESSAGE,
    Cause.POLICY,
    "Our account with the provider may not send texts to this number's country.",
    "Notre compte chez le fournisseur ne peut pas envoyer de textos vers ce pays.",
)
SMS_BUSY = Verdict(
    Blame.SENDER,
    Cause.BLOCKED,
    "The provider gets more texts from us at once than it takes.",
    "Le fournisseur reçoit de nous plus de textos à la fois qu'il n'en accepte.",
)
NO = Verdict(
    Blame.RECIPIENT,
    Cause.OTHER,
    "The receiving server refused the message.",
    "Le serveur destinataire a refusé le message.",
)
LATER = Verdict(
    Blame.RECIPIENT,
    Cause.OTHER,
    "The receiving server asks us to try again later.",
    "Le serveur destinataire nous demande de réessayer plus tard.",
)
NOT_FOR_NOW = Verdict(
    Blame.RECIPIENT,
    Cause.NETWORK,
    "The provider or the phone's operator takes no more at the moment.",
    "Le fournisseur ou l'opérateur du téléphone n'accepte rien de plus pour le moment.",
)
OPERATOR_BLOCKS = Verdict(
    Blame.SENDER,
    Cause.BLOCKED,
    "The operator blocks our number or name at the moment.",
    "L'opérateur bloque notre numéro ou notre nom pour le moment.",
)
TEXT_REFUSED = Verdict(
    Blame.RECIPIENT,
    Cause.OTHER,
    "The provider or the phone's operator refused the text.",
    "Le fournisseur ou l'opérateur du téléphone a refusé ce texto.",
)
# What the words for emails come to where it is a text that failed.
OF_A_TEXT = {
    FROM_REFUSED: UNREGISTERED,
    UNPROVEN: UNREGISTERED,
    BLOCKED: OPERATOR_BLOCKS,
    TOO_FAST: SMS_BUSY,
    SECOND_TRY: NOT_FOR_NOW,
    CIRCLE: BARRED,
    NO_MAILBOX: NO_SUCH_NUMBER,
    NO_NUMBER: NO_SUCH_NUMBER,
    NO_DOMAIN: NO_SUCH_NUMBER,
    MISSPELT: NO_SUCH_NUMBER,
    MOVED: NO_SUCH_NUMBER,
    CLOSED: NO_SUCH_NUMBER,
    FULL: PHONE_OFF,
    TOO_LONG: PHONE_OFF,
    OUT_OF_REACH: PHONE_OFF,
    OUT_OF_ORDER: NOT_FOR_NOW,
    NO_MORE: NOT_FOR_NOW,
    OWN_RULES: BARRED,
    REFUSED_CONTENT: FILTERED,
    TOO_LARGE: BAD_TEXT,
    UNREADABLE: BAD_TEXT,
    NO: TEXT_REFUSED,
    LATER: NOT_FOR_NOW,
}
