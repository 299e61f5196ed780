"""A page of settings that is one form: everybody sees it, owners change it."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from sendout.accounts.models import Organisation, Role
from sendout.pages.access import MemberRequest


def form_page(
    request: MemberRequest,
    form_of: type[forms.ModelForm[Organisation]],
    template: str,
    **more: object,
) -> HttpResponse:
    """Show the organisation in a form, or save what an owner sent.

    template: of the page, by its name among those of the settings. more: what it shows besides.
    """
    may_edit = request.membership.may(Role.OWNER)
    if request.method == "POST" and not may_edit:
        raise PermissionDenied(_("This needs the role “Owner”."))
    form = form_of(request.POST or None, request.FILES or None, instance=request.organisation)
    if form.is_valid():
        form.save()
        messages.success(request, _("The settings are saved."))
        return redirect(request.path)
    if not may_edit:
        for field in form.fields.values():
            field.disabled = True
    context = more | {
        # A refused name must not show up in the frame of the page.
        "organisation": Organisation.objects.get(pk=request.organisation.pk),
        "section": "settings",
        "form": form,
        "may_edit": may_edit,
    }
    status = 422 if form.errors else 200
    return render(request, f"pages/settings/{template}.html", context, status=status)
