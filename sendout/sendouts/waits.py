"""How long SMS wait after the emails: what can be chosen, in words."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from sendout.sendouts.models import SendOut

HOUR, DAY = 60, 24 * 60
OFFERED = (5, 15, 30, HOUR, 2 * HOUR, 4 * HOUR, 8 * HOUR, DAY, 2 * DAY, 3 * DAY, 7 * DAY)  # minutes


def wait_words(minutes: int) -> str:
    """Say how long that is: 90 minutes, 2 hours, 1 day."""
    if minutes % DAY == 0:
        days = minutes // DAY
        return ngettext("%(n)s day", "%(n)s days", days) % {"n": days}
    if minutes % HOUR == 0:
        hours = minutes // HOUR
        return ngettext("%(n)s hour", "%(n)s hours", hours) % {"n": hours}
    return ngettext("%(n)s minute", "%(n)s minutes", minutes) % {"n": minutes}


def offered(chosen: int) -> list[tuple[int, str]]:
    """Give the waits to choose from, with the one that is chosen among them."""
    return [(minutes, wait_words(minutes)) for minutes in sorted({*OFFERED, chosen})]


def when_words(sendout: SendOut, now: datetime) -> str:
    """Say when the SMS go or went, on the organisation's clock."""
    if sendout.fallback_at is None:
        wait = wait_words(sendout.fallback_minutes)
        return _("%(wait)s after the last email has left") % {"wait": wait}
    zone = sendout.organisation.zone
    local, today = sendout.fallback_at.astimezone(zone), now.astimezone(zone).date()
    words = {
        today: _("today at %(time)s"),
        today + timedelta(days=1): _("tomorrow at %(time)s"),
    }.get(local.date(), _("on %(day)s at %(time)s"))
    return words % {"day": f"{local:%Y-%m-%d}", "time": f"{local:%H:%M}"}
