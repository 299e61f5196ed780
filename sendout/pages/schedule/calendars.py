"""Calendars that are subscribed to: added, grouped by rules, fetched at once, given up."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from sendout.accounts.models import Organisation, Role
from sendout.core.ical.event import BadCalendar
from sendout.core.ical.fetching import read_address
from sendout.core.table.rows import clean
from sendout.pages.access import MemberRequest, member_of
from sendout.people.models import Group
from sendout.timetable.fetching import ask, group_again
from sendout.timetable.models import Calendar, Rule

MOST_CALENDARS = 50
MOST_RULES = 100
COMING = 8  # events shown of a calendar
CANCELLED = Q(cancelled=True) | Q(called_off=True)


class CalendarForm(forms.ModelForm):  # type: ignore[type-arg]
    """A calendar to subscribe to."""

    class Meta:
        model = Calendar
        fields = ("name", "url", "purpose")
        help_texts = {
            "name": gettext_lazy("What the staff calls it, such as “Pool schedule”."),
            "url": gettext_lazy(
                "The iCal address that your registration software or calendar gives out: it begins "
                "with https:// or webcal:// and mostly ends in .ics."
            ),
            "purpose": gettext_lazy(
                "Reminders are not sent on closed days, such as public holidays."
            ),
        }
        widgets = {"url": forms.URLInput(attrs={"inputmode": "url", "autocomplete": "off"})}

    def __init__(self, *args: Any, organisation: Organisation, **options: Any) -> None:
        super().__init__(*args, **options)
        self.organisation = self.instance.organisation = organisation
        self.fields["url"] = forms.CharField(
            max_length=1000,
            label=gettext_lazy("Address"),
            help_text=self.fields["url"].help_text,
            widget=self.fields["url"].widget,
        )

    def clean_name(self) -> str:
        """Tidy the name; one that is taken is refused."""
        name = clean(self.cleaned_data["name"])
        same = Calendar.objects.filter(organisation=self.organisation, name=name)
        if same.exclude(pk=self.instance.pk).exists():
            raise forms.ValidationError(_("There is a calendar of this name already."))
        return name

    def clean_url(self) -> str:
        """Take an address that may be fetched."""
        try:
            return read_address(self.cleaned_data["url"], inside=settings.CALENDARS_INSIDE)
        except BadCalendar as bad:
            sentence = str(bad)
            raise forms.ValidationError(f"{sentence[:1].upper()}{sentence[1:]}.") from bad

    def clean(self) -> dict[str, Any]:
        """Keep the number of calendars within reason."""
        data = super().clean() or self.cleaned_data
        own = Calendar.objects.filter(organisation=self.organisation)
        if not self.instance.pk and own.count() >= MOST_CALENDARS:
            most = {"most": MOST_CALENDARS}
            raise forms.ValidationError(_("Subscribe to at most %(most)d calendars.") % most)
        return data


class RuleForm(forms.ModelForm):  # type: ignore[type-arg]
    """Which events of a calendar belong to which group."""

    class Meta:
        model = Rule
        fields = ("words", "group")
        labels = {
            "words": gettext_lazy("Events whose title or category contains"),
            "group": gettext_lazy("belong to the group"),
        }

    def __init__(self, *args: Any, calendar: Calendar, **options: Any) -> None:
        super().__init__(*args, **options)
        self.instance.calendar = calendar
        self.instance.organisation = calendar.organisation
        own = Group.objects.filter(organisation=calendar.organisation)
        self.fields["group"] = forms.ModelChoiceField(
            own.order_by("name"), label=self.fields["group"].label
        )

    def clean_words(self) -> str:
        """Tidy the words; the same twice are refused."""
        words = clean(self.cleaned_data["words"])
        rules = self.instance.calendar.rules
        if rules.filter(words=words).exists():
            raise forms.ValidationError(_("There is a rule for these words already."))
        if rules.count() >= MOST_RULES:
            most = {"most": MOST_RULES}
            raise forms.ValidationError(_("A calendar has at most %(most)d rules.") % most)
        return words


@member_of(Role.VIEWER)
def calendars(request: MemberRequest) -> HttpResponse:
    """Show the calendars with how they are, and subscribe to one."""
    may_edit = request.membership.may(Role.SENDER)
    if request.method == "POST" and not may_edit:
        raise PermissionDenied(_("This needs the role “Sender”."))
    form = CalendarForm(request.POST or None, organisation=request.organisation)
    if form.is_valid():
        made = form.save()
        ask(made)
        return redirect("pages:calendar", request.organisation.slug, made.pk)
    own = Calendar.objects.filter(organisation=request.organisation).defer("content")
    context = {
        "organisation": request.organisation,
        "section": "schedule",
        "tab": "calendars",
        "may_edit": may_edit,
        "calendars": own.order_by("name"),
        "form": form,
    }
    status = 422 if form.is_bound else 200
    return render(request, "pages/schedule/calendars.html", context, status=status)


def find_calendar(request: MemberRequest, pk: int) -> Calendar:
    """Give the organisation's calendar with this id; raises Http404 for any other."""
    query = Calendar.objects.select_related("organisation").defer("content")
    return get_object_or_404(query, organisation=request.organisation, pk=pk)


