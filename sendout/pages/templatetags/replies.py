"""How many conversations have something unread, beside the link in the navigation."""

from __future__ import annotations

from django import template

from sendout.accounts.models import Organisation
from sendout.replies.conversations import count_unread

register = template.Library()


@register.simple_tag
def unread_conversations(organisation: Organisation) -> str:
    """Give the number in words, up to a bound; nothing for none."""
    return count_unread(organisation)
