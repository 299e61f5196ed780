"""What the numbers before sending are called, and what can be done about each reason."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sendout.core.delivery.status import Status
from sendout.deliveries.plan import CARRIED
from sendout.deliveries.reaching import EMAIL, NOT_REACHED, SHARED, SMS, Reached
from sendout.deliveries.report import reason_words
from sendout.senders.models import Channel
from sendout.wording.said import said

# What each group of people is called below its number.
LABELS = {
    EMAIL: gettext_lazy("by email"),
    SMS: gettext_lazy("by SMS only"),
    SHARED: gettext_lazy("share an address with somebody who gets it"),
    NOT_REACHED: gettext_lazy("cannot be reached"),
    "complaint": gettext_lazy("marked a message as spam"),
    "stop": gettext_lazy("STOP"),
    "unsubscribed": gettext_lazy("unsubscribed"),
    "admin": gettext_lazy("stopped by staff"),
    "bad_email": gettext_lazy("bad email address"),
    "bad_number": gettext_lazy("bad number"),
    "no_contact": gettext_lazy("no contact"),
    "other": gettext_lazy("for another reason"),
}
MAIN = (EMAIL, SMS, NOT_REACHED)

# What the button beside a reason offers; a reason that is not here has none.
CORRECT, LIFT, EXPLAIN, SHARING = "correct", "lift", "explain", "sharing"
OFFERS = {
    **dict.fromkeys(["no_address"], (CORRECT, gettext_lazy("Add"))),
    **dict.fromkeys(
        ["invalid_address", "bad_email", "bad_number", "landline", "premium"],
        (CORRECT, gettext_lazy("Correct")),
    ),
    "admin": (LIFT, gettext_lazy("Take off the list")),
    **dict.fromkeys(["unsubscribed", "complaint"], (EXPLAIN, gettext_lazy("What can be done?"))),
    "duplicate": (SHARING, gettext_lazy("Who shares it?")),
}


@dataclass(frozen=True, slots=True)
class Number:
    """A number that leads to its people. key: as `reaching.Stand.fits` takes it."""

    key: str
    count: int
    label: str
    chosen: bool = False


@dataclass(frozen=True, slots=True)
class ByChannel:
    """What one channel does: how many leave, are told with others (carried), and are skipped."""

    label: str
    to_send: Number
    skipped: list[Number]
    carried: int = 0

    @property
    def skipped_count(self) -> int:
        """How many are skipped."""
        return sum(number.count for number in self.skipped)


def main_numbers(now: Reached, who: str) -> list[Number]:
    """Give the numbers of people: by email, by SMS alone, not at all, and with somebody else."""
    used = {channel.value for channel in now.used}
    keys = [key for key in MAIN if key in used or key == NOT_REACHED]
    shared = [SHARED] if now.count(SHARED) else []
    return [Number(key, now.count(key), label_of(key, now), who == key) for key in keys + shared]


def causes(now: Reached, who: str) -> list[Number]:
    """Give why people cannot be reached, the largest number first."""
    found = [
        Number(key, count, label_of(key, now), who == key)
        for key, count in now.groups.items()
        if key not in (EMAIL, SMS, SHARED)
    ]
    return sorted(found, key=lambda number: -number.count)


def by_channel(now: Reached, who: str) -> list[ByChannel]:
    """Give every reason of every channel."""
    return [
        ByChannel(
            str(Channel(channel).label),
            _number(channel, "", reach.to_send, who),
            [
                _number(channel, reason, count, who)
                for reason, count in sorted(reach.skipped.items(), key=lambda item: -item[1])
            ],
            reach.carried,
        )
        for channel, reach in now.forecast.by_channel.items()
    ]


def _number(channel: str, reason: str, count: int, who: str) -> Number:
    key = f"{channel}-{reason}"
    words = said(reason_words(Status.SKIPPED, channel, reason)) if reason else ""
    return Number(key, count, words, who == key)


def label_of(key: str, now: Reached) -> str:
    """Say what the people of a group have in common; empty for a key that nobody has."""
    if label := _of_this_one(key, now) or LABELS.get(key):
        return str(label)
    channel, dash, reason = key.partition("-")
    if not dash or channel not in Channel.values:
        return ""
    if not reason:
        return _("would get the email") if channel == EMAIL else _("would get the SMS")
    return said(reason_words(Status.SKIPPED, channel, reason))


def _of_this_one(key: str, now: Reached) -> str:
    """Say it otherwise for a message per family, or by one channel alone; mostly empty."""
    if key == SHARED and any(CARRIED in (stand.email, stand.sms) for stand in now.stands):
        return _("are told with another one of the family")
    if len(now.used) > 1 or key not in (SMS, "no_contact"):
        return ""
    if key == SMS:
        return _("by SMS")
    return _("no email address") if now.used[0] == Channel.EMAIL else _("no phone number")
