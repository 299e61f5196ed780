"""Lists that other systems wrote: uploaded, and how they are read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from itertools import islice
from typing import BinaryIO, cast

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from sendout.accounts.models import Role
from sendout.core.table.reader import BadTable
from sendout.core.table.rows import shorten
from sendout.core.unsubscribes.shape import REASON_OF_SHAPE, Layout, Part, Shape
from sendout.core.unsubscribes.words import ADMIN, BAD, COMPLAINT, UNSUBSCRIBED
from sendout.pages.access import MemberRequest, member_of
from sendout.pages.people.forms import UploadForm
from sendout.suppression.importing import (
    NotPossible,
    request_check,
    request_undo,
    store_list,
    stored_list,
    take_for,
)
from sendout.suppression.models import ListImport, ListImportState

AT_A_TIME = 50
SAMPLES = 3  # values shown of each column
State = ListImportState
CORRECTABLE = (State.UPLOADED, State.CHECKED, State.FAILED)
SHAPE_LABELS = {
    Shape.MAILCHIMP_UNSUBSCRIBED: gettext_lazy("Mailchimp: unsubscribed"),
    Shape.MAILCHIMP_CLEANED: gettext_lazy("Mailchimp: cleaned"),
    Shape.CONSTANT_CONTACT: gettext_lazy("Constant Contact"),
    Shape.SENDOUT: gettext_lazy("Sendout"),
    Shape.PLAIN: gettext_lazy("Another list"),
}
PART_LABELS = {
    Part.EMAIL: gettext_lazy("Email address to stop"),
    Part.PHONE: gettext_lazy("Phone number to stop"),
    Part.ADDRESS: gettext_lazy("Email address or phone number"),
    Part.REASON: gettext_lazy("Reason"),
    Part.STATUS: gettext_lazy("Whether they unsubscribed"),
    Part.DATE: gettext_lazy("Since when"),
    Part.CHANNEL: gettext_lazy("Channel"),
    Part.CATEGORY: gettext_lazy("What to stop"),
    Part.MAIL: gettext_lazy("After which message"),
    Part.WORDS: gettext_lazy("Words to keep"),
    Part.IGNORE: gettext_lazy("Leave out"),
}
REASON_LABELS = {
    UNSUBSCRIBED: gettext_lazy("Recipient unsubscribed"),
    COMPLAINT: gettext_lazy("Complaint"),
    BAD: gettext_lazy("Bad email or number"),
    ADMIN: gettext_lazy("Added by staff"),
}


class ReadingForm(forms.Form):
    """What holds for the rows that do not say it themselves."""

    reason = forms.ChoiceField(
        choices=[*REASON_LABELS.items()], label=gettext_lazy("Reason of rows that name none")
    )
    category = forms.ChoiceField(
        choices=[("", gettext_lazy("Everything")), ("marketing", gettext_lazy("Marketing only"))],
        required=False,
        label=gettext_lazy("What entries added by staff stop"),
        help_text=gettext_lazy(
            "A recipient's own wish stops marketing email or all SMS; a complaint and a bad "
            "address stop the whole channel, whatever is chosen here."
        ),
    )


def find_list(request: MemberRequest, pk: int) -> ListImport:
    """Give the organisation's import with this id; raises Http404 for any other."""
    return get_object_or_404(ListImport, organisation=request.organisation, pk=pk)


@member_of(Role.SENDER)
def imports(request: MemberRequest) -> HttpResponse:
    """Show the lists that came in, newest first."""
    own = ListImport.objects.filter(organisation=request.organisation)
    found = own.select_related("created_by", "undone_by").order_by("-id")
    context = {
        "organisation": request.organisation,
        "section": "suppressions",
        "page": Paginator(found, AT_A_TIME).get_page(request.GET.get("page")),
    }
    return render(request, "pages/suppressions/imports.html", context)


@member_of(Role.SENDER)
def upload(request: MemberRequest) -> HttpResponse:
    """Take a file."""
    data, files = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    form = UploadForm(data, files)
    if form.is_valid() and (stored := _store(request, form)):
        return redirect("pages:list_read", request.organisation.slug, stored.pk)
    context = {"organisation": request.organisation, "section": "suppressions", "form": form}
    status = 422 if form.is_bound else 200
    return render(request, "pages/suppressions/import_upload.html", context, status=status)


