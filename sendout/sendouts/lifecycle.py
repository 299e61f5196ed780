"""What the staff may do with a send-out, and when: each step changes the row and looks who won."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from sendout.compose.versions import versions
from sendout.senders.models import Channel
from sendout.sendouts.approved import refusal
from sendout.sendouts.models import Channels, Fallback, FallbackTo, SendOut, State

# A later time is a slip, and PostgreSQL takes years that Python cannot read back.
FARTHEST = timedelta(days=3660)


class NotPossible(Exception):
    """This step is not possible now; the text is one sentence for the staff."""


class NeedsApproval(NotPossible):
    """It goes to more people than one member may write to alone."""


def move(sendout: SendOut, to: State, *, after: tuple[State, ...], **changes: object) -> None:
    """Move the send-out to a state, if it is in one of those before; raises NotPossible.

    Of two who try at the same time one wins; the other hears how things stand.
    """
    rows = SendOut.objects.filter(pk=sendout.pk, state__in=after)
    if not rows.update(state=to, **changes):
        sendout.refresh_from_db(fields=["state"])
        raise NotPossible(f"“{sendout.name}” cannot become {to.label}: it is {_now(sendout)}.")
    sendout.state = to
    for name, value in changes.items():
        setattr(sendout, name, value)


def _now(sendout: SendOut) -> str:
    return {State.RUNNING: "being sent already", State.FINISHED: "finished"}.get(
        State(sendout.state), State(sendout.state).label.lower()
    )


def check(sendout: SendOut) -> None:
    """Raise NotPossible, saying what is missing, unless the send-out could leave."""
    if sendout.pattern:
        told = _("“%(name)s” repeats and never leaves itself: start it under Schedule, Repeats.")
        raise NotPossible(told % {"name": sendout.name})
    check_content(sendout)


def check_content(sendout: SendOut) -> None:
    """Raise NotPossible, saying what is missing, unless it has a sender and a text to leave by."""
    for channel in Channels(sendout.channels).used:
        sender = sendout.sender(channel)
        if sender is None or not sender.active:
            raise NotPossible(f"Choose a sender for {channel.label}: none is set or it is off.")
        if not says_something(sendout, channel):
            raise NotPossible(_missing(sendout, channel))
    if sendout.channels == Channels.EMAIL_THEN_SMS and not tells_who_opened(sendout):
        raise NotPossible(
            _(
                "Nobody would count as having opened the email, since opens are not looked at: "
                "send the SMS to those whose email did not arrive, or switch tracking on."
            )
        )


def require_approval(sendout: SendOut, when: datetime | None = None) -> None:
    """Raise NeedsApproval unless it may leave, at this time; every start and repeat asks here."""
    if sentence := refusal(sendout, when):
        raise NeedsApproval(sentence)


def tells_who_opened(sendout: SendOut) -> bool:
    """Tell whether it will be known who opened the email, if the SMS depend on that."""
    if sendout.fallback_to != FallbackTo.NOT_OPENED:
        return True
    return sendout.message.tracks and sendout.organisation.tracks


def says_something(sendout: SendOut, channel: str) -> bool:
    """Tell whether there is a text for this channel, in each language that it is written in."""
    said = [each for _, each in versions(sendout.message, sendout.organisation)]
    if channel == "sms":
        return all(each.sms_text.strip() for each in said)
    return all(each.subject.strip() and each.has_body for each in said)


def _missing(sendout: SendOut, channel: Channel) -> str:
    message = sendout.message
    if channel == Channel.EMAIL and message.has_body and not message.subject.strip():
        return _("The email has no subject: write it first.")
    return f"The {channel.label} text is empty: write it first."


def begin(sendout: SendOut) -> None:
    """Start a draft or scheduled send-out, once; raises NotPossible."""
    check(sendout)
    require_approval(sendout)
    before = (State.DRAFT, State.SCHEDULED)
    waits = Fallback.WAITING if sendout.channels == Channels.EMAIL_THEN_SMS else ""
    now = timezone.now()
    move(sendout, State.RUNNING, after=before, started_at=now, trouble="", fallback=waits)


def schedule(sendout: SendOut, when: datetime, local_time: str = "") -> None:
    """Have it start at this aware time; raises NotPossible when that is past or far off.

    local_time: as the send-out has it; when is then the first moment at which a clock shows it.
    """
    check(sendout)
    if local_time and sendout.channels == Channels.EMAIL_THEN_SMS:
        raise NotPossible(
            _("SMS that follow the emails need one time for all: schedule it by your own clock.")
        )
    check_time(when)
    require_approval(sendout, when)
    before = (State.DRAFT, State.SCHEDULED)
    changes = {"scheduled_for": when, "local_time": local_time, "undo_until": None, "trouble": ""}
    move(sendout, State.SCHEDULED, after=before, **changes)


def check_time(when: datetime) -> None:
    """Refuse an aware time at which nothing can start: past, or far off. Raises NotPossible."""
    if when <= timezone.now():
        raise NotPossible("The time is past: choose a later one, or send now.")
    if when > timezone.now() + FARTHEST:
        raise NotPossible("The time is more than ten years away: check the year.")


def wait_for_undo(sendout: SendOut, seconds: int) -> None:
    """Have a draft start in so many seconds, until which it can be undone; raises NotPossible.

    Nothing is made of its audience before, so that `unschedule` leaves nothing behind.
    """
    check(sendout)
    require_approval(sendout)
    end = timezone.now() + timedelta(seconds=seconds)
    before = (State.DRAFT,)
    move(sendout, State.SCHEDULED, after=before, scheduled_for=end, undo_until=end, trouble="")


def unschedule(sendout: SendOut, trouble: str = "") -> None:
    """Make a scheduled send-out a draft again; raises NotPossible when it has started.

    trouble: why it could not start, when nobody asked for this.
    """
    before = (State.SCHEDULED,)
    changes = {"scheduled_for": None, "local_time": "", "undo_until": None, "trouble": trouble}
    move(sendout, State.DRAFT, after=before, **changes)


def pause(sendout: SendOut, trouble: str = "") -> None:
    """Stop claiming; what a connection holds at this moment still leaves.

    trouble: why, when nobody asked for it.
    """
    move(sendout, State.PAUSED, after=(State.RUNNING,), trouble=trouble)


def begin_fallback(sendout: SendOut) -> bool:
    """Claim the SMS that follow the emails; False for whoever comes second, or while it is paused.

    Runs in the caller's transaction, which makes their deliveries.
    """
    waiting = SendOut.objects.filter(pk=sendout.pk, state=State.RUNNING, fallback=Fallback.WAITING)
    now = timezone.now()
    return bool(waiting.update(fallback=Fallback.SENT, fallback_at=now, trouble=""))


def call_off_fallback(sendout: SendOut) -> bool:
    """Have no SMS follow the emails; False when they went, or none were to go."""
    waiting = SendOut.objects.filter(pk=sendout.pk, fallback=Fallback.WAITING)
    return bool(waiting.update(fallback=Fallback.CALLED_OFF))
