"""The designer: the blocks of a draft laid out on a canvas that looks like the email."""

from __future__ import annotations

from csp.constants import SELF
from csp.decorators import csp_update
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.templatetags.static import static
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _

from sendout.accounts.models import Language, Organisation, Role
from sendout.compose.events import WORDS
from sendout.compose.images import path_of
from sendout.compose.layout import around, logo_of
from sendout.compose.models import BodyFormat, Category
from sendout.core.message.colours import readable, words_on
from sendout.pages.access import MemberRequest, member_of
from sendout.pages.compose.finding import closed_page, find_sendout
from sendout.pages.compose.write import merge_fields
from sendout.pages.compose.write_form import WriteForm
from sendout.sendouts.models import Channels, SendOut, State

# The canvas is a frame made by the page, under the page's own policy; it writes style elements.
DESIGNER_POLICY = {"style-src": [SELF, "'unsafe-inline'"]}

ICONS = {
    "bold": "bold",
    "italic": "italic",
    "link": "link",
    "list": "list",
    "numbers": "list-numbers",
}


@member_of(Role.SENDER)
@csp_update(DESIGNER_POLICY)  # type: ignore[arg-type]
def designer(request: MemberRequest, pk: int) -> HttpResponse:
    """Show the draft on the canvas; it is saved by the form of the writing page."""
    sendout = find_sendout(request, pk)
    if sendout.state != State.DRAFT:
        return closed_page(request, sendout)
    if not designed(sendout):
        return redirect("pages:compose_write", request.organisation.slug, sendout.pk)
    context = {
        "organisation": request.organisation,
        "section": "messages",
        "sendout": sendout,
        "form": WriteForm.of(sendout),
        "brand": brand(request.organisation, sendout.message.category),
        "tools": ICONS,
        **merge_fields(sendout, request.organisation),
    }
    return render(request, "pages/compose/designer.html", context)


def designed(sendout: SendOut) -> bool:
    """Tell whether the send-out has an email in blocks."""
    in_blocks = sendout.message.body_format == BodyFormat.BLOCKS
    return in_blocks and "email" in Channels(sendout.channels).used


def brand(organisation: Organisation, category: Category | str) -> dict[str, object]:
    """Give what the canvas draws that is in no block: colours, logo, footer, its own words."""
    logo = logo_of(organisation)
    calendar, _between = WORDS[Language(organisation.language)]
    return {
        **around(organisation, category),
        "colour": organisation.colour,
        "colour_of_words": words_on(organisation.colour),
        "colour_of_links": readable(organisation.colour),
        "logo": logo and {"source": path_of(logo[0]), "width": logo[1]},
        "calendar": calendar,
        "page": get_language(),
        "styles": static("sendout/designer-canvas.css"),
        "words": canvas_words(),
    }


def canvas_words() -> dict[str, object]:
    """Give what GrapesJS says, by its keys, in the language of the page."""
    names = {
        "heading": _("Heading"),
        "text": pgettext("of an email", "Text"),
        "image": _("Picture"),
        "button": _("Button"),
        "columns": _("Two columns"),
        "left": _("Left column"),
        "right": _("Right column"),
        "divider": _("Line"),
        "other": _("Other language from here"),
        "event": _("Event"),
    }
    tools = {
        "move": _("Drag to move"),
        "copy": _("Duplicate"),
        "remove": _("Remove"),
        "bold": _("Bold"),
        "italic": _("Italic"),
        "link": _("Link"),
        "list": _("List"),
        "numbers": _("Numbered list"),
    }
    return {"domComponents": {"names": names}, "tools": tools, "empty": empty_words()}


def empty_words() -> dict[str, str]:
    """Give what stands on the canvas where a block says nothing yet."""
    return {
        "heading": _("Heading without words"),
        "text": _("Double-click to write"),
        "image": _("No picture yet"),
        "web": _("Picture from the web: {host}"),
        "button": _("Button without words"),
        "other": _("Other language from here"),
        "event": _("Event without a title"),
        "when": _("No time yet"),
        "column": _("Drag a block here"),
        "card": _("Drag blocks here, or press one of them"),
    }
