"""What keeps one participant from getting a send-out is put right where it is seen."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.contrib import messages
from django.forms import Form
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from sendout.accounts.models import Role
from sendout.deliveries.correcting import Wrong, correct, wrong_address
from sendout.deliveries.reaching import Stand, standing_of
from sendout.pages.access import MemberRequest, member_of
from sendout.pages.compose.check import check_page, leaving_context
from sendout.pages.compose.finding import closed_page, find_sendout
from sendout.pages.compose.reach import OPEN, query_of, reach_context, to_check
from sendout.pages.compose.reach_words import CORRECT, LIFT, OFFERS, SHARING
from sendout.pages.suppressions.change import NOT_SAID, LiftForm, lifted
from sendout.pages.suppressions.correct import CorrectForm, having, told
from sendout.people.models import Participant
from sendout.replies.review import stops_of
from sendout.senders.models import Channel
from sendout.sendouts.models import SendOut
from sendout.suppression import entries
from sendout.suppression.models import Suppression

NAMED = 20  # of those who share an address


@dataclass(slots=True)
class Fix:
    """What is open beside a participant. kind: as in `reach_words.OFFERS`.

    entry: of the Unsubscribes list, where that stands in the way. starts: the number to which they
    may text START, where that lifts it. sharing: who has the same address.
    """

    person: Participant
    channel: str
    reason: str
    kind: str
    query: str
    wrong: Wrong
    form: Form | None = None
    entry: Suppression | None = None
    starts: str = ""
    sharing: list[Participant] = field(default_factory=list)

    @property
    def place(self) -> tuple[int, str]:
        """Whose and which address it is about."""
        return self.person.pk, self.channel

    @property
    def auto_id(self) -> str:
        """How the fields of its form are told from others on the page."""
        return f"fix-{self.person.pk}-{self.channel}-%s"


@member_of(Role.SENDER)
def fix(request: MemberRequest, pk: int, participant: int, channel: str) -> HttpResponse:
    """Show what can be done about one participant's address, or do it."""
    sendout = find_sendout(request, pk)
    if sendout.state not in OPEN:
        return closed_page(request, sendout, 409)
    found = standing_of(sendout, participant)
    if found is None or channel not in Channel.values:
        raise Http404("Nobody of this send-out.")
    shown = open_fix(request, sendout, found.person, channel, found.stand)
    if request.method == "POST":
        return _do(request, sendout, shown)
    if shown is None:
        return redirect(to_check(request, sendout))
    if request.headers.get("HX-Request"):
        context = {"organisation": request.organisation, "sendout": sendout, "fix": shown}
        return render(request, "pages/compose/fix.html", context)
    return check_page(request, sendout, fix=shown)


def open_fix(
    request: MemberRequest, sendout: SendOut, person: Participant, channel: str, stand: Stand
) -> Fix | None:
    """Give what to show beside the participant; None where nothing stands in the way any more."""
    reason = getattr(stand, channel) or ""
    if reason not in OFFERS:
        return None
    wrong = wrong_address(person, channel)
    shown = Fix(person, channel, reason, OFFERS[reason][0], query_of(request), wrong)
    if shown.kind == CORRECT:
        people = having(wrong, person)
        shown.form = CorrectForm(
            request.POST or None, wrong=wrong, people=people, auto_id=shown.auto_id
        )
    elif shown.kind == SHARING:
        shown.sharing = having(wrong, person)[:NAMED]
    else:
        _look_up_entry(request, sendout, shown)
    return shown


def _look_up_entry(request: MemberRequest, sendout: SendOut, shown: Fix) -> None:
    standing = entries.find(request.organisation, shown.channel, shown.wrong.normal)
    shown.entry = next((each for each in standing if each.reason == shown.reason), None)
    if shown.kind == LIFT:
        shown.form = LiftForm(request.POST or None, own_wish=False, auto_id=shown.auto_id)
    elif shown.channel == Channel.SMS and shown.entry and sendout.sms_sender:
        made = stops_of(request.organisation, shown.wrong.normal).made(shown.entry)
        shown.starts = sendout.sms_sender.from_address if made else ""


def _do(request: MemberRequest, sendout: SendOut, shown: Fix | None) -> HttpResponse:
    """Put it right if the form is; then show the numbers as they are now."""
    if shown is None:
        return _numbers(request, sendout, _("It was put right already."))
    form = shown.form
    if form is None or not form.is_valid():
        return _numbers(request, sendout, "", shown)
    return _numbers(request, sendout, _put_right(request, shown, form))


def _put_right(request: MemberRequest, shown: Fix, form: Form) -> str:
    """Do what the form says; give what was done in a sentence."""
    if isinstance(form, CorrectForm) and form.right:
        chosen, why = form.cleaned_data["people"], form.cleaned_data["why"]
        return told(
            shown.wrong, correct(shown.wrong, chosen, form.right, request.user, why), form.right
        )
    if shown.entry is None:
        return _("It was put right already.")
    entries.lift(shown.entry, form.cleaned_data["why"].strip() or NOT_SAID, request.user)
    return lifted(shown.entry)


def _numbers(
    request: MemberRequest, sendout: SendOut, done: str, shown: Fix | None = None
) -> HttpResponse:
    """Show numbers, list and the rest that follows from them; without htmx the page anew."""
    if not request.headers.get("HX-Request"):
        if shown is not None:
            return check_page(request, sendout, fix=shown)
        messages.success(request, done)
        return redirect(to_check(request, sendout))
    leaving = leaving_context(request, sendout)
    context = reach_context(request, sendout, leaving["reached"], shown)
    fresh = {"done": done, "fresh": True}
    return render(request, "pages/compose/fixed.html", {**leaving, **context, **fresh})
