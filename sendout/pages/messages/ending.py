"""When a running send-out will be done, in words: from what is left and how fast it goes."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, time, timedelta

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from sendout.accounts.models import Organisation
from sendout.core.delivery.status import Status
from sendout.core.pace import MINUTE, Load, ahead, speed
from sendout.core.warmup import days_full
from sendout.deliveries import workers
from sendout.deliveries.counting import Tally, tallies
from sendout.deliveries.zones import still_to_come
from sendout.pages.messages.shown import Shown, ShownChannel
from sendout.pages.wording import counted
from sendout.senders.health import seconds_down
from sendout.senders.models import PERIOD_SECONDS, Channel, Period, Sender
from sendout.senders.pool import pooled
from sendout.senders.throughput import lately
from sendout.senders.warming import warming_of
from sendout.sendouts.models import Channels, SendOut, State

SOON = 45.0  # seconds; an end so near has no time of day


def foretell(organisation: Organisation, shown: Iterable[Shown]) -> None:
    """Say for each channel of those that are being sent when the last message will have left.

    Their senders come along.
    """
    running = [one for one in shown if one.state == State.RUNNING]
    if not running:
        return
    known = {one.id: {channel.key: channel.tally for channel in one.channels} for one in running}
    outlook = Outlook(organisation, known, timezone.now())
    with_senders = {sendout.pk: sendout for sendout in outlook.running}
    for one in running:
        sendout = with_senders.get(one.id, one.sendout)
        if sendout is not one.sendout:
            one.sendout.email_sender = sendout.email_sender
            one.sendout.sms_sender = sendout.sms_sender
        for channel in one.channels:
            by_zone = _by_zone(one, channel, outlook.now)
            channel.ending = by_zone or outlook.words(sendout, channel)


def _by_zone(one: Shown, channel: ShownChannel, now: datetime) -> str:
    """Say when the next and the last leave of what follows each recipient's clock."""
    waits = still_to_come(one.id, channel.key, now) if one.sendout.local_time else None
    if waits is None:
        return ""
    first, last = (timezone.localtime(at).strftime("%H:%M") for at in waits)
    if first == last:
        return _("the others leave at %(last)s, by their clocks") % {"last": last}
    words = _("the next leave at %(first)s, the last at %(last)s, by their clocks")
    return words % {"first": first, "last": last}


def load_of(tally: Tally, urgent: bool) -> Load:
    """Say how much of a send-out has not left yet; what is tried again counts as having left."""
    left = tally.by_status.get(Status.QUEUED, 0) + tally.by_status.get(Status.SENDING, 0)
    return Load(tally.addressed, left, urgent)


