"""Sessions of an organisation's activities, the calendars that tell of them, and closed days."""

from __future__ import annotations

from datetime import date

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from sendout.accounts.models import Organisation
from sendout.people.models import Group


class Purpose(models.TextChoices):
    """What the events of a calendar are for us."""

    SESSIONS = "sessions", _("Sessions")
    CLOSED = "closed", _("Closed days")


class Calendar(models.Model):
    """A calendar that another program publishes (iCal, RFC 5545), fetched again and again.

    content: the last copy that could be read; kept when a later one cannot. etag, last_modified:
    what its server said about that copy. fetched_at: when it last answered well; trouble: why it
    does not now, as a clause. next_at: when it is asked again.
    """

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="calendars")
    name = models.CharField(_("name"), max_length=120)
    url = models.CharField(_("address"), max_length=1000)
    purpose = models.CharField(
        _("what it holds"), max_length=8, choices=Purpose, default=Purpose.SESSIONS
    )
    content = models.BinaryField(default=bytes)
    etag = models.CharField(max_length=200, blank=True)
    last_modified = models.CharField(max_length=100, blank=True)
    fetched_at = models.DateTimeField(null=True)
    tried_at = models.DateTimeField(null=True)
    trouble = models.TextField(blank=True)
    next_at = models.DateTimeField(db_default=Now())
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        indexes = [models.Index(fields=["next_at"], name="calendar_due")]
        constraints = [
            models.UniqueConstraint(fields=["organisation", "name"], name="one_calendar_each_name")
        ]

    def __str__(self) -> str:
        return self.name


class Rule(models.Model):
    """Events of a calendar whose title or category contains these words belong to a group."""

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="session_rules")
    calendar = models.ForeignKey(Calendar, models.CASCADE, related_name="rules")
    words = models.CharField(_("words"), max_length=120)
    group = models.ForeignKey(Group, models.CASCADE, related_name="session_rules")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["calendar", "words"], name="one_rule_each_words")
        ]

    def __str__(self) -> str:
        return self.words


class Session(models.Model):
    """One time at which an activity takes place.

    calendar: where it comes from; None: a file. uid, key: tell it apart from all others of there,
    however it is moved (`core.ical.event`). whole_day: it has no time, and `starts` is midnight.
    cancelled: as the calendar or the file says, or gone from the calendar. called_off: as the
    staff says here, whatever comes.
    """

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="sessions")
    calendar = models.ForeignKey(Calendar, models.CASCADE, null=True, related_name="sessions")
    uid = models.CharField(max_length=500)
    key = models.CharField(max_length=20, blank=True)
    title = models.CharField(_("title"), max_length=200)
    group = models.ForeignKey(Group, models.SET_NULL, null=True, related_name="sessions")
    starts = models.DateTimeField()
    ends = models.DateTimeField()
    whole_day = models.BooleanField(default=False)
    place = models.CharField(max_length=200, blank=True)
    cancelled = models.BooleanField(default=False)
    called_off = models.BooleanField(default=False)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        indexes = [
            models.Index(fields=["organisation", "starts"], name="session_of_organisation"),
            models.Index(fields=["starts"], name="session_starts"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "calendar", "uid", "key"],
                nulls_distinct=False,
                name="one_session_each_key",
            )
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def off(self) -> bool:
        """Whether it does not take place."""
        return self.cancelled or self.called_off

    @property
    def day(self) -> date:
        """The day on the organisation's clock."""
        return timezone.localtime(self.starts, self.organisation.zone).date()


class ClosedDay(models.Model):
    """A day on which the organisation is closed. calendar: where it comes from; None: the staff."""

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="closed_days")
    calendar = models.ForeignKey(Calendar, models.CASCADE, null=True, related_name="closed_days")
    day = models.DateField(_("day"))
    name = models.CharField(_("name"), max_length=120, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "calendar", "day"],
                nulls_distinct=False,
                name="one_closed_day_each",
            )
        ]

    def __str__(self) -> str:
        return self.name or self.day.isoformat()


class ScheduleFile(models.Model):
    """A schedule in a file, on its way in: kept from the look at it until it is imported."""

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="schedule_files")
    filename = models.CharField(max_length=200)
    content = models.BinaryField()
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    def __str__(self) -> str:
        return self.filename
