"""Writing: name, channels, category, subject, body, SMS text."""

from __future__ import annotations

from typing import Any

from csp.constants import NONCE, SELF
from csp.decorators import csp_update
from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from sendout.accounts.models import Organisation, Role
from sendout.compose import editing
from sendout.compose.fields import SESSION_FIELDS, STANDARD
from sendout.compose.proposing import propose_sms
from sendout.compose.versions import other_language_of, other_than
from sendout.core.message.blocks.reading import read
from sendout.core.message.blocks.simple import simple_html
from sendout.core.message.plain import plain_text
from sendout.core.message.template import fold
from sendout.pages.access import MemberRequest, member_of
from sendout.pages.compose.attached import card_context
from sendout.pages.compose.blocks import typed
from sendout.pages.compose.characters import counter
from sendout.pages.compose.finding import closed_page, find_sendout
from sendout.pages.compose.write_form import LONGEST_SMS, WriteForm
from sendout.people.columns import own_columns
from sendout.sendouts import writing
from sendout.sendouts.lifecycle import NotPossible
from sendout.sendouts.models import SendOut, State

# The editor of texts brings a few rules of its own as a style element, which carries our nonce.
EDITOR_POLICY = {"style-src": [SELF, NONCE]}
NEXT = {
    "audience": "pages:compose_audience",
    "check": "pages:compose_check",
    "designer": "pages:compose_designer",
}


@member_of(Role.SENDER)
@csp_update(EDITOR_POLICY)  # type: ignore[arg-type]
def new(request: MemberRequest) -> HttpResponse:
    """Begin a send-out; the draft is made when it is first saved."""
    form = WriteForm(sent(request) or None, other=other_than(request.organisation.language))
    if not form.is_valid():
        return _page(request, form, None)
    if sendout := writing.begun(request.organisation, form.writing.page):
        return _saved(request, sendout, form)
    sendout = writing.begin(request.organisation, request.user, form.writing)
    return _onward(request, sendout)


@member_of(Role.SENDER)
@csp_update(EDITOR_POLICY)  # type: ignore[arg-type]
def write(request: MemberRequest, pk: int) -> HttpResponse:
    """Write on a draft; a save from an older version shows both texts to choose from."""
    sendout = find_sendout(request, pk)
    if sendout.state != State.DRAFT:
        return closed_page(request, sendout, 409 if request.method == "POST" else 200)
    form = (
        WriteForm(sent(request), other=other_language_of(sendout.message, request.organisation))
        if request.method == "POST"
        else WriteForm.of(sendout)
    )
    if not form.is_valid():
        return _page(request, form, sendout)
    return _saved(request, sendout, form)


def _saved(request: MemberRequest, sendout: SendOut, form: WriteForm) -> HttpResponse:
    try:
        writing.save(sendout, request.user, form.writing)
    except editing.Conflict as conflict:
        return _conflict_page(request, form, sendout, conflict)
    except NotPossible:
        sendout.refresh_from_db()
        return closed_page(request, sendout, 409)
    return _onward(request, sendout)


def sent(request: MemberRequest) -> QueryDict:
    """Give what was sent, with an SMS proposed from the email where that was asked for."""
    if request.POST.get("then") != "propose":
        return request.POST
    if request.POST.get("sms_text", "").strip():
        messages.error(request, _("The SMS has a text already: empty it to have one proposed."))
        return request.POST
    written = request.POST.copy()
    written["sms_text"] = propose_sms(typed(request), request.organisation)[:LONGEST_SMS]
    if not written["sms_text"]:
        messages.error(
            request, _("Write the email first: the SMS is proposed from its first lines.")
        )
    return written


def _onward(request: MemberRequest, sendout: SendOut) -> HttpResponse:
    route = NEXT.get(request.POST.get("then", ""), "pages:compose_write")
    return redirect(route, request.organisation.slug, sendout.pk)


def _conflict_page(
    request: MemberRequest, form: WriteForm, sendout: SendOut, conflict: editing.Conflict
) -> HttpResponse:
    """Show what the writer wrote beside what was saved; saving again overwrites it knowingly."""
    sendout.refresh_from_db()
    mine = {**request.POST.dict(), "version": str(conflict.saved.version), "page": ""}
    theirs = WriteForm.of(sendout)
    differing = [
        _as_saved(theirs, name, getattr(conflict.saved, name))
        for name in editing.WRITTEN
        if getattr(conflict.saved, name) != form.written[name]
    ]
    return _page(
        request,
        WriteForm(mine, other=other_language_of(conflict.saved, request.organisation)),
        sendout,
        conflict=conflict,
        differing=differing,
        status=409,
    )


def _as_saved(form: WriteForm, name: str, saved: str | bool | list[Any]) -> dict[str, object]:
    """Give what was saved of the message, by the name of the field that shows it."""
    if name == "other_language":
        name, saved = "in_both", bool(saved)
    return {"label": form[name].label, "text": in_words(saved)}


def in_words(value: str | bool | list[Any]) -> str:
    """Say what was saved; a tick is yes or no, blocks are their text."""
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    return plain_text(simple_html(read(value))) if isinstance(value, list) else value


def _page(
    request: MemberRequest,
    form: WriteForm,
    sendout: SendOut | None,
    status: int | None = None,
    **more: object,
) -> HttpResponse:
    context = {
        "organisation": request.organisation,
        "section": "messages",
        "form": form,
        "sendout": sendout,
        "step": "write",
        **card_context(sendout),
        **merge_fields(sendout, request.organisation),
        **counter_of(form, request.organisation),
        **more,
    }
    wrong = 422 if form.is_bound and form.errors else 200
    return render(request, "pages/compose/write.html", context, status=status or wrong)


def merge_fields(sendout: SendOut | None, organisation: Organisation) -> dict[str, list[str]]:
    """Name the merge fields that are offered, ours and the organisation's own."""
    of_sessions = SESSION_FIELDS if sendout and sendout.pattern else ()
    return {
        "standard_fields": [*STANDARD, "organisation", *of_sessions],
        "own_fields": offered_columns(organisation),
    }


def counter_of(form: WriteForm, organisation: Organisation) -> dict[str, object]:
    """Count the SMS as it stands in the form."""
    text, category, level = (
        str(form[name].value() or "") for name in ("sms_text", "category", "sms_plain")
    )
    return counter(text, category, level, organisation)


def offered_columns(organisation: Organisation) -> list[str]:
    """Name the imported columns that can be merge fields, each once however it is spelled."""
    by_name = {fold(column): column for column in reversed(own_columns(organisation))}
    return sorted(set(by_name.values()) - STANDARD.keys(), key=str.casefold)
