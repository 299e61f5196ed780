"""What each cause is called, what it means and what to do about it, for people at a desk."""

from __future__ import annotations

from dataclasses import dataclass

from sendout.core.bounces.clusters import Group, Why
from sendout.core.delivery.status import LABELS, Status
from sendout.deliveries.report import LISTED


@dataclass(frozen=True, slots=True)
class Words:
    """title: the cause. means: what it says about these people, and what to do."""

    title: str
    means: str


WHY: dict[str, Words] = {
    Why.NO_MAILBOX: Words(
        "No such mailbox or number",
        "These addresses are on the Unsubscribes list, so that nobody writes to them again. Ask "
        "for the right ones and correct them; what was missed can follow.",
    ),
    Why.NO_DOMAIN: Words(
        "Nothing behind the @ takes mail",
        "These addresses are on the Unsubscribes list. Look for typing mistakes behind the @ and "
        "correct them.",
    ),
    Why.FULL: Words(
        "Mailbox full",
        "The addresses are right, but nothing fits in. Reach these people another way; the next "
        "message is tried as usual.",
    ),
    Why.BLOCKED: Words(
        "Our mail server is blocked",
        "The addresses are right and nobody was put on the list. Ask whoever blocks us to let us "
        "in again, then send again.",
    ),
    Why.TOO_FAST: Words(
        "Too many messages at once",
        "Their server takes only so many of ours at a time. Set a limit for the domain on the "
        "sender's page, then send again.",
    ),
    Why.CONTENT: Words(
        "The message itself was refused",
        "It was taken for spam, is too large, or holds something that is not allowed. Copy the "
        "message, change it, and send it to these people.",
    ),
    Why.PROOF: Words(
        "No proof that the message is ours",
        "The from-address was refused, or SPF, DKIM or DMARC are missing. Set them up on the "
        "sender's page, then send again.",
    ),
    Why.POLICY: Words(
        "Refused by the receiving server's own rules",
        "Their office may take mail from known senders only. Ask these people to have our address "
        "allowed.",
    ),
    Why.LOOP: Words(
        "The mailbox forwards in a circle",
        "Only the owner of the mailbox can change that. Tell them another way.",
    ),
    Why.GAVE_UP: Words(
        "Tried for too long",
        "Their server asked to come again until no try was left. Send again later.",
    ),
    Why.UNREACHABLE: Words(
        "The receiving server is out of reach or out of order",
        "That mostly passes by itself within hours.",
    ),
    Why.GREYLIST: Words(
        "Taken at a second try", "Nothing to do: these are sent again by themselves."
    ),
    Why.SIGN_IN: Words(
        "Our mail server does not let us in",
        "Correct the sign-in or the settings on the sender's page. The addresses are right.",
    ),
    Why.SENDER_DOWN: Words(
        "Our mail server could not be used",
        "Test the sender on its page. The addresses are right.",
    ),
    Why.OTHER: Words("Other refusals", "The server's own words tell more."),
}
SKIPPED: dict[str, Words] = {
    "no_address": Words("No address is known", "Add one to get the next message to them."),
    "invalid_address": Words("The address is not written correctly", "Correct it."),
    "landline": Words(
        "The number is a landline", "Ask for a mobile number: landlines receive no texts."
    ),
    "premium": Words("The number charges its callers", "Ask for a mobile number."),
    "duplicate": Words("Somebody with the same address gets it", "Nothing to do."),
    "deleted": Words("The participant was deleted meanwhile", "Nothing to do."),
    "expired": Words("The send-out had ended before", "Nothing more is sent of it."),
}
BY_STAGE: dict[str, Words] = {
    "unknown": Words(
        "Outcome unknown",
        "The connection broke before the answer came. A receipt may still tell.",
    ),
    "cancelled": Words("Stopped before it left", "The send-out was cancelled."),
}


def words_for(group: Group) -> Words:
    """Give the words for a group."""
    if group.stage == "skipped":
        listed = LISTED.get(group.why, "Skipped.").rstrip(".")
        return SKIPPED.get(group.why) or Words(listed, "")
    if group.stage == "rest":
        label = LABELS[Status(group.why)]
        return Words(f"More with the status “{label}”", "Too many to look at each one's reason.")
    return WHY.get(group.why) or BY_STAGE[group.stage]
