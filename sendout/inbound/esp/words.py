"""What each service's words mean: which fact, for good or not, and whether the address is at fault.

Anymail translates a dozen vocabularies into one, in which a bounce is a bounce. What a service
says beyond that is read here, in a table for each: `WORDS[service]` finds the service's own word
in an event, `TABLES[service]` says what it means. A word that is in no table means what Anymail
says. Sources are the services' documents of their webhooks.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from anymail.signals import AnymailTrackingEvent, EventType, RejectReason

Raw = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Meaning:
    """kind: a fact, or empty for what is no news. code: where the server's own is not told.

    soft: it may work another time, so the address is not at fault whatever code there is.
    """

    kind: str
    code: str = ""
    soft: bool = False


NOTHING = Meaning("")
TAKEN = Meaning("accepted")
LATER = Meaning("deferred", "4.0.0", soft=True)
NO_MAILBOX = Meaning("bounced", "5.1.1")
NO_DOMAIN = Meaning("bounced", "5.1.2")
NO_ADDRESS = Meaning("bounced", "5.1.3")
CLOSED = Meaning("bounced", "5.2.1")
FULL = Meaning("bounced", "4.2.2", soft=True)
GAVE_UP = Meaning("bounced", "4.4.7", soft=True)
TOO_LARGE = Meaning("bounced", "5.3.4", soft=True)
BLOCKED = Meaning("bounced", "5.7.1", soft=True)
UNPROVEN = Meaning("bounced", "5.7.26", soft=True)
SPAM = Meaning("complained")
LEFT = Meaning("unsubscribed")
BY_MACHINE = Meaning("machine_opened")

# What Anymail's own words mean, where a service has nothing more to say.
COMMON: Mapping[str, Meaning] = {
    EventType.QUEUED: TAKEN,
    EventType.SENT: TAKEN,
    EventType.REJECTED: BLOCKED,
    EventType.FAILED: GAVE_UP,
    EventType.BOUNCED: Meaning("bounced"),
    EventType.DEFERRED: LATER,
    EventType.DELIVERED: Meaning("delivered"),
    EventType.OPENED: Meaning("opened"),
    EventType.CLICKED: Meaning("clicked"),
    EventType.COMPLAINED: SPAM,
    EventType.UNSUBSCRIBED: LEFT,
}
REASONS: Mapping[str, Meaning] = {
    RejectReason.INVALID: NO_ADDRESS,
    RejectReason.TIMED_OUT: GAVE_UP,
    RejectReason.BLOCKED: BLOCKED,
    RejectReason.SPAM: BLOCKED,
    RejectReason.UNSUBSCRIBED: BLOCKED,
}

_AMAZON_BOUNCES = {
    "Permanent/General": NO_MAILBOX,
    "Permanent/NoEmail": NO_MAILBOX,
    "Permanent/Suppressed": NO_MAILBOX,
    "Permanent/OnAccountSuppressionList": BLOCKED,
    "Permanent/UnsubscribedRecipient": BLOCKED,
    "Transient/General": LATER,  # an absence note counts as one
    "Transient/MailboxFull": FULL,
    "Transient/MessageTooLarge": TOO_LARGE,
    "Transient/ContentRejected": BLOCKED,
    "Transient/AttachmentRejected": BLOCKED,
    "Transient/CustomTimeoutExceeded": GAVE_UP,
    "Undetermined/Undetermined": GAVE_UP,
}
TABLES: Mapping[str, Mapping[str, Meaning]] = {
    "amazon_ses": {
        **_AMAZON_BOUNCES,
        "DeliveryDelay": LATER,
        "Subscription": LEFT,
        "Complaint/OnAccountSuppressionList": BLOCKED,
        "Complaint/not-spam": NOTHING,
    },
    "brevo": {
        "hard_bounce": NO_MAILBOX,
        "soft_bounce": GAVE_UP,
        "invalid_email": NO_ADDRESS,
        "blocked": BLOCKED,
        "error": GAVE_UP,
        "proxy_open": BY_MACHINE,
        "unique_proxy_open": BY_MACHINE,
        "unsubscribed": LEFT,
    },
    "mailersend": {
        "soft_bounced": GAVE_UP,
        "hard_bounced": NO_MAILBOX,
        "deferred": LATER,
        "opened_unique": Meaning("opened"),
        "clicked_unique": Meaning("clicked"),
    },
    "mailgun": {
        "failed/permanent/bounce": NO_MAILBOX,
        "failed/permanent/suppress-bounce": NO_MAILBOX,
        "failed/permanent/suppress-complaint": BLOCKED,
        "failed/permanent/suppress-unsubscribe": BLOCKED,
        "failed/permanent/espblock": BLOCKED,
        "failed/permanent/old": GAVE_UP,
        "opened/bot": BY_MACHINE,
        "clicked/bot": Meaning("machine_clicked"),
    },
    "mailjet": {
        "user unknown": NO_MAILBOX,
        "mailbox inactive": CLOSED,
        "quota exceeded": FULL,
        "invalid domain": NO_DOMAIN,
        "no mail host": NO_DOMAIN,
        "typofix": NO_ADDRESS,
        "relay/access denied": BLOCKED,
        "blacklisted": BLOCKED,
        "spam reporter": BLOCKED,
        "sender blocked": BLOCKED,
        "content blocked": BLOCKED,
        "policy issue": BLOCKED,
        "preblocked": BLOCKED,
        "duplicate in campaign": BLOCKED,
        "system issue": GAVE_UP,
        "protocol issue": GAVE_UP,
        "connection issue": GAVE_UP,
        "hard": NO_MAILBOX,
        "soft": GAVE_UP,
    },
    "mandrill": {
        "hard_bounce": NO_MAILBOX,
        "hard_bounce/invalid_domain": NO_DOMAIN,
        "hard_bounce/inactive_mailbox": CLOSED,
        "soft_bounce": GAVE_UP,
        "soft_bounce/mailbox_full": FULL,
        "soft_bounce/message_too_large": TOO_LARGE,
        "reject": BLOCKED,
    },
    "postmark": {
        "HardBounce": NO_MAILBOX,
        "BadEmailAddress": NO_ADDRESS,
        "SoftBounce": GAVE_UP,
        "Transient": LATER,
        "DnsError": LATER,
        "SpamNotification": BLOCKED,
        "VirusNotification": BLOCKED,
        "Blocked": BLOCKED,
        "DMARCPolicy": UNPROVEN,
        "ManuallyDeactivated": BLOCKED,
        "Unconfirmed": BLOCKED,
        "SMTPApiError": GAVE_UP,
        "TemplateRenderingFailed": GAVE_UP,
        **dict.fromkeys(
            ("OpenRelayTest", "AutoResponder", "AddressChange", "ChallengeVerification", "Unknown"),
            NOTHING,
        ),
        "change/ManualSuppression/Recipient": LEFT,
        "change": NOTHING,  # by the staff at Postmark, or after a bounce that is told of apart
    },
    "resend": {
        **_AMAZON_BOUNCES,
        "email.failed": GAVE_UP,
        "email.suppressed": BLOCKED,
    },
    "sendgrid": {
        "bounce/bounce": NO_MAILBOX,
        "bounce/blocked": BLOCKED,
        "bounce/Invalid Address": NO_MAILBOX,
        "bounce/Mailbox Unavailable": GAVE_UP,
        "bounce/Technical": GAVE_UP,
        "bounce/Content": BLOCKED,
        "bounce/Reputation": BLOCKED,
        "bounce/Frequency or Volume Too High": BLOCKED,
        "bounce/Unclassified": GAVE_UP,
        "dropped/Bounced Address": NO_MAILBOX,
        "dropped/Invalid": NO_ADDRESS,
        "open/machine": BY_MACHINE,
    },
    "sparkpost": {
        "delay": LATER,
        "policy_rejection": BLOCKED,
        "generation_failure": GAVE_UP,
        "generation_rejection": BLOCKED,
        "initial_open": Meaning("opened"),
        "open/prefetched": BY_MACHINE,
        "initial_open/prefetched": BY_MACHINE,
        **dict.fromkeys(("10", "30"), NO_MAILBOX),
        **dict.fromkeys(("1", "20", "21", "24", "40", "70"), GAVE_UP),
        "22": FULL,
        "23": TOO_LARGE,
        **dict.fromkeys(("25", "50", "51", "52", "53", "54"), BLOCKED),
        **dict.fromkeys(("60", "80", "100"), NOTHING),
        "90": LEFT,
    },
}


def _at(raw: Any, *path: str) -> Any:
    """Go down an event as far as it is made of objects; an empty text where it ends early."""
    for name in path:
        raw = raw.get(name) if isinstance(raw, Mapping) else None
    return "" if raw is None else raw


def _amazon(raw: Raw) -> list[str]:
    kind = str(raw.get("eventType") or raw.get("notificationType") or "")
    if kind == "Bounce":
        return [f"{_at(raw, 'bounce', 'bounceType')}/{_at(raw, 'bounce', 'bounceSubType')}"]
    told = _at(raw, "complaint", "complaintSubType") or _at(
        raw, "complaint", "complaintFeedbackType"
    )
    return [f"{kind}/{told}", kind]


def _mailgun(raw: Raw) -> list[str]:
    kind = str(_at(raw, "event-data", "event"))
    severity, why = _at(raw, "event-data", "severity"), _at(raw, "event-data", "reason")
    bot = "bot" if _at(raw, "event-data", "client-info", "bot") else ""
    return [f"{kind}/{severity}/{why}", f"{kind}/{bot}"]


def _mailjet(raw: Raw) -> list[str]:
    if raw.get("event") not in ("bounce", "blocked"):
        return []
    if raw.get("error") == "greylisted":
        return []
    return [str(raw.get("error", "")), "hard" if raw.get("hard_bounce") else "soft"]


def _mandrill(raw: Raw) -> list[str]:
    kind = str(raw.get("event", ""))
    return [f"{kind}/{_at(raw, 'msg', 'bounce_description')}", kind]


def _postmark(raw: Raw) -> list[str]:
    if raw.get("RecordType") == "SubscriptionChange":
        told = f"change/{raw.get('SuppressionReason')}/{raw.get('Origin')}"
        return [told if raw.get("SuppressSending") else "change", "change"]
    return [str(raw.get("Type", ""))] if raw.get("RecordType") == "Bounce" else []


def _resend(raw: Raw) -> list[str]:
    bounce = _at(raw, "data", "bounce")
    return [f"{_at(bounce, 'type')}/{_at(bounce, 'subType')}", str(raw.get("type", ""))]


def _sendgrid(raw: Raw) -> list[str]:
    kind = str(raw.get("event", ""))
    if kind == "open":
        return ["open/machine" if raw.get("sg_machine_open") in (True, "true", "True") else ""]
    told = [raw.get("bounce_classification"), raw.get("type"), raw.get("reason")]
    return [f"{kind}/{word}" for word in told if word]


def _sparkpost(raw: Raw) -> list[str]:
    [event] = list(_at(raw, "msys").values()) or [{}]
    kind = str(event.get("type", ""))
    parsed = _at(event, "user_agent_parsed", "is_prefetched")
    ahead = "prefetched" if event.get("is_prefetched") or parsed else ""
    return [f"{kind}/{ahead}", kind, str(event.get("bounce_class", ""))]


WORDS: Mapping[str, Callable[[Raw], list[str]]] = {
    "amazon_ses": _amazon,
    "brevo": lambda raw: [str(raw.get("event", ""))],
    "mailersend": lambda raw: [str(_at(raw, "data", "type"))],
    "mailgun": _mailgun,
    "mailjet": _mailjet,
    "mandrill": _mandrill,
    "postmark": _postmark,
    "resend": _resend,
    "sendgrid": _sendgrid,
    "sparkpost": _sparkpost,
}


def meaning(service: str, event: AnymailTrackingEvent) -> Meaning:
    """Say what an event means: by the service's own word, else by Anymail's."""
    table = TABLES[service]
    for word in WORDS[service](event.esp_event):
        if word in table:
            return table[word]
    common = COMMON.get(event.event_type, NOTHING)
    if common.kind == "bounced" and event.reject_reason in REASONS:
        return REASONS[event.reject_reason]
    return common


_ENHANCED = re.compile(r"(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?![\d.])")


def code_of(found: Meaning, text: str) -> str:
    """Give the code of a refusal: the server's own (RFC 3463) where its words hold one."""
    if found.kind not in ("bounced", "deferred"):
        return ""
    told = _ENHANCED.search(text)
    return told.group(1) if told and not told.group(1).startswith("2") else found.code
