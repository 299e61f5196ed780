"""From what the staff wrote to what leaves: subject, HTML, plain text, SMS."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sendout.accounts.models import Organisation
from sendout.compose.layout import complete, complete_text, wrap
from sendout.compose.markup import clean, from_markdown, inline_document, is_document
from sendout.compose.models import BodyFormat, Category, Message
from sendout.core.addresses import wire_address
from sendout.core.message.email import CompiledEmail, Letter
from sendout.core.message.email import compile_email as compile_letter
from sendout.core.message.plain import plain_text
from sendout.core.message.sms import Measure, measure
from sendout.core.message.template import (
    escape_header,
    escape_html,
    escape_nothing,
    parse,
)
from sendout.core.message.tracking import Tracking


@dataclass(frozen=True, slots=True)
class Rendered:
    """What a message says, ready to send. In `templates` it still holds its merge fields."""

    subject: str
    html: str
    text: str
    sms: str


def templates(message: Message, organisation: Organisation) -> Rendered:
    """Put the message into its final form, merge fields and all; what is not written is empty.

    Raises BadStyle when a style in an HTML body cannot be read.
    """
    html = render_html(message, organisation) if message.body.strip() else ""
    text = plain_text(html) if html else ""
    if html and message.text.strip():
        text = complete_text(message.text, organisation, message.category)
    return Rendered(
        subject=" ".join(message.subject.split()),
        html=html,
        text=text,
        sms=message.sms_text.strip(),
    )


def render_html(message: Message, organisation: Organisation) -> str:
    """Make the whole HTML of the email: a document of one's own is kept, the rest gets a frame."""
    if message.body_format == BodyFormat.MARKDOWN:
        return wrap(from_markdown(message.body), organisation, message.category)
    if is_document(message.body):
        return complete(inline_document(message.body), organisation, message.category)
    return wrap(clean(message.body), organisation, message.category)


def fill(rendered: Rendered, values: Mapping[str, str]) -> Rendered:
    """Give what one participant gets to read; values by folded name, as `merge_values` makes."""
    return Rendered(
        subject=parse(rendered.subject).fill(values, escape_header),
        html=parse(rendered.html, markup=True).fill(values, escape_html),
        text=parse(rendered.text).fill(values, escape_nothing),
        sms=sms_for(rendered.sms, values)[0],
    )


def compile_email(
    message: Message,
    organisation: Organisation,
    *,
    from_name: str,
    from_address: str,
    reply_to: str = "",
    tracking: Tracking | None = None,
) -> CompiledEmail:
    """Do once what is the same in every email of a send-out.

    Only marketing offers to unsubscribe with one click (RFC 8058): operational email cannot be
    unsubscribed from, so its link leads to a page. tracking: where opens and clicks are reported,
    when the organisation and the message want that; the plain text keeps its own links. Raises
    BadAddress for a bad sender address, BadStyle for a style that cannot be read.
    """
    rendered = templates(message, organisation)
    letter = Letter(
        from_name=from_name,
        from_address=from_address,
        subject=parse(rendered.subject),
        html=parse(rendered.html, markup=True),
        text=parse(rendered.text),
        message_domain=wire_address(from_address).rpartition("@")[2],
        reply_to=reply_to or None,
        one_click=message.category == Category.MARKETING,
        tracking=tracking if organisation.tracks and message.tracks else None,
    )
    return compile_letter(letter)


def sms_for(template: str, values: Mapping[str, str]) -> tuple[str, Measure]:
    """Give the SMS text for one participant, and how many segments it is billed as."""
    text = parse(template).fill(values, escape_nothing)
    return text, measure(text)
