"""A tab of the popup in which there is nobody yet: what it waits for, in words."""

from __future__ import annotations

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from sendout.pages.messages.shown import Shown, ShownChannel
from sendout.senders.models import Channel
from sendout.sendouts.audience import audience
from sendout.sendouts.models import Channels, Fallback, SendOut, State

COUNTED = 5_000  # people of a scheduled send-out are counted up to here


def teach(shown: Shown) -> None:
    """Say in each empty tab when somebody will be in it."""
    for channel in shown.channels:
        if not channel.total:
            channel.nothing = _words(shown.sendout, channel)


def _words(sendout: SendOut, channel: ShownChannel) -> str:
    if sendout.state == State.CANCELLED:
        return _("It was cancelled before anything left.")
    follows = sendout.channels == Channels.EMAIL_THEN_SMS and channel.key == Channel.SMS
    if follows and (sendout.falls_back or sendout.started_at is None):
        return _("Nobody is listed here until it is decided who needs an SMS: see above.")
    if follows and sendout.fallback == Fallback.SENT:
        return _("Nobody needed an SMS: the emails reached everybody.")
    if sendout.state == State.SCHEDULED and sendout.scheduled_for is not None:
        return f"{_leaves(sendout)} {_meant(sendout)}"
    return ""


def _leaves(sendout: SendOut) -> str:
    when = date_format(timezone.localtime(sendout.scheduled_for), "l j F Y, H:i")
    return _("It goes out on %(when)s; nothing has left yet.") % {"when": when}


def _meant(sendout: SendOut) -> str:
    people = audience(sendout)[: COUNTED + 1].count()
    if people > COUNTED:
        return _("It means more than %(n)s people, who are listed then.") % {"n": f"{COUNTED:,}"}
    words = ngettext(
        "It means %(n)s person, who is listed then.",
        "It means %(n)s people, who are listed then.",
        people,
    )
    return words % {"n": f"{people:,}"}
