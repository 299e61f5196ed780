"""From what the staff wrote to what leaves: subject, HTML, plain text, SMS."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sendout.accounts.models import Organisation, StopWords
from sendout.compose.blocks import sections
from sendout.compose.closing import closing
from sendout.compose.filing import attached_of, links_of
from sendout.compose.layout import (
    add_before_end,
    complete,
    complete_text,
    file_list,
    frame,
    wrap,
)
from sendout.compose.markup import clean, from_markdown, inline_document, is_document
from sendout.compose.models import BodyFormat, Category, Message
from sendout.compose.versions import in_language, languages_of, versions
from sendout.core.addresses import wire_address
from sendout.core.message.email import CompiledEmail, Letter
from sendout.core.message.email import compile_email as compile_letter
from sendout.core.message.gsm_plain import Plain
from sendout.core.message.plain import plain_text
from sendout.core.message.template import (
    escape_header,
    escape_html,
    escape_nothing,
    parse,
)
from sendout.core.message.texting import CompiledSms
from sendout.core.message.tracking import Tracking


@dataclass(frozen=True, slots=True)
class Templates:
    """What a message says in its final form, with its merge fields."""

    subject: str
    html: str
    text: str
    sms: CompiledSms


@dataclass(frozen=True, slots=True)
class Rendered:
    """What a message says to one participant."""

    subject: str
    html: str
    text: str
    sms: str


def templates(message: Message, organisation: Organisation, language: str = "") -> Templates:
    """Put the message into its final form, merge fields and all; what is not written is empty.

    language: the recipient's; if not given, the one that the message was begun in.
    Raises BadStyle when a style in an HTML body cannot be read.
    """
    spoken = language or languages_of(message, organisation)[0]
    sms = compile_sms(message, organisation)
    message = in_language(message, spoken)
    html = render_html(message, organisation, spoken) if message.has_body else ""
    text = plain_text(html) if html else ""
    if html and message.text.strip():
        own = message.text.strip() + text_of_files(message, spoken)
        text = complete_text(own, organisation, message.category, spoken)
    return Templates(
        subject=" ".join(message.subject.split()),
        html=html,
        text=text,
        sms=sms,
    )


def text_of_files(message: Message, language: str) -> str:
    """Give the list of files as plain text, to stand below a text of the author's own."""
    files = file_list(list(links_of(message)), language)
    return f"\n\n{plain_text(files)}" if files else ""


def render_html(message: Message, organisation: Organisation, language: str) -> str:
    """Make the whole HTML of the email: a document of one's own is kept, the rest gets a frame."""
    files = file_list(list(links_of(message)), language)
    written = language if message.other_language else organisation.language
    around = organisation, message.category, language, written
    if message.body_format == BodyFormat.BLOCKS:
        shown = sections(message, organisation, written)
        shown.add_html(files)
        return frame(shown, *around)
    if message.body_format == BodyFormat.MARKDOWN:
        return wrap(from_markdown(message.body) + files, *around)
    if is_document(message.body):
        document = add_before_end(inline_document(message.body), files)
        return complete(document, *around)
    return wrap(clean(message.body) + files, *around, dark=False)


def fill(
    rendered: Templates,
    values: Mapping[str, str],
    language: str = "",
    *,
    in_sms: Mapping[str, str] | None = None,
    told: bool = False,
) -> Rendered:
    """Give what one participant gets to read; values by folded name, as `merge_values` makes.

    language: the participant's. in_sms: the values of the SMS, where they are others. told: whether
    an earlier SMS said how to unsubscribe.
    """
    return Rendered(
        subject=parse(rendered.subject).fill(values, escape_header),
        html=parse(rendered.html, markup=True).fill(values, escape_html),
        text=parse(rendered.text).fill(values, escape_nothing),
        sms=rendered.sms.fill(values if in_sms is None else in_sms, language, told=told),
    )


def compile_email(
    message: Message,
    organisation: Organisation,
    language: str = "",
    *,
    from_name: str,
    from_address: str,
    reply_to: str = "",
    tracking: Tracking | None = None,
    automatic: bool = False,
) -> CompiledEmail:
    """Do once what is the same in every email of a send-out to who reads this language.

    Only marketing offers to unsubscribe with one click (RFC 8058): operational email cannot be
    unsubscribed from, so its link leads to a page. tracking: where opens and clicks are reported,
    when the organisation and the message want that; the plain text keeps its own links. automatic:
    whether machines should not answer it (RFC 3834). Raises BadAddress for a bad sender address,
    BadStyle for a style that cannot be read.
    """
    rendered = templates(message, organisation, language)
    domain = wire_address(from_address).rpartition("@")[2]
    letter = Letter(
        from_name=from_name,
        from_address=from_address,
        subject=parse(rendered.subject),
        html=parse(rendered.html, markup=True),
        text=parse(rendered.text),
        message_domain=domain,
        reply_to=reply_to or None,
        one_click=message.category == Category.MARKETING,
        list_id=f"{message.category}.{organisation.slug}.{domain}",
        tracking=tracking if organisation.tracks and message.tracks else None,
        headers={"Auto-Submitted": "auto-generated"} if automatic else {},
        has_files=attached_of(message).exists(),
        boundary_of=f"{message.pk} {message.version}",
    )
    return compile_letter(letter)


def compile_sms(
    message: Message, organisation: Organisation, *, closed: bool = True
) -> CompiledSms:
    """Do once what is the same in every SMS of a send-out.

    closed: whether it may say below how to unsubscribe; an answer to one person does not.
    """
    own, *others = (
        parse(said.sms_text.strip()) for _language, said in versions(message, organisation)
    )
    said = [closing(each, organisation, message.category) for each in (own, *others) if closed]
    return CompiledSms(
        own,
        Plain(message.sms_plain),
        next(filter(None, said), {}),
        once=organisation.stop_words == StopWords.FIRST,
        others=dict(zip((message.other_language,), others, strict=False)),
    )
