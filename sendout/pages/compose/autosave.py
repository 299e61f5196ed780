"""What is being written saves itself: the same form, sent by autosave.js, answered in JSON."""

from __future__ import annotations

import re

from django.http import HttpResponse, JsonResponse, QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from sendout.accounts.models import Role
from sendout.compose import editing
from sendout.compose.models import Message
from sendout.compose.versions import other_language_of, other_than
from sendout.pages.access import MemberRequest, member_of
from sendout.pages.compose.finding import find_sendout
from sendout.pages.compose.write_form import WriteForm
from sendout.sendouts import writing
from sendout.sendouts.lifecycle import NotPossible
from sendout.sendouts.models import SendOut

LONGEST_NAME = 60  # characters, of a name that nobody gave
MARKS = re.compile(r"[#*_`>]")  # of Markdown


@member_of(Role.SENDER)
@require_POST
def save_new(request: MemberRequest) -> HttpResponse:
    """Save a new message for the first time; nothing is made where nothing was typed."""
    form = WriteForm(named(request.POST), other=other_than(request.organisation.language))
    if not form.is_valid():
        return refused(form)
    if not form.writing.says_something and not request.POST.get("name", "").strip():
        return JsonResponse({})
    try:
        sendout = writing.begin(request.organisation, request.user, form.writing)
    except editing.Conflict as conflict:
        return told(request, conflict)
    except NotPossible as refusal:
        return JsonResponse({"closed": str(refusal)}, status=409)
    sendout.message.refresh_from_db()
    return JsonResponse(said(sendout.message) | {"goes_on": places(request, sendout)})


@member_of(Role.SENDER)
@require_POST
def save(request: MemberRequest, pk: int) -> HttpResponse:
    """Save a draft; nothing is saved over what somebody else saved meanwhile."""
    sendout = find_sendout(request, pk)
    other = other_language_of(sendout.message, request.organisation)
    form = WriteForm(named(request.POST), other=other)
    if not form.is_valid():
        return refused(form)
    try:
        message = writing.save(sendout, request.user, form.writing)
    except editing.Conflict as conflict:
        return told(request, conflict)
    except NotPossible as refusal:
        return JsonResponse({"closed": str(refusal)}, status=409)
    return JsonResponse(said(message))


def named(typed: QueryDict) -> QueryDict:
    """Give what was sent with a name, made of the first words where nobody gave one yet."""
    if typed.get("name", "").strip():
        return typed
    first = (typed.get(name, "").strip() for name in ("subject", "body", "sms_text"))
    line = MARKS.sub("", next(filter(None, first), "").split("\n")[0])
    filled = typed.copy()
    filled["name"] = " ".join(line.split())[:LONGEST_NAME] or _("Without a name")
    return filled


def said(message: Message) -> dict[str, object]:
    """Tell what is saved, and when, on the organisation's clock."""
    at = timezone.localtime(message.updated_at).strftime("%H:%M")
    return {"version": message.version, "words": _("Saved %(time)s") % {"time": at}}


def places(request: MemberRequest, sendout: SendOut) -> dict[str, str]:
    """Give the addresses at which the draft of a new page is from now on."""
    names = [request.organisation.slug, sendout.pk]
    return {
        "page": reverse("pages:compose_write", args=names),
        "save": reverse("pages:compose_save", args=names),
        "files": reverse("pages:compose_files", args=names),
    }


def refused(form: WriteForm) -> HttpResponse:
    """Say what is wrong in which field."""
    sentences = [
        f"{form[name].label}: {error}" if name in form.fields else str(error)
        for name, errors in form.errors.items()
        for error in errors
    ]
    words = _("Not saved. %(problems)s") % {"problems": " ".join(sentences)}
    return JsonResponse({"refused": words}, status=422)


def told(request: MemberRequest, conflict: editing.Conflict) -> HttpResponse:
    """Say who saved meanwhile, and that what is written here is not saved over it."""
    at = timezone.localtime(conflict.at).strftime("%H:%M")
    if conflict.saved.updated_by_id == request.user.pk:
        words = _(
            "You saved this message in another window at %(time)s. Your text here stays, and is "
            "not saved until you have chosen."
        ) % {"time": at}
    else:
        words = _(
            "%(name)s saved this message at %(time)s. Your text here stays, and is not saved "
            "until you have chosen."
        ) % {"name": conflict.by, "time": at}
    return JsonResponse({"conflict": words}, status=409)
