"""When a series is sent, in words."""

from __future__ import annotations

from django.utils.dates import WEEKDAYS
from django.utils.formats import time_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from sendout.series.models import Series, When

DAYS = list(WEEKDAYS.items())


def when_words(series: Series) -> str:
    """Say by what a series goes."""
    if series.when == When.WEEKLY:
        days = ", ".join(str(WEEKDAYS[day]) for day in series.weekdays)
        at = time_format(series.at, "H:i") if series.at else ""
        return _("Every week: %(days)s at %(time)s") % {"days": days, "time": at}
    told = ngettext(
        "%(hours)d hour before each session", "%(hours)d hours before each session", series.hours
    )
    return told % {"hours": series.hours}
