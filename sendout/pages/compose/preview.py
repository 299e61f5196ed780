"""What one participant gets to read: the email in a frame of its own, the plain text, the SMS."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from email.utils import format_datetime

from csp.constants import NONE, SELF
from csp.decorators import csp
from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from sendout.accounts.models import Organisation, Role
from sendout.compose.attaching import tail_of
from sendout.compose.fields import Person, merge_values
from sendout.compose.filing import attached_of
from sendout.compose.layout import FILES, UNSUBSCRIBE
from sendout.compose.markup import BadStyle
from sendout.compose.rendering import Rendered, compile_email, compile_sms, fill, templates
from sendout.core.message.sms import measure
from sendout.core.providers.base import Envelope
from sendout.deliveries.families import as_family, told_with
from sendout.deliveries.told import has_been_told
from sendout.pages.access import MemberRequest, member_of
from sendout.pages.compose.finding import find_sendout, shown_participant, words_asked
from sendout.people.addresses import address_of
from sendout.people.models import Participant
from sendout.people.search import search
from sendout.senders.models import Channel, Sender
from sendout.sendouts.audience import audience
from sendout.sendouts.models import Channels, SendOut
from sendout.series.wording import example_values

OFFERED = 20  # participants to choose from at once; a search finds the others
NO_LINK = "#only-in-the-message-sent"

# Email HTML is written by staff and filled with imported values: it may show, and do nothing.
FRAME_POLICY = {
    "default-src": [NONE],
    "img-src": [SELF, settings.URL, "https:", "data:"],
    "style-src": ["'unsafe-inline'"],
    "frame-ancestors": [SELF],
    "sandbox": True,
}


@member_of(Role.VIEWER)
def panel(request: MemberRequest, pk: int) -> HttpResponse:
    """Show the message as a chosen participant gets it."""
    sendout = find_sendout(request, pk)
    return render(request, "pages/compose/preview.html", panel_context(request, sendout))


@member_of(Role.VIEWER)
@csp(FRAME_POLICY)  # type: ignore[arg-type]
def email(request: MemberRequest, pk: int) -> HttpResponse:
    """Give the email's HTML alone, under a policy that lets nothing run."""
    sendout = find_sendout(request, pk)
    person = shown_participant(request, sendout, request.GET.get("participant", ""))
    try:
        return HttpResponse(rendered(sendout, person).html or "<!doctype html><title>Empty</title>")
    except BadStyle as error:
        return HttpResponse(str(error), content_type="text/plain; charset=utf-8")


def panel_context(request: MemberRequest, sendout: SendOut) -> dict[str, object]:
    """Give what the preview shows; its search narrows the participants to choose from."""
    words = words_asked(request)
    people = list(offered(request, sendout, words))
    asked = request.GET.get("participant", "")
    if words and people and asked not in {str(person.pk) for person in people}:
        asked = str(people[0].pk)
    used = Channels(sendout.channels).used
    if not asked and (first := next((one for one in people if reached(one, used)), None)):
        asked = str(first.pk)
    person = shown_participant(request, sendout, asked)
    context: dict[str, object] = {
        "organisation": request.organisation,
        "sendout": sendout,
        "people": people if person is None or person in people else [person, *people],
        "person": person,
        "words": words,
        "nobody": bool(words and not people),
        "with_email": Channel.EMAIL in used,
        "with_sms": Channel.SMS in used,
        "attached": attached_of(sendout.message),
    }
    try:
        shown = rendered(sendout, person)
    except BadStyle as error:
        return context | {"bad_style": str(error)}
    return context | {"shown": shown, "sms": measure(shown.sms)}


def reached(person: Participant, used: Iterable[Channel]) -> bool:
    """Tell whether a participant has an address for any of these channels."""
    return any(address_of(person, channel)[1] for channel in used)


def offered(request: MemberRequest, sendout: SendOut, words: str) -> QuerySet[Participant]:
    """Give the participants to choose from: those looked for, else the first of the audience."""
    if words:
        return search(request.organisation, words)[:OFFERED]
    return audience(sendout).order_by("pk")[:OFFERED]


def rendered(sendout: SendOut, person: Participant | None) -> Rendered:
    """Fill the message in for this participant; raises BadStyle."""
    organisation = sendout.organisation
    told = person is not None and has_been_told(organisation, person.pk)
    language = language_of(person, organisation)
    said = templates(sendout.message, organisation, language)
    examples = example_values(sendout, language) | {FILES: files_for_staff(sendout)}
    filled = values_of(sendout, Channel, person)
    in_email, in_sms = filled[Channel.EMAIL] | examples, filled[Channel.SMS] | examples
    return fill(said, in_email, language, in_sms=in_sms, told=told)


def files_for_staff(sendout: SendOut) -> str:
    """Give where the files are for those who sign in; recipients get links of their own."""
    names = [sendout.organisation.slug, sendout.pk]
    return f"{settings.URL}{reverse('pages:compose_files', args=names)}"


def language_of(person: Participant | None, organisation: Organisation) -> str:
    """Give the language in which the preview speaks to them."""
    return person.language if person else organisation.language


def values(person: Person | None, organisation: Organisation) -> dict[str, str]:
    """Give the merge values for a preview: the way out of the mails is no real link here."""
    shown = person or Participant(organisation=organisation)
    return {**merge_values(shown, organisation), UNSUBSCRIBE: NO_LINK}


def values_of(
    sendout: SendOut, channels: Iterable[Channel], person: Participant | None
) -> dict[Channel, dict[str, str]]:
    """Give the same of a send-out, by channel, which may be for the whole family."""
    if person is None:
        return {channel: values(None, sendout.organisation) for channel in channels}
    told = told_with(sendout, channels, person)
    return {
        channel: values(
            as_family(person, people) if len(people) > 1 else person, sendout.organisation
        )
        for channel, people in told.items()
    }


def test_envelope(
    sendout: SendOut, sender: Sender, person: Participant | None, name: str, address: str
) -> Envelope:
    """Make the message as this participant would get it, addressed to somebody else.

    Raises BadStyle, and BadAddress for a sender's address that cannot stand in a header.
    """
    channel = Channel(sender.channel)
    filled = values_of(sendout, [channel], person)[channel] | {FILES: files_for_staff(sendout)}
    language = language_of(person, sendout.organisation)
    if sender.channel == Channel.SMS:
        text = compile_sms(sendout.message, sendout.organisation).fill(filled, language)
        return Envelope(0, sender.from_address, address, text.encode())
    compiled = compile_email(
        sendout.message,
        sendout.organisation,
        language,
        from_name=sender.from_name,
        from_address=sender.from_address,
        reply_to=sender.reply_to,
    )
    content = compiled.fill(
        filled,
        to_name=name,
        to_address=address,
        message_id=f"test-{uuid.uuid4().hex}",
        date=format_datetime(timezone.now()),
    )
    files = tail_of(sendout.message, compiled.boundary)
    return Envelope(0, sender.from_address, address, content, tail=files)
