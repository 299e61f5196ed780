"""Which characters make an SMS dear, what they cost, and plain ones in their place."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.template.defaultfilters import floatformat
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from sendout.accounts.models import Organisation, Role
from sendout.compose import editing
from sendout.compose.closing import closes, closing, closing_words
from sendout.compose.models import PLAIN, Category
from sendout.core.message.gsm_plain import MARKS, Plain, plain
from sendout.core.message.sms import Measure, measure
from sendout.core.message.template import parse
from sendout.core.message.texting import closed
from sendout.deliveries.parts import Level, Parts, count_parts
from sendout.pages.access import MemberRequest, member_of
from sendout.pages.compose.finding import closed_page, find_sendout
from sendout.pages.wording import money
from sendout.senders.models import Channel
from sendout.sendouts import drafts
from sendout.sendouts.lifecycle import NotPossible
from sendout.sendouts.models import Channels, SendOut
from sendout.wording.said import said

BUTTONS = {
    Plain.MARKS: gettext_lazy("Use plain marks"),
    Plain.ACCENTS: gettext_lazy("Use plain marks, and leave accents out"),
}
MOST_NAMED = 12  # characters named in a sentence


@dataclass(frozen=True, slots=True)
class Choice:
    """One way to write the text that is being written. parts, pairs: as `plain` and `measure`."""

    level: Plain
    label: str
    text: str
    measured: Measure
    pairs: tuple[tuple[str, str], ...]


def counter(text: str, category: str, level: str, organisation: Organisation) -> dict[str, object]:
    """Give what the counter shows of a text that is being written, merge fields and all."""
    text = text.replace("\r\n", "\n").strip()
    words = closing(parse(text), organisation, category)
    whole = closed(text, words)
    choices = [Choice(each, PLAIN[each], *_made(whole, each)) for each in Plain]
    chosen = next((c for c in choices if c.level == level), choices[0])
    return {
        "sms": chosen.measured,
        "choices": choices,
        "level": chosen.level,
        "marks": MARKS,
        "closing": words.get("", ""),
        "closings": {
            each.value: closing_words(organisation)[""] if closes(organisation, each) else ""
            for each in Category
        },
    }


def _made(text: str, level: Plain) -> tuple[str, Measure, tuple[tuple[str, str], ...]]:
    made, pairs = plain(text, level)
    return made, measure(made), pairs


@dataclass(frozen=True, slots=True)
class Offer:
    """Another level: what it would do, and for how many parts. saved: money, or empty."""

    level: Plain
    label: str
    button: str
    found: Level
    saved: str


def characters(sendout: SendOut) -> dict[str, object] | None:
    """Give what the check page says about the characters; None when they cost nothing more."""
    if Channel.SMS not in Channels(sendout.channels).used:
        return None
    counted = count_parts(sendout)
    now = counted.levels[Plain(sendout.message.sms_plain)]
    if not now.level and now.parts == counted.least:
        return None
    return {
        "counted": counted,
        "now": now,
        "label": said(PLAIN[now.level]),
        "forcing": [character for character, _ in now.forcing.most_common(MOST_NAMED)],
        "times": floatformat(now.parts / counted.least, -1) if counted.least else "",
        "price": _words(now.price, sendout),
        "price_least": money(counted.least_price, sendout.organisation.currency),
        "offers": _offers(sendout, counted, now),
    }


def _offers(sendout: SendOut, counted: Parts, now: Level) -> list[Offer]:
    """Give the levels that change more than the one chosen, and than each other."""
    before, offers = now, []
    for level in list(Plain)[list(Plain).index(now.level) + 1 :]:
        found = counted.levels[level]
        if found.pairs != before.pairs:
            saved = _words(max(0, now.price - found.price), sendout)
            offers.append(Offer(level, said(PLAIN[level]), str(BUTTONS[level]), found, saved))
            before = found
    return offers


def _words(price: int, sendout: SendOut) -> str:
    """Write a price; nothing for what is free."""
    return money(price, sendout.organisation.currency) if price else ""


@member_of(Role.SENDER)
@require_POST
def make_plain(request: MemberRequest, pk: int) -> HttpResponse:
    """Choose how far the texts of a draft are made plain for each recipient."""
    sendout = find_sendout(request, pk)
    level = request.POST.get("level", "")
    if level not in set(Plain):
        raise Http404("There is no such level.")
    try:
        with drafts.changing(sendout) as draft:
            version = request.POST.get("version", "")
            if version != str(draft.message.version):
                raise NotPossible(_("The message was changed meanwhile: look at it again."))
            said = {"sms_plain": level}
            editing.save(draft.message, said, version=int(version), member=request.user)
    except NotPossible as refusal:
        sendout.refresh_from_db()
        if sendout.state != "draft":
            return closed_page(request, sendout, 409)
        messages.error(request, str(refusal))
    return redirect("pages:compose_check", request.organisation.slug, pk)
