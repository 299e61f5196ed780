"""Days on which the organisation is closed: entered here, or told by a calendar."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from sendout.accounts.models import Organisation, Role
from sendout.core.table.rows import clean
from sendout.pages.access import MemberRequest, member_of
from sendout.timetable.models import ClosedDay

DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
LONGEST = 120  # days that are entered at once
FARTHEST = timedelta(days=3660)


class ClosedForm(forms.Form):
    """A day, or several in a row."""

    first = forms.DateField(label=gettext_lazy("Day"), widget=DAY)
    last = forms.DateField(
        label=gettext_lazy("Until"),
        required=False,
        widget=DAY,
        help_text=gettext_lazy("The last day, if there are several."),
    )
    name = forms.CharField(
        label=gettext_lazy("Name"),
        required=False,
        max_length=120,
        help_text=gettext_lazy("Such as “Christmas”."),
    )

    def clean_first(self) -> date:
        """Refuse a slip of the year."""
        first: date = self.cleaned_data["first"]
        today = timezone.localdate()
        if not today <= first <= today + FARTHEST:
            raise forms.ValidationError(_("Choose a day from today on, within ten years."))
        return first

    def clean(self) -> dict[str, Any]:
        """Refuse a last day that is before the first, or far from it."""
        data = super().clean() or self.cleaned_data
        first, last = data.get("first"), data.get("last")
        if first and last and not timedelta() <= last - first < timedelta(days=LONGEST):
            wrong = _("Choose a day after the first, at most %(most)d days later.")
            self.add_error("last", wrong % {"most": LONGEST})
        return data

    def save(self, organisation: Organisation) -> None:
        """Store the days; one that is closed already gets the new name."""
        first: date = self.cleaned_data["first"]
        last: date = self.cleaned_data["last"] or first
        for n in range((last - first).days + 1):
            ClosedDay.objects.update_or_create(
                organisation=organisation,
                calendar=None,
                day=first + timedelta(days=n),
                defaults={"name": clean(self.cleaned_data["name"])},
            )


@member_of(Role.VIEWER)
def closed_days(request: MemberRequest) -> HttpResponse:
    """Show the closed days to come, and enter some."""
    may_edit = request.membership.may(Role.SENDER)
    if request.method == "POST" and not may_edit:
        raise PermissionDenied(_("This needs the role “Sender”."))
    form = ClosedForm(request.POST or None)
    if form.is_valid():
        form.save(request.organisation)
        return redirect("pages:closed_days", request.organisation.slug)
    own = ClosedDay.objects.filter(organisation=request.organisation, day__gte=timezone.localdate())
    context = {
        "organisation": request.organisation,
        "section": "schedule",
        "tab": "closed",
        "may_edit": may_edit,
        "days": own.select_related("calendar").defer("calendar__content").order_by("day", "pk"),
        "form": form,
    }
    status = 422 if form.is_bound else 200
    return render(request, "pages/schedule/closed.html", context, status=status)


@member_of(Role.SENDER)
@require_POST
def remove(request: MemberRequest, pk: int) -> HttpResponse:
    """Open on a day after all; what a calendar says is changed there."""
    own = ClosedDay.objects.filter(organisation=request.organisation)
    found = get_object_or_404(own.select_related("calendar"), pk=pk)
    if found.calendar:
        told = _("This day comes from “%(calendar)s” and would come back: take it out there.")
        messages.error(request, told % {"calendar": found.calendar.name})
    else:
        found.delete()
    return redirect("pages:closed_days", request.organisation.slug)
