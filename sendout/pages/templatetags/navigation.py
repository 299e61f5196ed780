"""The navigation of an organisation's pages: drawn once for all who see the same."""

from __future__ import annotations

from functools import lru_cache

from django import template
from django.template.context import Context
from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

register = template.Library()

DRAWN = 1_000  # navigations that are kept, some 3 kB each
UNREAD = mark_safe("<!-- unread -->")  # stands where the number of unread conversations does


@register.simple_tag(takes_context=True)
def navigation(context: Context) -> SafeString:
    """Give the links to the pages that this member may see, with the one that is open marked.

    section (in the context, optional): which link to mark on the pages below it, as "messages" on
    the compose page; without it the name of the route decides.
    """
    organisation, request = context["organisation"], context.get("request")
    role = getattr(getattr(request, "membership", None), "role", "")
    route = getattr(getattr(request, "resolver_match", None), "url_name", "")
    here = str(context.get("section") or route)
    drawn = _drawn(organisation.slug, role, here, get_language() or "")
    unread = render_to_string("partials/replies_unread.html", {"organisation": organisation})
    return mark_safe(drawn.replace(UNREAD, unread))  # noqa: S308 (both are templates of ours)


@lru_cache(maxsize=DRAWN)
def _drawn(slug: str, role: str, here: str, _language: str) -> SafeString:
    said = {"slug": slug, "role": role, "here": here, "unread": UNREAD}
    return render_to_string("partials/navigation.html", said)
