"""Where a message went, in words."""

from __future__ import annotations

from django.utils.translation import gettext as _

from sendout.pages.settings.countries import country_name as name_of
from sendout.usage.models import Medium
from sendout.usage.statement import Line


def country_name(line: Line) -> str:
    """Name the country of a line; nothing for email, which has none."""
    if line.channel == Medium.EMAIL:
        return ""
    return name_of(line.country) if line.country else _("Other countries")
