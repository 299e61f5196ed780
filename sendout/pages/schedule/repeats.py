"""What repeats: the series with their times, begun, changed, started, paused, ended."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from sendout.accounts.models import Role
from sendout.core.table.rows import clean
from sendout.pages.access import MemberRequest, member_of
from sendout.pages.compose.approval_shown import shown_approval
from sendout.pages.messages.shown import Shown
from sendout.pages.schedule.words import DAYS, when_words
from sendout.sendouts.lifecycle import NotPossible
from sendout.sendouts.models import Channels
from sendout.series.models import MOST_HOURS, Going, Series, When
from sendout.series.planning import Planned, plan
from sendout.series.steering import begin, change, move

SOON, AHEAD = timedelta(days=7), timedelta(days=28)
SHOWN = 20
FURTHEST = timedelta(days=3652)  # a last day
STEPS = {"start": Going.ACTIVE, "resume": Going.ACTIVE, "pause": Going.PAUSED, "end": Going.ENDED}
TOLD = {
    Going.ACTIVE: gettext_lazy("“%(name)s” repeats from now on."),
    Going.PAUSED: gettext_lazy("“%(name)s” is paused: nothing is sent until you resume it."),
    Going.ENDED: gettext_lazy("“%(name)s” has ended. What was sent is kept."),
}


class SeriesForm(forms.Form):
    """By what a message repeats."""

    name = forms.CharField(
        max_length=150,
        label=gettext_lazy("Name"),
        help_text=gettext_lazy("For the staff; recipients do not see it."),
    )
    when = forms.ChoiceField(
        choices=When.choices, widget=forms.RadioSelect, label=gettext_lazy("It is sent")
    )
    hours = forms.IntegerField(
        min_value=1,
        max_value=MOST_HOURS,
        error_messages={"required": gettext_lazy("Say how many hours before.")},
        label=gettext_lazy("Hours before each session"),
        help_text=gettext_lazy("24 is the day before, at the same time."),
    )
    weekdays = forms.TypedMultipleChoiceField(
        choices=DAYS,
        coerce=int,
        error_messages={"required": gettext_lazy("Choose a day of the week.")},
        widget=forms.CheckboxSelectMultiple,
        label=gettext_lazy("On these days of the week"),
    )
    at = forms.TimeField(
        error_messages={"required": gettext_lazy("Say at what time.")},
        label=gettext_lazy("At"),
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        help_text=gettext_lazy("On the clock of your organisation."),
    )
    on_closed_days = forms.BooleanField(required=False, label=gettext_lazy("On closed days, too"))
    at_night = forms.BooleanField(
        required=False,
        label=gettext_lazy("SMS in quiet hours, too"),
        help_text=gettext_lazy(
            "Otherwise it waits for the morning. A reminder whose session begins before that goes "
            "in the evening."
        ),
    )
    ends_on = forms.DateField(
        required=False,
        label=gettext_lazy("Last day"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )

    use_required_attribute = False

    def __init__(self, *args: Any, quiet: bool = False, **options: Any) -> None:
        """quiet: whether the organisation keeps quiet hours."""
        super().__init__(*args, **options)
        if not quiet:
            del self.fields["at_night"]
        if self.is_bound:  # what the other choice needs may be missing
            weekly = self.data.get("when") == When.WEEKLY
            self.fields["hours"].required = not weekly
            self.fields["weekdays"].required = self.fields["at"].required = weekly

    def clean_name(self) -> str:
        """Tidy the name."""
        return clean(self.cleaned_data["name"])

    def clean_ends_on(self) -> date | None:
        """Refuse a last day that is over, and a slip of the year."""
        last: date | None = self.cleaned_data["ends_on"]
        if last and last < timezone.localdate():
            raise forms.ValidationError(_("This day is over: choose a later one, or none."))
        if last and last > timezone.localdate() + FURTHEST:
            raise forms.ValidationError(_("Choose a day within ten years, or none."))
        return last

    @property
    def times(self) -> dict[str, Any]:
        """Give what a series keeps of it."""
        kept = ("when", "weekdays", "at", "on_closed_days", "at_night", "ends_on")
        return {name: self.cleaned_data[name] for name in kept if name in self.fields} | {
            "hours": self.cleaned_data["hours"] or 24
        }

    @classmethod
    def of(cls, series: Series) -> SeriesForm:
        """Give the form as a series is."""
        kept = ("when", "hours", "weekdays", "at", "on_closed_days", "at_night", "ends_on")
        return cls(
            initial={name: getattr(series, name) for name in kept} | {"name": series.pattern.name},
            quiet=series.organisation.quiet_hours,
        )


class NewForm(SeriesForm):
    """A series to begin; its channels can be changed where it is written."""

    channels = forms.ChoiceField(
        choices=Channels.choices, initial=Channels.EMAIL, label=gettext_lazy("Channels")
    )
    field_order = ("name", "channels")


def own_series(request: MemberRequest) -> QuerySet[Series]:
    """Give the organisation's series with what showing them needs."""
    related = ("organisation", "pattern__message", "created_by")
    return Series.objects.filter(organisation=request.organisation).select_related(*related)


