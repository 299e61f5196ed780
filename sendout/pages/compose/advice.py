"""What the message as a whole makes one think twice about: its consent, its time, its footer."""

from __future__ import annotations

from collections.abc import Iterator
from copy import copy
from dataclasses import dataclass

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from selectolax.lexbor import LexborHTMLParser

from sendout.compose.attaching import weight_of
from sendout.compose.converting import written_html
from sendout.compose.models import Category
from sendout.compose.rendering import compile_sms
from sendout.compose.versions import versions
from sendout.core.message.blanks import blanks, example_links
from sendout.core.message.marketing import marketing_words
from sendout.core.message.texting import says_stop
from sendout.deliveries.reaching import who_gets
from sendout.senders.models import Channel
from sendout.sendouts.models import Channels, SendOut
from sendout.wording.sizes import file_size

SHOWN = 5  # blanks that a sentence names; it counts the others
MANY = 20  # texts that are not sent by night by mistake
MUCH, GMAIL = 10_000_000, 25_000_000  # bytes of an email: what many servers take, what Gmail does
NIGHT_FROM, NIGHT_UNTIL = 21, 8  # hours of the organisation, where it keeps no quiet hours


@dataclass(frozen=True, slots=True)
class Advice:
    """One sentence, and the page on which it is put right."""

    sentence: str
    url: str
    label: str


def advice(sendout: SendOut) -> Iterator[Advice]:
    """Give what to think of once more."""
    said = [one for _, one in versions_of(sendout)]
    yield from dict.fromkeys(each for one in said for each in (*_left_open(one), *_promotes(one)))
    if Channel.EMAIL in Channels(sendout.channels).used:
        yield from _is_heavy(sendout)
    if Channel.SMS in Channels(sendout.channels).used:
        yield from _says_no_stop(sendout)
        yield from _by_night(sendout)


def versions_of(sendout: SendOut) -> Iterator[tuple[str, SendOut]]:
    """Give the send-out as those are told of it who read each language that it is written in."""
    for language, message in versions(sendout.message, sendout.organisation):
        one = copy(sendout)
        one.message = message
        yield language, one


def body_of(sendout: SendOut) -> str:
    """Give the HTML of what was written, without what is put around it."""
    return written_html(sendout.message)


def _left_open(sendout: SendOut) -> Iterator[Advice]:
    message, used = sendout.message, Channels(sendout.channels).used
    texts, links = [], []
    if Channel.EMAIL in used:
        tree = LexborHTMLParser(body_of(sendout))
        texts = [message.subject, tree.text(separator=" "), message.text]
        links = [link.attributes["href"] or "" for link in tree.css("a[href]")]
    if Channel.SMS in used:
        texts.append(message.sms_text)
    write = _page(sendout, "compose_write")
    if found := blanks(texts):
        sentence = ngettext(
            "{blanks} is still to be filled in: write what belongs there, or take it out.",
            "{blanks} are still to be filled in: write what belongs there, or take them out.",
            len(found),
        )
        more = f" (+{len(found) - SHOWN})" if len(found) > SHOWN else ""
        yield Advice(sentence.format(blanks=", ".join(found[:SHOWN]) + more), write, _("Write"))
    if examples := example_links(links):
        sentence = _("A link leads to {address}, which is only an example: write where it leads.")
        yield Advice(sentence.format(address=examples[0]), write, _("Write"))


def _promotes(sendout: SendOut) -> Iterator[Advice]:
    message, used = sendout.message, Channels(sendout.channels).used
    if message.category != Category.OPERATIONAL:
        return
    said = [message.sms_text] if Channel.SMS in used else []
    if Channel.EMAIL in used:
        said += [message.subject, LexborHTMLParser(body_of(sendout)).text(separator=" ")]
    if words := marketing_words(" / ".join(said)):
        quoted = ", ".join(f"“{word}”" for word in words)
        sentence = _(
            "{words} reads like marketing, and this message is operational, which nobody can "
            "unsubscribe from: choose Marketing, or take it out."
        )
        yield Advice(sentence.format(words=quoted), _page(sendout, "compose_write"), _("Write"))


def _is_heavy(sendout: SendOut) -> Iterator[Advice]:
    """Warn of emails that servers refuse; each adds what stands on the way to its own limit."""
    files = weight_of(sendout.message)
    size = files + len(body_of(sendout).encode())
    if not files or size <= MUCH:
        return
    sentence = _(
        "With its files each email has {size}, and many mail servers take none above 10 MB: send "
        "the largest file as a link."
    )
    if size > GMAIL:
        sentence = _(
            "With its files each email has {size}, and Gmail takes none above 25 MB: send the "
            "largest file as a link."
        )
    words = sentence.format(size=file_size(size))
    yield Advice(words, f"{_page(sendout, 'compose_write')}#files", _("Files"))


def _says_no_stop(sendout: SendOut) -> Iterator[Advice]:
    message = sendout.message
    text = compile_sms(message, sendout.organisation)
    if (
        message.category != Category.MARKETING
        or text.closing
        or all(map(says_stop, text.templates))
    ):
        return
    if message.sms_text.strip():
        sentence = _(
            "The SMS does not say how to refuse more, which the law of most countries asks for in "
            "marketing: add “Reply STOP to unsubscribe”, or have it added to all."
        )
        slug = sendout.organisation.slug
        yield Advice(sentence, reverse("pages:settings_texts", args=[slug]), _("Settings, Texts"))


def _by_night(sendout: SendOut) -> Iterator[Advice]:
    organisation = sendout.organisation
    at = (sendout.scheduled_for or timezone.now()).astimezone(organisation.zone)
    if organisation.quiet_hours or NIGHT_UNTIL <= at.hour < NIGHT_FROM:
        return
    texts = who_gets(sendout, Channel.SMS).count()
    if texts >= MANY:
        sentence = ngettext(
            "{n} text would leave at {time}, in the night: schedule it for the morning, or keep "
            "quiet hours.",
            "{n} texts would leave at {time}, in the night: schedule them for the morning, or keep "
            "quiet hours.",
            texts,
        ).format(n=f"{texts:,}", time=f"{at:%H:%M}")
        url = reverse("pages:settings_texts", args=[organisation.slug])
        yield Advice(sentence, url, _("Quiet hours"))


def _page(sendout: SendOut, name: str) -> str:
    return reverse(f"pages:{name}", args=[sendout.organisation.slug, sendout.pk])