@member_of(Role.VIEWER)
def calendar(request: MemberRequest, pk: int) -> HttpResponse:
    """Show a calendar with its rules, and take changes."""
    found = find_calendar(request, pk)
    if request.method == "POST" and not request.membership.may(Role.SENDER):
        raise PermissionDenied(_("This needs the role “Sender”."))
    before = (found.url, found.purpose)
    form = CalendarForm(request.POST or None, instance=found, organisation=request.organisation)
    if not form.is_valid():
        return calendar_page(request, pk, form=form)
    saved = form.save()
    if before != (saved.url, saved.purpose):
        start_anew(saved)
    messages.success(request, _("The calendar is saved."))
    return redirect("pages:calendar", request.organisation.slug, pk)


def start_anew(calendar: Calendar) -> None:
    """Forget what was known of the old address, and fetch the new one."""
    anew = {"content": b"", "etag": "", "last_modified": "", "trouble": ""}
    Calendar.objects.filter(pk=calendar.pk).update(**anew)
    calendar.closed_days.all().delete()
    calendar.sessions.filter(starts__gt=timezone.now()).update(cancelled=True)
    ask(calendar)


def calendar_page(
    request: MemberRequest,
    pk: int,
    *,
    form: CalendarForm | None = None,
    rule_form: RuleForm | None = None,
) -> HttpResponse:
    """Make the page; a form is as it was sent, when it had errors."""
    found = find_calendar(request, pk)
    context = {
        **live_context(request, found),
        "section": "schedule",
        "tab": "calendars",
        "form": form or CalendarForm(instance=found, organisation=request.organisation),
        "rule_form": rule_form or RuleForm(calendar=found),
        "rules": found.rules.select_related("group").order_by("pk"),
    }
    wrong = [each for each in (form, rule_form) if each is not None and each.is_bound]
    status = 422 if wrong else 200
    return render(request, "pages/schedule/calendar.html", context, status=status)


def live_context(request: MemberRequest, found: Calendar) -> dict[str, object]:
    """Give how a calendar is, and what it says is coming."""
    coming = found.sessions.filter(starts__gt=timezone.now())
    return {
        "organisation": request.organisation,
        "may_edit": request.membership.may(Role.SENDER),
        "calendar": found,
        "waits": found.tried_at is None,
        "counts": coming.aggregate(
            all=Count("pk"), grouped=Count("group"), off=Count("pk", filter=CANCELLED)
        ),
        "coming": coming.select_related("group").order_by("starts", "pk")[:COMING],
        "closed_days": found.closed_days.filter(day__gte=timezone.localdate()).order_by("day")[
            :COMING
        ],
    }


@member_of(Role.VIEWER)
def live(request: MemberRequest, pk: int) -> HttpResponse:
    """Show how a calendar is, for those who wait for it."""
    context = live_context(request, find_calendar(request, pk))
    return render(request, "pages/schedule/calendar_live.html", context)


@member_of(Role.SENDER)
@require_POST
def fetch(request: MemberRequest, pk: int) -> HttpResponse:
    """Have a calendar fetched now."""
    ask(find_calendar(request, pk))
    return redirect("pages:calendar", request.organisation.slug, pk)


@member_of(Role.SENDER)
@require_POST
def delete(request: MemberRequest, pk: int) -> HttpResponse:
    """Give a calendar up, with all that came from it."""
    found = find_calendar(request, pk)
    found.delete()
    told = _("“%(calendar)s” was removed, with its sessions and closed days.")
    messages.success(request, told % {"calendar": found.name})
    return redirect("pages:calendars", request.organisation.slug)


@member_of(Role.SENDER)
@require_POST
def add_rule(request: MemberRequest, pk: int) -> HttpResponse:
    """Say which events belong to a group."""
    found = find_calendar(request, pk)
    form = RuleForm(request.POST, calendar=found)
    if not form.is_valid():
        return calendar_page(request, pk, rule_form=form)
    form.save()
    group_again(found)
    return redirect("pages:calendar", request.organisation.slug, pk)


@member_of(Role.SENDER)
@require_POST
def remove_rule(request: MemberRequest, pk: int, rule: int) -> HttpResponse:
    """Take a rule away."""
    found = find_calendar(request, pk)
    get_object_or_404(found.rules, pk=rule).delete()
    group_again(found)
    return redirect("pages:calendar", request.organisation.slug, pk)
