"""The estimate beside the send button: what it would cost now, and what makes it dearer."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from sendout.accounts.models import Organisation, Role
from sendout.compose.markup import BadStyle
from sendout.deliveries import limit
from sendout.deliveries.estimate import Estimate, Part, estimate
from sendout.deliveries.freeze import Forecast
from sendout.deliveries.measuring import Drawback
from sendout.pages.access import MemberRequest, member_of
from sendout.pages.compose.finding import find_sendout
from sendout.pages.settings.countries import country_name
from sendout.pages.wording import counted, money, number
from sendout.senders.models import Channel
from sendout.sendouts.lifecycle import NotPossible
from sendout.sendouts.models import SendOut

AT_ONCE = 500  # messages that are measured while the page waits; for more it asks afterwards
NAMED = 6  # characters that are named before the rest is counted


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the estimate in words. detail: how it comes about."""

    what: str
    detail: str
    price: str


@member_of(Role.SENDER)
def cost(request: MemberRequest, pk: int) -> HttpResponse:
    """Show the estimate alone, for a page that did not wait for it."""
    sendout = find_sendout(request, pk)
    context = {"organisation": request.organisation, "sendout": sendout, **reckoned(sendout)}
    return render(request, "pages/compose/cost.html", context)


def cost_context(sendout: SendOut, expected: Forecast) -> dict[str, object]:
    """Give the estimate where it takes no time to speak of; else have the page ask for it."""
    if expected.to_send > AT_ONCE:
        return {"cost_later": True}
    return reckoned(sendout)


def reckoned(sendout: SendOut) -> dict[str, object]:
    """Give the estimate in words, and whether it fits into the month."""
    organisation = sendout.organisation
    try:
        found = estimate(sendout)
    except BadStyle:  # the page says so already
        return {}
    return {
        # A text that is not written yet has no segments, and would cost nothing.
        "cost_rows": [_row(p, organisation.currency) for p in found.parts if p.segments],
        "cost_total": money(found.price, organisation.currency),
        "cost_at_most": found.at_most,
        "drawbacks": [drawback_words(each, organisation.currency) for each in found.drawbacks],
        "beyond": beyond(organisation, found),
    }


def beyond(organisation: Organisation, found: Estimate) -> str:
    """Say that it does not fit into what is left of the month; empty when it does."""
    try:
        limit.fits(organisation, found.price)
    except NotPossible as refusal:
        return str(refusal)
    return ""


def _row(part: Part, currency: str) -> Row:
    each = money(part.each, currency)
    if part.channel == Channel.EMAIL:
        words = counted("%(n)s email", "%(n)s emails", part.messages)
        return Row(words, _("at %(price)s") % {"price": each}, money(part.price, currency))
    where = country_name(part.country) if part.country else _("other countries")
    parts = counted(
        "%(n)s segment at %(price)s", "%(n)s segments at %(price)s", part.segments, price=each
    )
    words = counted("%(n)s SMS to %(where)s", "%(n)s SMS to %(where)s", part.messages, where=where)
    return Row(words, parts, money(part.price, currency))


def drawback_words(found: Drawback, currency: str) -> str:
    """Say which characters make texts longer, and what that costs."""
    named = " ".join(found.characters[:NAMED])
    more = len(found.characters) - NAMED
    if more > 0:
        named = _("%(named)s and %(n)s more") % {"named": named, "n": more}
    if not found.written:
        named = _("%(named)s (in names and fields of recipients)") % {"named": named}
    gaps = {"characters": named, "parts": number(found.segments), "without": number(found.without)}
    if found.segments == 2 * found.texts and found.without == found.texts:
        words = counted(
            "%(characters)s: two segments instead of one for %(n)s text.",
            "%(characters)s: two segments instead of one for %(n)s texts.",
            found.texts,
            **gaps,
        )
    else:
        words = counted(
            "%(characters)s: %(parts)s segments instead of %(without)s for %(n)s text.",
            "%(characters)s: %(parts)s segments instead of %(without)s for %(n)s texts.",
            found.texts,
            **gaps,
        )
    if not found.price:
        return words
    price, other = money(found.price, currency), money(found.price_without, currency)
    return f"{words} " + _("Cost: %(price)s instead of %(other)s.") % {
        "price": price,
        "other": other,
    }