class Outlook:
    """All that an organisation's senders have to do now, and how fast they do it.

    known: numbers of send-outs that need not be asked for, by id and channel. drafts: such whose
    senders are to be known, too.
    """

    def __init__(
        self,
        organisation: Organisation,
        known: dict[int, dict[str, Tally]],
        now: datetime,
        *drafts: SendOut,
    ) -> None:
        self.now = now
        self.alive = workers.beat().alive > 0
        running = SendOut.objects.filter(state=State.RUNNING, organisation=organisation)
        self.running = list(running.select_related("email_sender", "sms_sender"))
        unknown = [sendout.pk for sendout in self.running if sendout.pk not in known]
        self.tallies = known | (tallies(unknown) if unknown else {})
        self.zone = organisation.zone
        all_ = (*self.running, *drafts)
        senders = {sender.pk: sender for one in all_ for _channel, sender in _ways(one)}
        for sender in senders.values():
            sender.organisation = organisation
        shared = any(sender.pool for sender in senders.values())
        self.pooled = pooled(organisation) if shared else []
        known_senders = senders.keys() | {sender.pk for sender in self.pooled}
        self.lately = lately(known_senders, now)

    def words(self, sendout: SendOut, channel: ShownChannel) -> str:
        """Say when the last message of this channel will have left, or what it waits for."""
        own = load_of(channel.tally, sendout.urgent)
        sender = sendout.sender(channel.key)
        if not own.left or sender is None:
            return _retries(channel.tally.by_status.get(Status.DEFERRED, 0))
        if not self.alive:
            return _("waiting for a worker, none is running")
        team = self._team(sender)
        up = [member for member in team if not seconds_down(member)]
        if not up:
            return (
                _("waiting for the mail server")
                if channel.key == Channel.EMAIL
                else _("waiting for the SMS provider")
            )
        end, days = self._end(own.left + ahead(own, self._others(sendout, team)), up)
        if end is None:
            return _("too early to say when it ends")
        return (_("done %(when)s, because of the warm-up") if days else _("done %(when)s")) % {
            "when": about(end, self.now)
        }

    def if_sent_now(self, sendout: SendOut, channel: str, messages: int) -> timedelta | None:
        """Give how long so many messages would take from now on; None when nobody can know."""
        sender = sendout.sender(channel)
        if sender is None:
            return None
        own = Load(messages, messages, sendout.urgent)
        team = self._team(sender)
        end, _days = self._end(messages + ahead(own, self._others(sendout, team)), team)
        return None if end is None else end - self.now

    def _end(self, messages: int, team: list[Sender]) -> tuple[datetime | None, int]:
        """Say when so many will have left through these, and after how many days of a warm-up."""
        days, rest = days_full(messages, [warming_of(member, self.now) for member in team])
        per_second = self.speed(team)
        if not days and not per_second:
            return None, 0
        begin = self._midnight(days) if days else self.now
        return begin + timedelta(seconds=rest / per_second if per_second else 0), days

    def speed(self, team: list[Sender]) -> float:
        """Give the messages per second to reckon with for these senders; 0 when nobody knows."""
        paces = [one.pace_count / PERIOD_SECONDS[Period(one.pace_period)] for one in team]
        paced = zip(team, paces, strict=True)
        return sum(speed(pace, *self.lately[one.pk]) for one, pace in paced)

    def _team(self, sender: Sender) -> list[Sender]:
        """Give those who work together with this sender, itself among them."""
        key = sender.channel, sender.pool
        return [one for one in self.pooled if (one.channel, one.pool) == key] or [sender]

    def _midnight(self, days: int) -> datetime:
        """Give the beginning of a day after today, where the organisation is."""
        day = self.now.astimezone(self.zone).date() + timedelta(days=days)
        return datetime.combine(day, time(), self.zone)

    def _others(self, own: SendOut, team: list[Sender]) -> list[Load]:
        return [
            load_of(self.tallies[sendout.pk].get(channel) or Tally(), sendout.urgent)
            for sendout in self.running
            for channel, used in _ways(sendout)
            if sendout.pk != own.pk and _key(used) in _keys(team)
        ]


def _ways(sendout: SendOut) -> list[tuple[Channel, Sender]]:
    ways = [(channel, sendout.sender(channel)) for channel in Channels(sendout.channels).used]
    return [(channel, sender) for channel, sender in ways if sender is not None]


def _key(sender: Sender) -> tuple[str, str | int]:
    """Give what senders that work together have in common."""
    return sender.channel, sender.pool or sender.pk


def _keys(team: Iterable[Sender]) -> set[tuple[str, str | int]]:
    return {_key(sender) for sender in team}


def _retries(deferred: int) -> str:
    if not deferred:
        return ""
    return counted("%(n)s is tried again later", "%(n)s are tried again later", deferred)


def about(end: datetime, now: datetime) -> str:
    """Say when something ends, as the clock of the page shows it."""
    if (end - now).total_seconds() < SOON:
        return _("in less than a minute")
    local, today = timezone.localtime(end + MINUTE / 2), timezone.localtime(now).date()
    if local.date() == today:
        return _("at about %(time)s") % {"time": f"{local:%H:%M}"}
    if local.date() == today + timedelta(days=1):
        return _("tomorrow at about %(time)s") % {"time": f"{local:%H:%M}"}
    return _("on %(day)s") % {"day": date_format(local, "j F Y")}
