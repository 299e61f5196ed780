"""What each cause is called, what it means and what to do about it, for people at a desk."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sendout.core.bounces.clusters import Group, Why
from sendout.core.delivery.status import LABELS, Status
from sendout.deliveries.report import LISTED
from sendout.pages.wording import Phrase
from sendout.wording.said import said


@dataclass(frozen=True, slots=True)
class Words:
    """title: the cause. means: what it says about these people, and what to do."""

    title: Phrase
    means: Phrase


WHY: dict[str, Words] = {
    Why.NO_MAILBOX: Words(
        gettext_lazy("No such mailbox or number"),
        gettext_lazy(
            "These addresses are on the Unsubscribes list, so that nobody writes to them again. "
            "Ask "
            "for the right ones and correct them; what was missed can follow."
        ),
    ),
    Why.NO_DOMAIN: Words(
        gettext_lazy("Nothing behind the @ takes mail"),
        gettext_lazy(
            "These addresses are on the Unsubscribes list. Look for typing mistakes behind the @ "
            "and "
            "correct them."
        ),
    ),
    Why.FULL: Words(
        gettext_lazy("Mailbox full"),
        gettext_lazy(
            "The addresses are right, but nothing fits in. Reach these people another way; the "
            "next "
            "message is tried as usual."
        ),
    ),
    Why.BLOCKED: Words(
        gettext_lazy("Our mail server is blocked"),
        gettext_lazy(
            "The addresses are right and nobody was put on the list. Ask whoever blocks us to let "
            "us "
            "in again, then send again."
        ),
    ),
    Why.TOO_FAST: Words(
        gettext_lazy("Too many messages at once"),
        gettext_lazy(
            "Their server takes only so many of ours at a time. Set a limit for the domain on the "
            "sender's page, then send again."
        ),
    ),
    Why.CONTENT: Words(
        gettext_lazy("The message itself was refused"),
        gettext_lazy(
            "It was taken for spam, is too large, or holds something that is not allowed. Copy the "
            "message, change it, and send it to these people."
        ),
    ),
    Why.PROOF: Words(
        gettext_lazy("No proof that the message is ours"),
        gettext_lazy(
            "The from-address was refused, or SPF, DKIM or DMARC are missing. Set them up on the "
            "sender's page, then send again."
        ),
    ),
    Why.POLICY: Words(
        gettext_lazy("Refused by the receiving server's own rules"),
        gettext_lazy(
            "Their office may take mail from known senders only. Ask these people to have our "
            "address "
            "allowed."
        ),
    ),
    Why.LOOP: Words(
        gettext_lazy("The mailbox forwards in a circle"),
        gettext_lazy("Only the owner of the mailbox can change that. Tell them another way."),
    ),
    Why.GAVE_UP: Words(
        gettext_lazy("Tried for too long"),
        gettext_lazy("Their server asked to come again until no try was left. Send again later."),
    ),
    Why.UNREACHABLE: Words(
        gettext_lazy("The receiving server is out of reach or out of order"),
        gettext_lazy("That mostly passes by itself within hours."),
    ),
    Why.GREYLIST: Words(
        gettext_lazy("Taken at a second try"),
        gettext_lazy("Nothing to do: these are sent again by themselves."),
    ),
    Why.SIGN_IN: Words(
        gettext_lazy("Our mail server does not let us in"),
        gettext_lazy(
            "Correct the sign-in or the settings on the sender's page. The addresses are right."
        ),
    ),
    Why.SENDER_DOWN: Words(
        gettext_lazy("Our mail server could not be used"),
        gettext_lazy("Test the sender on its page. The addresses are right."),
    ),
    Why.OTHER: Words(
        gettext_lazy("Other refusals"), gettext_lazy("The server's own words tell more.")
    ),
}
SKIPPED: dict[str, Words] = {
    "no_address": Words(
        gettext_lazy("No address is known"),
        gettext_lazy("Add one to get the next message to them."),
    ),
    "invalid_address": Words(
        gettext_lazy("The address is not written correctly"), gettext_lazy("Correct it.")
    ),
    "landline": Words(
        gettext_lazy("The number is a landline"),
        gettext_lazy("Ask for a mobile number: landlines receive no texts."),
    ),
    "premium": Words(
        gettext_lazy("The number charges its callers"), gettext_lazy("Ask for a mobile number.")
    ),
    "duplicate": Words(
        gettext_lazy("Somebody with the same address gets it"), gettext_lazy("Nothing to do.")
    ),
    "deleted": Words(
        gettext_lazy("The participant was deleted meanwhile"), gettext_lazy("Nothing to do.")
    ),
    "expired": Words(
        gettext_lazy("The send-out had ended before"), gettext_lazy("Nothing more is sent of it.")
    ),
}
BY_STAGE: dict[str, Words] = {
    "unknown": Words(
        gettext_lazy("Outcome unknown"),
        gettext_lazy("The connection broke before the answer came. A receipt may still tell."),
    ),
    "cancelled": Words(
        gettext_lazy("Stopped before it left"), gettext_lazy("The send-out was cancelled.")
    ),
}


def words_for(group: Group) -> Words:
    """Give the words for a group."""
    if group.stage == "skipped":
        listed = said(LISTED.get(group.why, "Skipped")).rstrip(".")
        return SKIPPED.get(group.why) or Words(listed, "")
    if group.stage == "rest":
        label = LABELS[Status(group.why)]
        return Words(
            _("More with the status “%(status)s”") % {"status": said(label)},
            _("Too many to look at each one's reason."),
        )
    return WHY.get(group.why) or BY_STAGE[group.stage]
