"""Icons and statuses, which lists show hundreds of: made once, not by a template for each."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from django import template
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from sendout.wording.said import said

register = template.Library()

# The icon of each status of send-outs and deliveries, and its usual words.
BADGES = {
    "draft": ("pencil", _("Draft")),
    "approval": ("hourglass", _("Waits for approval")),
    "scheduled": ("calendar-event", _("Scheduled")),
    "paused": ("player-pause", _("Paused")),
    "queued": ("clock", _("Queued")),
    "sending": ("loader-2", _("Sending...")),
    "unknown": ("help-circle", _("Outcome unknown")),
    "deferred": ("hourglass", _("Will retry")),
    "sent": ("check", _("Sent")),
    "delivered": ("checks", _("Delivered")),
    "opened": ("mail-opened", _("Opened")),
    "clicked": ("click", _("Clicked")),
    "replied": ("arrow-back-up", _("Replied")),
    "bounced": ("mail-off", _("Bounced")),
    "complained": ("flag", _("Marked as spam")),
    "error": ("alert-triangle", _("Error")),
    "skipped": ("player-skip-forward", _("Skipped")),
    "carried": ("users", _("With the family")),
    "cancelled": ("ban", _("Cancelled")),
    "forwarded": ("arrow-forward-up", _("Forwarded")),
}


@register.simple_tag
def icon(name: str, classes: str = "") -> SafeString:
    """Give an icon. name: an id of static/icons.svg; classes: more CSS classes."""
    return _icon(name, classes or "")


@lru_cache(maxsize=512)
def _icon(name: str, classes: str) -> SafeString:
    return format_html(
        '<svg class="icon{}{}" aria-hidden="true" focusable="false"><use href="{}#{}"></use></svg>',
        " " if classes else "",
        classes,
        static("icons.svg"),
        name,
    )


@register.simple_tag
def badge(status: Any, label: Any = "") -> SafeString:
    """Give a status as a word with a colour and an icon, for send-outs and deliveries alike.

    status: the machine word of the glossary; label: other words than the usual ones.
    """
    return _badge(str(status), str(label or ""), get_language() or "")


@lru_cache(maxsize=512)
def _badge(status: str, label: str, language: str) -> SafeString:
    """Make it once for each language, which is that of the page."""
    name, usual = BADGES.get(status, ("", status))
    drawn = _icon(name, "") if name else ""
    words = said(label) or str(usual)
    return format_html('<span class="so-badge" data-status="{}">{}{}</span>', status, drawn, words)
