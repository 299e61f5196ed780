"""What Amazon SES tells by mail: its notices of bounces and complaints as JSON, sent on by SNS.

https://docs.aws.amazon.com/ses/latest/dg/notification-contents.html
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sendout.core.bounces.grading import Answer, grade
from sendout.core.bounces.mail import Mail
from sendout.core.bounces.parts import header
from sendout.core.bounces.report import Kind, Recipient
from sendout.core.bounces.verdicts import Cause
from sendout.core.bounces.wording import addresses

MOST_RECIPIENTS = 100

# What a sub-type means where no server was asked, or none is quoted.
_STATUS = {
    "NoEmail": "5.1.1",
    "Suppressed": "5.1.1",
    "MailboxFull": "4.2.2",
    "MessageTooLarge": "5.3.4",
    "ContentRejected": "5.7.1",
    "AttachmentRejected": "5.7.1",
}

Raw = Mapping[str, Any]


def notice(mail: Mail) -> Raw:
    """Give the notice that a mail of Amazon SNS holds; empty when it is no such mail."""
    if not (
        "x-amz-sns-message-id" in mail.headers
        or "@sns.amazonaws.com" in header(mail.headers, "from").lower()
    ):
        return {}
    told = _object(mail.words)
    if isinstance(told.get("Message"), str):  # SNS's own envelope ("Email-JSON")
        told = _object(told["Message"])
    return told if isinstance(told.get("mail"), Mapping) else {}


def _object(text: str) -> Raw:
    whole = text.replace("!\n ", "").lstrip()  # so Sendmail breaks lines that are too long
    try:
        found, _ = json.JSONDecoder(strict=False).raw_decode(whole)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, Mapping) else {}


def with_returned(mail: Mail, told: Raw) -> Mail:
    """Put the headers that the notice tells of our message where those of a bounce are."""
    ours = told["mail"]
    listed = _listed(ours.get("headers"))
    found = {str(each.get("name", "")).lower(): str(each.get("value", "")) for each in listed}
    found.setdefault("return-path", f"<{ours.get('source', '')}>")
    return replace(mail, returned=found)


def read(told: Raw) -> tuple[Kind, list[Recipient]]:
    """Say what a notice means; `unknown` for what is neither bounce, complaint nor delivery."""
    kind = told.get("notificationType") or told.get("eventType")
    if kind == "Bounce":
        bounce = _part(told, "bounce")
        found = [grade(_answer(bounce, who)) for who in _listed(bounce.get("bouncedRecipients"))]
        return ("bounce", found) if found else ("unknown", [])
    if kind == "Complaint":
        who = _listed(_part(told, "complaint").get("complainedRecipients"))
        return "complaint", [
            Recipient(each, "complained", False, Cause.OTHER) for each in _addresses(who) or [""]
        ]
    if kind == "Delivery":
        to = _part(told, "delivery").get("recipients")
        found = [grade(Answer(each, "delivered")) for each in addresses(str(to))[:MOST_RECIPIENTS]]
        return ("delivered", found) if found else ("unknown", [])
    return "unknown", []


def _answer(bounce: Raw, who: Raw) -> Answer:
    sub = str(bounce.get("bounceSubType", ""))
    passing = "4.0.0" if bounce.get("bounceType") == "Transient" else "5.0.0"
    status = str(who.get("status") or _STATUS.get(sub) or passing)
    return Answer(
        next(iter(_addresses([who])), ""), "failed", status, str(who.get("diagnosticCode", ""))
    )


def _part(told: Raw, name: str) -> Raw:
    part = told.get(name)
    return part if isinstance(part, Mapping) else {}


def _listed(value: object) -> list[Raw]:
    listed = value if isinstance(value, list) else []
    return [each for each in listed if isinstance(each, Mapping)][:MOST_RECIPIENTS]


def _addresses(who: list[Raw]) -> list[str]:
    return addresses(" ".join(str(each.get("emailAddress", "")) for each in who))
