"""Imports: listed, uploaded, their columns corrected."""

from __future__ import annotations

from itertools import islice
from typing import BinaryIO, cast

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from sendout.accounts.models import Role
from sendout.core.table.headers import Column, Field, Mapping
from sendout.core.table.reader import BadTable
from sendout.core.table.rows import shorten
from sendout.pages.access import MemberRequest, member_of
from sendout.pages.people.finding import find_import, page_of
from sendout.pages.people.forms import FIELD_LABELS, UploadForm
from sendout.people.importing import request_check, store_upload, stored_table
from sendout.people.models import Group, Import, ImportState

SAMPLES = 3  # values shown of each column
CORRECTABLE = (ImportState.UPLOADED, ImportState.CHECKED, ImportState.FAILED)


@member_of(Role.SENDER)
def imports(request: MemberRequest) -> HttpResponse:
    """Show what was imported, newest first."""
    own = Import.objects.filter(organisation=request.organisation)
    context = {
        "organisation": request.organisation,
        "section": "participants",
        "page": page_of(request, own.select_related("created_by").order_by("-id")),
    }
    return render(request, "pages/people/imports.html", context)


@member_of(Role.SENDER)
def upload(request: MemberRequest) -> HttpResponse:
    """Take a file and show what its columns seem to be."""
    data, files = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    form = UploadForm(data, files, initial={"group": request.GET.get("group", "")})
    if form.is_valid() and (stored := _store(request, form)):
        return redirect("pages:import_map", request.organisation.slug, stored.pk)
    context = {
        "organisation": request.organisation,
        "section": "participants",
        "form": form,
        "groups": Group.objects.filter(organisation=request.organisation).order_by("name"),
    }
    status = 422 if form.is_bound else 200
    return render(request, "pages/people/import_upload.html", context, status=status)


def _store(request: MemberRequest, form: UploadForm) -> Import | None:
    file = form.upload
    try:
        return store_upload(
            request.organisation,
            file.name or "list",
            cast(BinaryIO, file.file),
            user=request.user,
            group_name=form.cleaned_data["group"],
        )
    except BadTable as bad:
        sentence = str(bad)
        form.add_error("file", f"{sentence[:1].upper()}{sentence[1:]}.")
        return None


@member_of(Role.SENDER)
def columns(request: MemberRequest, pk: int) -> HttpResponse:
    """Show what each column is taken for, take corrections, and have the file checked."""
    found = find_import(request, pk)
    if found.state not in CORRECTABLE:
        return redirect("pages:import_check", request.organisation.slug, pk)
    mapping = chosen(Mapping.from_json(found.mapping), request.POST)
    twice = [FIELD_LABELS[field] for field in mapping.claimed_twice()]
    if request.method == "POST" and not twice:
        found.mapping = mapping.to_json()
        found.save(update_fields=["mapping"])
        request_check(found)
        return redirect("pages:import_check", request.organisation.slug, pk)
    context = {
        "organisation": request.organisation,
        "section": "participants",
        "upload": found,
        "columns": _shown_columns(found, mapping),
        "fields": FIELD_LABELS.items(),
        "twice": twice,
    }
    status = 422 if twice else 200
    return render(request, "pages/people/import_map.html", context, status=status)


def chosen(mapping: Mapping, posted: QueryDict) -> Mapping:
    """Give the mapping with the fields that were chosen by hand."""
    choices = {c.index: posted.get(f"column_{c.index}", "") for c in mapping.columns}
    fields = {index: Field(name) for index, name in choices.items() if name in FIELD_LABELS}
    return mapping.with_fields(fields)


def _shown_columns(upload: Import, mapping: Mapping) -> list[tuple[Column, list[str]]]:
    with stored_table(upload) as table:
        sample = [row.cells for row in table.sample]
    return [(column, _values(sample, column.index)) for column in mapping.columns]


def _values(sample: list[list[str]], index: int) -> list[str]:
    filled = dict.fromkeys(shorten(row[index]) for row in sample if row[index].strip())
    return list(islice(filled, SAMPLES))


@member_of(Role.SENDER)
@require_POST
def delete(request: MemberRequest, pk: int) -> HttpResponse:
    """Forget a file that is not being worked on; who was imported stays."""
    found = find_import(request, pk)
    if found.moving:
        messages.error(request, _("This import is at work; wait until it has ended."))
        return redirect("pages:import_check", request.organisation.slug, pk)
    found.delete()
    messages.success(
        request, _("“%(name)s” was removed from the list of imports.") % {"name": found.filename}
    )
    return redirect("pages:imports", request.organisation.slug)
