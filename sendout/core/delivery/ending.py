"""What to answer who says "I did not get it": one word for where a delivery ended, or stands."""

from __future__ import annotations

from enum import StrEnum

from sendout.core.delivery.outcome import Blame
from sendout.core.delivery.status import Status


class Ending(StrEnum):
    """The answer; the words for staff and client are where they are said."""

    NOTHING = "nothing"  # nothing was ever sent to this person
    NOT_ASKED = "not_asked"  # the send-out went to others
    NO_ADDRESS = "no_address"
    INVALID = "invalid"  # what was typed is no address
    NO_TEXTS = "no_texts"  # the number is a landline, or another that receives none
    DUPLICATE = "duplicate"  # somebody else with the same address got it
    LEFT = "left"  # unsubscribed by themselves
    COMPLAINED = "complained"  # marked a message as spam
    KNOWN_BAD = "known_bad"  # listed because an earlier message came back
    LISTED = "listed"  # by the staff
    EXPIRED = "expired"
    CANCELLED = "cancelled"
    WAITING = "waiting"
    LATER = "later"  # the receiving server asks to come again
    UNSURE = "unsure"
    WRONG_ADDRESS = "wrong_address"  # it came back: nobody is there
    MAILBOX = "mailbox"  # the mailbox or its server takes nothing
    REFUSED = "refused"  # what was said was refused
    OURS = "ours"  # our way out, or our name
    ACCEPTED = "accepted"  # the receiving server took it, the last we learn
    DELIVERED = "delivered"
    SEEN = "seen"


SKIPPED = {
    "no_address": Ending.NO_ADDRESS,
    "invalid_address": Ending.INVALID,
    "landline": Ending.NO_TEXTS,
    "premium": Ending.NO_TEXTS,
    "duplicate": Ending.DUPLICATE,
    "unsubscribed": Ending.LEFT,
    "complaint": Ending.COMPLAINED,
    "bad_email": Ending.KNOWN_BAD,
    "bad_number": Ending.KNOWN_BAD,
    "admin": Ending.LISTED,
    "expired": Ending.EXPIRED,
}
FAILED = {
    Blame.ADDRESS: Ending.WRONG_ADDRESS,
    Blame.RECIPIENT: Ending.MAILBOX,
    Blame.MESSAGE: Ending.REFUSED,
    Blame.SENDER: Ending.OURS,
}
BY_STATUS = {
    Status.QUEUED: Ending.WAITING,
    Status.SENDING: Ending.WAITING,
    Status.UNKNOWN: Ending.UNSURE,
    Status.DEFERRED: Ending.LATER,
    Status.SENT: Ending.ACCEPTED,
    Status.DELIVERED: Ending.DELIVERED,
    Status.OPENED: Ending.SEEN,
    Status.CLICKED: Ending.SEEN,
    Status.REPLIED: Ending.SEEN,
    Status.COMPLAINED: Ending.COMPLAINED,
    Status.CANCELLED: Ending.CANCELLED,
    Status.CARRIED: Ending.DUPLICATE,
}
ARRIVED = frozenset({Ending.ACCEPTED, Ending.DELIVERED, Ending.SEEN})


def ending(status: str, skip_reason: str, blame: Blame) -> Ending:
    """Give the answer. skip_reason: of one who was skipped. blame: of one that failed."""
    if status == Status.SKIPPED:
        return SKIPPED.get(skip_reason, Ending.LISTED)
    return BY_STATUS[Status(status)] if status in BY_STATUS else FAILED[blame]
