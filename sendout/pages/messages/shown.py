"""A send-out and its numbers as the templates show them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from itertools import accumulate
from math import ceil

from django.contrib.humanize.templatetags.humanize import intcomma
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from sendout.accounts.models import User
from sendout.core.delivery.status import LABELS, Status
from sendout.deliveries.counting import Tally, shown_status
from sendout.deliveries.machines import MOST, opened_by_machines
from sendout.pages.wording import counted, number
from sendout.senders.health import seconds_down
from sendout.senders.models import Channel
from sendout.sendouts.models import Channels, SendOut, State
from sendout.series.models import Series
from sendout.wording.said import said

CHANNEL_LABELS = {"email": gettext_lazy("Emails"), "sms": "SMS"}
ANSWERS = timedelta(minutes=15)  # in which most receipts, opens and replies come after the end
TEXTING = timedelta(days=14)  # in which a popup that is open shows a new reply by itself
LATE = timedelta(minutes=1)  # after its time; a start within it is as planned
GAP = 0.5  # percent of the doughnut, between two parts of it
NAMED = 3  # groups that are named in a line before the rest is counted


@dataclass(frozen=True, slots=True)
class StatusRow:
    """One part of the doughnut. percent: of all recipients; before: of those in front of it.

    less: what those here lack, whom the tile of the same name does not count alone; in words.
    """

    status: str
    label: str
    count: int
    percent: float
    before: float
    less: str

    @property
    def arc(self) -> float:
        """How much of the ring is drawn, in percent: a gap stays, and a few are seen as well."""
        return 100 if self.percent == 100 else max(self.percent - GAP, GAP)


@dataclass(frozen=True, slots=True)
class Rate:
    """An open or click rate in percent, with what it is a share of in words."""

    label: str
    percent: float | None
    text: str


class ShownChannel:
    """One tab of the popup, or one cell of the list.

    ending: when it will be done; price: what it was charged so far, for the popup; nothing: why
    nobody is in it yet, for the popup; all in words. unconfirmed: sent without a receipt, where
    others have one. unknown: of which nobody knows whether they were taken.
    """

    def __init__(self, key: str, tally: Tally) -> None:
        self.key = key
        self.label = str(CHANNEL_LABELS[key])
        self.tally = tally
        self.total = tally.total
        self.done = tally.total - tally.moving
        self.percent = self.done * 100 // self.total if self.total else 0
        self.sent = tally.accepted
        self.delivered = tally.delivered
        self.unconfirmed = tally.by_status.get(Status.SENT, 0) if tally.delivered else 0
        self.unknown = tally.by_status.get(Status.UNKNOWN, 0)
        self.opened = tally.opened
        self.clicked = tally.clicked
        self.replied = tally.by_status.get(Status.REPLIED, 0)
        self.failed = tally.failed
        self.skipped = tally.skipped
        self.carried = tally.carried
        self.cancelled = tally.cancelled
        self.waiting = tally.moving
        self.ending = ""
        self.price = ""
        self.nothing = ""

    @property
    def statuses(self) -> list[StatusRow]:
        """The statuses that occur, in the order of the glossary; they add up to the total."""
        there = [(s, n) for s in Status if (n := self.tally.by_status.get(s))]
        shares = [100 * n / self.total for _status, n in there]
        starts = accumulate(shares, initial=0.0)
        return [
            StatusRow(s, LABELS[s], n, share, before, self._less(s))
            for (s, n), share, before in zip(there, shares, starts, strict=False)
        ]

    def _less(self, status: Status) -> str:
        if status == Status.SENT and self.delivered:
            return _("not confirmed")
        if status == Status.DELIVERED and self.opened:
            return _("not opened")
        if status == Status.DELIVERED and self.replied:
            return _("not answered")
        if status == Status.OPENED and self.clicked:
            return _("not clicked")
        return ""

    @property
    def rates(self) -> list[Rate]:
        """What people did with it: opens and clicks of emails, answers to texts."""
        if self.key == "sms":
            return [_rate(_("Reply rate"), self.replied, self.sent)]
        return [
            _rate(_("Open rate"), self.opened, self.sent),
            _rate(_("Click rate"), self.clicked, self.sent),
        ]


def _rate(label: str, part: int, whole: int) -> Rate:
    percent = 100 * part / whole if whole else None
    return Rate(
        label,
        percent,
        _("%(part)s of %(whole)s sent") % {"part": number(part), "whole": number(whole)},
    )


class Shown:
    """A send-out on the Messages page and in the popup."""

    def __init__(self, sendout: SendOut, tallies: dict[str, Tally]) -> None:
        self.sendout = sendout
        self.id = sendout.pk
        self.name = sendout.name
        self.state = sendout.state
        self.label = shown_status(sendout, tallies)
        self.status = status_key(self.label)
        if sendout.state == State.DRAFT and getattr(sendout, "waits_for_approval", False):
            self.label, self.status = _("Waits for approval"), "approval"
        self.moving = sendout.state == State.RUNNING or starts_soon(sendout)
        self.refreshes = self.moving or is_answered(sendout)
        self.listens = Channel.SMS in Channels(sendout.channels).used and is_recent(sendout)
        self.category = sendout.message.category
        self.subject = sendout.message.subject
        self.created_at = sendout.started_at or sendout.created_at
        self.scheduled_for = sendout.scheduled_for
        self.undoable = sendout.undoable
        used = Channels(sendout.channels).used
        self.channels = [ShownChannel(c, tallies.get(c) or Tally()) for c in used]

    @property
    def series(self) -> Series | None:
        """What made it, where it is one of those that repeat."""
        occurrence = getattr(self.sendout, "occurrence", None)
        return occurrence.series if occurrence else None

    @property
    def created_by(self) -> User | None:
        """Who began it; the list does not show that, and so does not fetch it."""
        return self.sendout.created_by

    @cached_property
    def audience(self) -> str:
        """Whom it is for, in words."""
        if self.sendout.everyone:
            return _("Everyone")
        groups = [group.name for group in self.sendout.groups.all()]
        if not groups:
            picked = self.state != State.DRAFT or self.sendout.people.exists()
            return _("Picked people") if picked else _("Nobody chosen yet")
        rest = (_(" and %(n)s more") % {"n": len(groups) - NAMED}) if len(groups) > NAMED else ""
        return ", ".join(groups[:NAMED]) + rest

    @property
    def email(self) -> ShownChannel | None:
        """The numbers of its emails, if it goes by email."""
        return self._channel(Channel.EMAIL)

    @property
    def sms(self) -> ShownChannel | None:
        """The numbers of its SMS, if it goes by SMS."""
        return self._channel(Channel.SMS)

    @property
    def machines(self) -> str:
        """Say how many emails were opened by machines alone; nothing when there are none."""
        found = opened_by_machines(self.id) if self.email and self.email.sent else 0
        if not found:
            return ""
        if found > MOST:
            return _("Besides, more than %(n)s were opened by machines alone:") % {
                "n": intcomma(MOST)
            }
        said = ngettext(
            "Besides, %(n)s was opened by machines alone:",
            "Besides, %(n)s were opened by machines alone:",
            found,
        )
        return said % {"n": intcomma(found)}

    def _channel(self, key: str) -> ShownChannel | None:
        return next((channel for channel in self.channels if channel.key == key), None)

    @property
    def troubles(self) -> list[str]:
        """Why a running send-out stands still: its senders that are down."""
        if self.state != State.RUNNING:
            return []
        senders = [self.sendout.sender(c.key) for c in self.channels if c.waiting]
        return [
            (
                _("“%(name)s” does not work at the moment: %(reason)s")
                % {"name": sender.name, "reason": said(sender.down_reason)}
            )
            for sender in senders
            if sender is not None and seconds_down(sender)
        ]

    @property
    def late(self) -> bool:
        """Whether it was scheduled and nothing ran then, so that it left later."""
        planned, left = self.scheduled_for, self.sendout.started_at
        return planned is not None and left is not None and left - planned > LATE

    @property
    def started(self) -> bool:
        """Whether something of it may have left, so that it can be sent again."""
        return self.sendout.started_at is not None

    @property
    def may_pause(self) -> bool:
        """Whether there is something to pause."""
        return self.state == State.RUNNING

    @property
    def may_resume(self) -> bool:
        """Whether it stands still because the staff said so."""
        return self.state == State.PAUSED

    @property
    def may_cancel(self) -> bool:
        """Whether something of it has not left yet."""
        if self.undoable:
            return False
        return self.state in {State.SCHEDULED, State.RUNNING, State.PAUSED}

    @property
    def may_correct(self) -> bool:
        """Whether anybody has got it already."""
        return any(channel.sent for channel in self.channels)

    @property
    def recall(self) -> str:
        """What cancelling does at this moment, in words."""
        left = sum(channel.sent + channel.failed for channel in self.channels)
        stopped = sum(channel.waiting for channel in self.channels)
        if not left and not stopped:
            return _("Nothing has left, and nothing will.")
        return (
            counted(
                "%(n)s has left and cannot be called back.",
                "%(n)s have left and cannot be called back.",
                left,
            )
            + " "
            + counted("%(n)s has not, and never will.", "%(n)s have not, and never will.", stopped)
        )

    @property
    def seconds_left(self) -> int:
        """Until it cannot be undone any more; 0 when it leaves at this moment."""
        if self.scheduled_for is None:
            return 0
        return max(0, ceil((self.scheduled_for - timezone.now()).total_seconds()))


def status_key(label: str) -> str:
    """Give the machine word for colour and icon of a send-out's status."""
    return {"Sending...": "sending", "Not sent": "error"}.get(label, label.lower())


def starts_soon(sendout: SendOut) -> bool:
    """Tell whether a send-out can be undone, or is scheduled and starts within the next minute."""
    if sendout.undoable:
        return True
    if sendout.state != State.SCHEDULED or sendout.scheduled_for is None:
        return False
    return (sendout.scheduled_for - timezone.now()).total_seconds() < 60


def is_recent(sendout: SendOut) -> bool:
    """Tell whether texts may still be answered: people do so days later, too."""
    return sendout.started_at is not None and timezone.now() - sendout.started_at < TEXTING


def is_answered(sendout: SendOut) -> bool:
    """Tell whether all has left just now, so that receipts, opens and replies still come in."""
    ended = sendout.finished_at
    return ended is not None and timezone.now() - ended < ANSWERS