def _store(request: MemberRequest, form: UploadForm) -> ListImport | None:
    file = form.upload
    stream = cast(BinaryIO, file.file)
    try:
        return store_list(request.organisation, file.name or "list", stream, user=request.user)
    except BadTable as bad:
        sentence = str(bad)
        form.add_error("file", f"{sentence[:1].upper()}{sentence[1:]}.")
        return None


@member_of(Role.SENDER)
def read(request: MemberRequest, pk: int) -> HttpResponse:
    """Show who seems to have written the list and what each column is; have it checked."""
    found = find_list(request, pk)
    if found.state not in CORRECTABLE:
        return redirect("pages:list_check", request.organisation.slug, pk)
    if request.method == "POST" and _takes_other_shape(request, found):
        return redirect("pages:list_read", request.organisation.slug, pk)
    layout = chosen(Layout.from_json(found.layout), request.POST)
    usual = found.reason or REASON_OF_SHAPE.get(layout.shape, UNSUBSCRIBED)
    form = ReadingForm(request.POST or None, initial={"reason": usual, "category": found.category})
    problem = layout.problem()
    if form.is_valid() and not problem:
        found.layout = layout.to_json()
        found.reason, found.category = form.cleaned_data["reason"], form.cleaned_data["category"]
        found.save(update_fields=["layout", "reason", "category"])
        request_check(found)
        return redirect("pages:list_check", request.organisation.slug, pk)
    context = {
        "organisation": request.organisation,
        "section": "suppressions",
        "upload": found,
        "shapes": SHAPE_LABELS.items(),
        "layout": layout,
        "columns": _columns(found, layout),
        "parts": PART_LABELS.items(),
        "problem": problem if request.method == "POST" else "",
        "form": form,
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "pages/suppressions/import_read.html", context, status=status)


def _takes_other_shape(request: MemberRequest, found: ListImport) -> bool:
    shape = request.POST.get("shape", "")
    if shape not in SHAPE_LABELS or shape == found.layout["shape"]:
        return False
    take_for(found, Shape(shape))
    return True


def chosen(layout: Layout, posted: Mapping[str, str]) -> Layout:
    """Give the layout with the parts that were chosen by hand."""
    parts = [posted.get(f"column_{place}", part) for place, part in enumerate(layout.parts)]
    known = [Part(new) if new in PART_LABELS else old for new, old in zip(parts, layout.parts)]  # noqa: B905
    return replace(layout, parts=tuple(known))


def _columns(found: ListImport, layout: Layout) -> list[tuple[int, str, Part, list[str]]]:
    with stored_list(found) as table:
        sample = [row.cells for row in table.sample]
    return [
        (place, header, layout.parts[place], _values(sample, place))
        for place, header in enumerate(layout.headers)
    ]


def _values(sample: list[list[str]], place: int) -> list[str]:
    filled = dict.fromkeys(shorten(row[place]) for row in sample if row[place].strip())
    return list(islice(filled, SAMPLES))


@member_of(Role.SENDER)
@require_POST
def undo(request: MemberRequest, pk: int) -> HttpResponse:
    """Have a whole import taken back."""
    found = find_list(request, pk)
    try:
        request_undo(found, request.user)
    except NotPossible as refusal:
        messages.error(request, str(refusal))
    return redirect("pages:list_check", request.organisation.slug, pk)


@member_of(Role.SENDER)
@require_POST
def delete(request: MemberRequest, pk: int) -> HttpResponse:
    """Forget a file that was not imported; what was imported is kept, to be undone."""
    found = find_list(request, pk)
    if found.state not in CORRECTABLE:
        messages.error(
            request, _("This import is kept: its entries are on the list because of it.")
        )
        return redirect("pages:list_check", request.organisation.slug, pk)
    found.delete()
    messages.success(request, _("“%(name)s” was removed.") % {"name": found.filename})
    return redirect("pages:list_imports", request.organisation.slug)