def find_series(request: MemberRequest, pk: int) -> Series:
    """Give the organisation's series with this id; raises Http404 for any other."""
    return get_object_or_404(own_series(request), pk=pk)


@member_of(Role.VIEWER)
def repeats(request: MemberRequest) -> HttpResponse:
    """Show what repeats."""
    now = timezone.now()
    found = list(own_series(request).order_by("going", "pattern__name"))
    coming = {
        one.pk: next((each for each in plan(one, now, now + AHEAD) if not each.closed), None)
        for one in found
        if one.going == Going.ACTIVE
    }
    context = {
        "organisation": request.organisation,
        "section": "schedule",
        "tab": "repeats",
        "may_edit": request.membership.may(Role.SENDER),
        "rows": [(one, when_words(one), coming.get(one.pk)) for one in found],
    }
    return render(request, "pages/schedule/repeats.html", context)


@member_of(Role.SENDER)
def new(request: MemberRequest) -> HttpResponse:
    """Begin a series; its message is written next."""
    form = NewForm(
        request.POST or None,
        initial={"when": When.BEFORE, "hours": 24},
        quiet=request.organisation.quiet_hours,
    )
    if form.is_valid():
        data = form.cleaned_data
        made = begin(request.organisation, request.user, data["name"], data["channels"], form.times)
        return redirect("pages:compose_write", request.organisation.slug, made.pattern_id)
    context = {"organisation": request.organisation, "section": "schedule", "form": form}
    status = 422 if form.is_bound else 200
    return render(request, "pages/schedule/repeat_new.html", context, status=status)


@member_of(Role.VIEWER)
def series(request: MemberRequest, pk: int) -> HttpResponse:
    """Show a series: what comes, and what was sent or not."""
    return series_page(request, find_series(request, pk))


def series_page(
    request: MemberRequest, found: Series, form: SeriesForm | None = None, status: int = 200
) -> HttpResponse:
    """Make the page, with the form as it was sent when it had errors."""
    now = timezone.now()
    context = {
        "organisation": request.organisation,
        "section": "schedule",
        "tab": "repeats",
        "may_edit": request.membership.may(Role.SENDER),
        "series": found,
        "words": when_words(found),
        "whom": Shown(found.pattern, {}).audience,
        "form": form or SeriesForm.of(found),
        "approval": shown_approval(found.pattern, request.user),
        "coming": coming(found, now) if found.going != Going.ENDED else [],
        "past": found.occurrences.select_related("sendout", "session").order_by("-due", "-pk")[
            :SHOWN
        ],
    }
    return render(request, "pages/schedule/repeat.html", context, status=status)


def coming(series: Series, now: datetime) -> list[Planned]:
    """Give the first times ahead; where it repeats often, those of the next days are enough."""
    soon = plan(series, now, now + SOON)
    return (soon if len(soon) >= SHOWN else plan(series, now, now + AHEAD))[:SHOWN]


@member_of(Role.SENDER)
@require_POST
def save(request: MemberRequest, pk: int) -> HttpResponse:
    """Have a series repeat at other times from now on."""
    found = find_series(request, pk)
    form = SeriesForm(request.POST, quiet=request.organisation.quiet_hours)
    if not form.is_valid():
        return series_page(request, found, form, 422)
    before = found.going
    if change(found, form.cleaned_data["name"], form.times).going == before:
        messages.success(request, _("Saved: it counts from now on."))
    else:
        messages.warning(request, _("Saved. It is paused until another member approves it."))
    return redirect("pages:series", request.organisation.slug, pk)


@member_of(Role.SENDER)
@require_POST
def step(request: MemberRequest, pk: int, to: str) -> HttpResponse:
    """Start, pause, resume or end a series."""
    found = find_series(request, pk)
    going = STEPS[to]
    try:
        move(found, going)
    except NotPossible as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, TOLD[going] % {"name": found.pattern.name})
    return redirect("pages:series", request.organisation.slug, pk)
