"""Cells of the list of send-outs."""

from __future__ import annotations

from django import template
from django.utils.safestring import SafeString

from sendout.pages.messages.cell import draw
from sendout.pages.messages.shown import Shown

register = template.Library()


@register.simple_tag
def channel_cell(sendout: Shown, channel: str) -> SafeString:
    """Give the numbers of a channel, "email" or "sms"; a dash where it does not go by it."""
    found = sendout.email if channel == "email" else sendout.sms
    return draw(sendout.name, found, moving=sendout.moving)
