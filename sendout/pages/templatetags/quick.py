"""Tags and filters of Django that a list asks for hundreds of times, made quicker.

What comes out is what Django's own give. Templates need not load these, nor Django's `i18n`.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from django import template
from django.template.base import Node, Parser, Token
from django.template.context import Context
from django.template.defaultfilters import date as django_date
from django.template.defaulttags import URLNode
from django.template.defaulttags import url as django_url
from django.templatetags.i18n import TranslateNode, do_translate
from django.urls import NoReverseMatch
from django.utils.html import conditional_escape
from django.utils.translation import get_language

from sendout.pages.addresses import address
from sendout.wording.moments import written

register = template.Library()


@register.filter(name="date", expects_localtime=True, is_safe=False)
def quick_date(value: Any, pattern: str | None = None) -> str:
    """Write a day or time."""
    if isinstance(value, date) and pattern:
        return written(value, str(pattern))
    return str(django_date(value, pattern))


class QuickTranslate(Node):
    """Words that are the same on every page of a language."""

    child_nodelists = ()

    def __init__(self, slow: TranslateNode) -> None:
        self._slow = slow
        self._said: dict[str | None, str] = {}

    def render(self, context: Context) -> str:
        """Give the words, as they were given in this language before."""
        language = get_language()
        words = self._said.get(language)
        if words is None:
            words = self._said[language] = self._slow.render(context)
        return words


@register.tag("translate")
@register.tag("trans")
def quick_translate(parser: Parser, token: Token) -> Node:
    """Translate; what is not written out in the template, or kept in a variable, Django does."""
    slow = do_translate(parser, token)
    words, about = slow.filter_expression, slow.message_context
    fixed = isinstance(getattr(words.var, "literal", None), str) and not words.filters
    plain = about is None or (isinstance(about.var, str) and not about.filters)
    return QuickTranslate(slow) if fixed and plain and not slow.asvar else slow


class QuickUrl(Node):
    """An address of which only ids and short names are not known yet."""

    child_nodelists = ()

    def __init__(self, slow: URLNode) -> None:
        self._slow = slow
        self._route = str(slow.view_name.var)

    def render(self, context: Context) -> str:
        """Give the address, or put it into its variable."""
        try:
            found = address(self._route, *[arg.resolve(context) for arg in self._slow.args])
        except NoReverseMatch:
            return self._slow.render(context)
        if self._slow.asvar:
            context[self._slow.asvar] = found
            return ""
        return conditional_escape(found) if context.autoescape else found


@register.tag("url")
def quick_url(parser: Parser, token: Token) -> Node:
    """Give the address of a route of ours with arguments in their order; others Django does."""
    slow = django_url(parser, token)
    route = slow.view_name
    ours = isinstance(route.var, str) and route.var.startswith("pages:") and not route.filters
    return QuickUrl(slow) if ours and not slow.kwargs else slow
