"""How long a send-out would take from now on, at the pace of its senders, in words."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from sendout.deliveries.freeze import Forecast
from sendout.pages.messages.ending import Outlook
from sendout.senders.models import Channel
from sendout.sendouts.lifecycle import says_something
from sendout.sendouts.models import SendOut

SENTENCES = {
    Channel.EMAIL.value: gettext_lazy("At the pace of its sender the emails take {time}."),
    Channel.SMS.value: gettext_lazy("At the pace of its sender the SMS take {time}."),
}
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def lasting(sendout: SendOut, expected: Forecast) -> list[str]:
    """Say in a sentence for each channel how long it takes; nothing where nobody can know, and of
    what is not written yet.
    """
    outlook = Outlook(sendout.organisation, {}, timezone.now(), sendout)
    found = []
    for channel, reach in expected.by_channel.items():
        leaves = reach.to_send and says_something(sendout, channel)
        took = outlook.if_sent_now(sendout, channel, reach.to_send) if leaves else None
        if took is not None:
            found.append(str(SENTENCES[channel]).format(time=words(took)))
    return found


def words(took: timedelta) -> str:
    """Say how long something takes, to the unit that matters."""
    if took < MINUTE:
        return _("less than a minute")
    if took < HOUR:
        minutes = round(took / MINUTE)
        return ngettext("about {n} minute", "about {n} minutes", minutes).format(n=minutes)
    if took < DAY:
        hours = round(took / HOUR)
        return ngettext("about {n} hour", "about {n} hours", hours).format(n=hours)
    days = round(took / DAY)
    return ngettext("about {n} day", "about {n} days", days).format(n=days)
