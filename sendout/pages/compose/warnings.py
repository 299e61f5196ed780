"""What to look at before sending: nothing of it is in the way, each has a remedy."""

from __future__ import annotations

from collections.abc import Collection

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from sendout.accounts.models import Role
from sendout.compose.blocks import blocks_of
from sendout.compose.fields import SESSION_FIELDS, missing_fields, problems, unknown_fields
from sendout.compose.markup import BadStyle
from sendout.compose.models import BodyFormat
from sendout.compose.rendering import templates
from sendout.core.message.blocks.mending import to_mend as half_filled
from sendout.core.message.mending import only_pictures, to_mend
from sendout.core.message.subject import about_subject
from sendout.core.message.template import fold, parse
from sendout.core.message.tracking import Tracking, size_of, track
from sendout.deliveries.freeze import Forecast
from sendout.deliveries.links import CLICK, sign, tracking_base
from sendout.deliveries.reaching import who_gets
from sendout.pages.access import MemberRequest, member_of
from sendout.pages.compose.advice import advice, body_of, versions_of
from sendout.pages.compose.characters import characters
from sendout.pages.compose.cost import AT_ONCE
from sendout.pages.compose.finding import find_sendout
from sendout.pages.compose.links import links_to_check
from sendout.pages.compose.reach import LACKS
from sendout.people.columns import own_columns
from sendout.senders.models import Channel
from sendout.sendouts.models import Channels, SendOut, State

NAMES = {"first_name", "last_name", "name"}
ANY_DELIVERY = 1_000_000_000  # a number as long as they get


@member_of(Role.SENDER)
def warnings(request: MemberRequest, pk: int) -> HttpResponse:
    """Show the warnings alone, for a page that did not wait for them."""
    sendout = find_sendout(request, pk)
    context = {
        "organisation": request.organisation,
        "sendout": sendout,
        "scheduled": sendout.state == State.SCHEDULED,
        **found_in(sendout),
    }
    return render(request, "pages/compose/warnings.html", context)


def warnings_of(sendout: SendOut, expected: Forecast) -> dict[str, object]:
    """Give the warnings where they take no time to speak of; else have the page ask for them."""
    return {"warnings_later": True} if expected.to_send > AT_ONCE else found_in(sendout)


def found_in(sendout: SendOut) -> dict[str, object]:
    """Look for all that there is to warn of."""
    used = Channels(sendout.channels).used
    columns = own_columns(sendout.organisation)
    unknown = {
        field: near
        for field, near in unknown_fields(sendout.message, columns, used).items()
        if not put_in_later(sendout, field)
    }
    return {
        "advice": list(advice(sendout)),
        "missing": missing(sendout, columns, unknown),
        "unknown": unknown,
        "to_mend": mending(sendout),
        "problems": problems(sendout.message, used),
        "no_postal_address": Channel.EMAIL in used
        and not sendout.organisation.postal_address.strip(),
        "links": links_to_check(sendout),
        "characters": characters(sendout),
    }


def mending(sendout: SendOut) -> list[str]:
    """Say what to mend in the email; nothing where there is none, or the page says it is broken."""
    if Channel.EMAIL not in Channels(sendout.channels).used:
        return []
    found: dict[str, None] = {}  # in their order, each once
    for language, said in versions_of(sendout):
        try:
            html = templates(said.message, said.organisation, language).html
        except BadStyle:
            return []
        is_blocks = said.message.body_format == BodyFormat.BLOCKS
        sentences = (
            *about_subject(said.message.subject),
            *only_pictures(body_of(said)),
            *half_filled(blocks_of(said.message) if is_blocks else ()),
            *to_mend(html, size_with_links(said, html)),
        )
        found.update(dict.fromkeys(sentences))
    return list(found)


def size_with_links(sendout: SendOut, html: str) -> int:
    """Count the bytes of HTML that leave: links that are tracked are longer than those written."""
    organisation = sendout.organisation
    if not (organisation.tracks and sendout.message.tracks):
        return 0
    tracking = Tracking(tracking_base(organisation), settings.TOKEN_KEYS)
    tracked = track(parse(html, markup=True), tracking)
    return size_of(tracked, sign(CLICK, ANY_DELIVERY), tracking)


def put_in_later(sendout: SendOut, field: str) -> bool:
    """Tell whether a field is known when the send-outs of a series are made, and not before."""
    return sendout.pattern and fold(field) in SESSION_FIELDS


def _with_fallback(field: str) -> str:
    """Write the field with something that stands in for it."""
    instead = _("there") if fold(field) in NAMES else _("not known")
    return f"{{{{ {field}|{instead} }}}}"


def missing(
    sendout: SendOut, columns: Collection[str], unknown: Collection[str]
) -> list[dict[str, object]]:
    """Name, by channel, the merge fields that some of those who would get it have no value for.

    columns: the organisation's own. unknown: fields that nobody has, which are said otherwise.
    """
    return [
        {
            "channel": channel.label,
            "field": field,
            "people": people,
            "key": f"{LACKS}-{channel.value}-{fold(field)}",
            "example": _with_fallback(field),
        }
        for channel in Channels(sendout.channels).used
        for field, people in missing_fields(
            sendout.message, who_gets(sendout, channel), columns, (channel,)
        ).items()
        if field not in unknown and not put_in_later(sendout, field)
    ]
