"""When a running send-out will be done, in words: from what is left and how fast it goes."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db.models import Q
from django.utils import timezone

from sendout.accounts.models import Organisation
from sendout.core.delivery.status import Status
from sendout.core.pace import MINUTE, Load, recent, seconds_left, speed
from sendout.deliveries import workers
from sendout.deliveries.counting import Tally, tallies
from sendout.pages.messages.shown import Shown, ShownChannel
from sendout.senders.health import seconds_down
from sendout.senders.models import PERIOD_SECONDS, Channel, Period, Sender
from sendout.senders.throughput import accepted_by_minute
from sendout.sendouts.models import Channels, SendOut, State

SOON = 45.0  # seconds; an end so near has no time of day
SERVERS = {Channel.EMAIL: "the mail server", Channel.SMS: "the SMS provider"}


def foretell(organisation: Organisation, shown: Iterable[Shown]) -> None:
    """Say for each channel of those that are being sent when the last message will have left."""
    running = [one for one in shown if one.state == State.RUNNING]
    if not running:
        return
    known = {one.id: {channel.key: channel.tally for channel in one.channels} for one in running}
    outlook = Outlook(organisation, known, timezone.now())
    for one in running:
        for channel in one.channels:
            channel.ending = outlook.words(one.sendout, channel)


def load_of(tally: Tally, urgent: bool) -> Load:
    """Say how much of a send-out has not left yet; what is tried again counts as having left."""
    left = tally.by_status.get(Status.QUEUED, 0) + tally.by_status.get(Status.SENDING, 0)
    return Load(tally.addressed, left, urgent)


class Outlook:
    """All that an organisation's senders have to do now, and how fast they do it.

    known: numbers of send-outs that need not be asked for, by id and channel.
    """

    def __init__(
        self, organisation: Organisation, known: dict[int, dict[str, Tally]], now: datetime
    ) -> None:
        self.now = now
        self.alive = workers.beat().alive > 0
        just_now = Q(state=State.RUNNING) | Q(finished_at__gt=now - 2 * MINUTE)
        self.recent = list(
            SendOut.objects.filter(just_now, organisation=organisation).select_related(
                "email_sender", "sms_sender"
            )
        )
        self.running = [sendout for sendout in self.recent if sendout.state == State.RUNNING]
        unknown = [sendout.pk for sendout in self.running if sendout.pk not in known]
        self.tallies = known | (tallies(unknown) if unknown else {})
        senders = {sender.pk for sendout in self.recent for _, sender in _ways(sendout)}
        self.accepted = accepted_by_minute(senders, now, 1)

    def words(self, sendout: SendOut, channel: ShownChannel) -> str:
        """Say when the last message of this channel will have left, or what it waits for."""
        own = load_of(channel.tally, sendout.urgent)
        sender = sendout.sender(channel.key)
        if not own.left or sender is None:
            return _retries(channel.tally.by_status.get(Status.DEFERRED, 0))
        if not self.alive:
            return "waiting for a worker, none is running"
        if seconds_down(sender):
            return f"waiting for {SERVERS[Channel(channel.key)]}"
        seconds = seconds_left(own, self._others(sendout, sender), self.speed(sender))
        if seconds is None:
            return "too early to say when it ends"
        return f"done {about(self.now + timedelta(seconds=seconds), self.now)}"

    def speed(self, sender: Sender) -> float:
        """Give the messages per second to reckon with for this sender; 0 when nobody knows."""
        allowed = sender.pace_count / PERIOD_SECONDS[Period(sender.pace_period)]
        messages = recent(self.accepted[sender.pk], self.now, 1)
        return speed(allowed, messages, self._busy(sender))

    def _busy(self, sender: Sender) -> float:
        """Give for how many seconds of the last minute the sender had something to do."""
        starts = [
            sendout.started_at
            for sendout in self.recent
            if sendout.started_at and sender.pk in {used.pk for _, used in _ways(sendout)}
        ]
        begun = min(starts, default=self.now)
        return min(60.0, (self.now - begun).total_seconds())

    def _others(self, own: SendOut, sender: Sender) -> list[Load]:
        return [
            load_of(self.tallies[sendout.pk].get(channel) or Tally(), sendout.urgent)
            for sendout in self.running
            for channel, used in _ways(sendout)
            if sendout.pk != own.pk and used.pk == sender.pk
        ]


def _ways(sendout: SendOut) -> list[tuple[Channel, Sender]]:
    ways = [(channel, sendout.sender(channel)) for channel in Channels(sendout.channels).used]
    return [(channel, sender) for channel, sender in ways if sender is not None]


def _retries(deferred: int) -> str:
    if not deferred:
        return ""
    return "one is tried again later" if deferred == 1 else f"{deferred:,} are tried again later"


def about(end: datetime, now: datetime) -> str:
    """Say when something ends, as the clock of the page shows it."""
    if (end - now).total_seconds() < SOON:
        return "in less than a minute"
    local, today = timezone.localtime(end + MINUTE / 2), timezone.localtime(now).date()
    if local.date() == today:
        return f"at about {local:%H:%M}"
    if local.date() == today + timedelta(days=1):
        return f"tomorrow at about {local:%H:%M}"
    return f"on {local.day} {local:%B %Y}"
