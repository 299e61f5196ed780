"""A send-out that follows each recipient's clock: when the first and the last leave, in words."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from sendout.deliveries.zones import Leaving, Leavings, leavings
from sendout.sendouts.models import SendOut

NAMED = 3  # of the names that are no time zones


def by_zone(sendout: SendOut) -> list[str]:
    """Say when the first and the last would leave, and who has no zone; nothing for others."""
    if not sendout.local_time:
        return []
    found = leavings(sendout, datetime.fromisoformat(sendout.local_time))
    return [first_and_last(sendout, found), *_unknown(found)]


def first_and_last(sendout: SendOut, found: Leavings) -> str:
    """Say it on the organisation's clock."""
    if found.first.at == found.last.at:
        return _("All leave at %(when)s: nobody is in another time zone.") % {
            "when": _moment(sendout, found.first)
        }
    return _("The first leaves at %(first)s, the last at %(last)s, on your clock.") % {
        "first": f"{_moment(sendout, found.first)} ({place(found.first)})",
        "last": f"{_moment(sendout, found.last)} ({place(found.last)})",
    }


def _unknown(found: Leavings) -> list[str]:
    if not found.unknown:
        return []
    words = _("No time zones, so they count as yours: %(names)s.")
    return [words % {"names": ", ".join(f"“{name}”" for name in found.unknown[:NAMED])}]


def _moment(sendout: SendOut, leaving: Leaving) -> str:
    """Write the moment; with its day where that is another one than the chosen."""
    local = leaving.at.astimezone(sendout.organisation.zone)
    chosen = datetime.fromisoformat(sendout.local_time).date()
    return f"{local:%H:%M}" if local.date() == chosen else f"{local:%Y-%m-%d %H:%M}"


def place(leaving: Leaving) -> str:
    """Name a zone as people do: Vancouver for America/Vancouver."""
    return leaving.zone.rsplit("/", 1)[-1].replace("_", " ")
