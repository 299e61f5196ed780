"""The series, and each time at which it was due."""

from __future__ import annotations

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from sendout.accounts.models import Organisation
from sendout.sendouts.models import SendOut
from sendout.timetable.models import Session

MOST_HOURS = 14 * 24


class When(models.TextChoices):
    """What a series goes by."""

    WEEKLY = "weekly", _("Every week")
    BEFORE = "before", _("Before each session")


class Going(models.TextChoices):
    """Whether a series makes send-outs."""

    NOT_YET = "not_yet", _("Not started")
    ACTIVE = "active", _("Repeats")
    PAUSED = "paused", _("Paused")
    ENDED = "ended", _("Ended")


class Series(models.Model):
    """A send-out that is made anew each time.

    pattern: what each is made from; it never leaves itself. Of a series before sessions its groups
    say whose sessions, and `everyone` means those of every group.
    weekdays: 0 is Monday; at: on the organisation's clock. hours: before a session.
    at_night: its texts go in the organisation's quiet hours, too.
    since: when it was started, resumed or changed; what was due before is none of its times.
    """

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="series")
    pattern = models.OneToOneField(SendOut, models.PROTECT, related_name="series")
    when = models.CharField(max_length=6, choices=When, default=When.BEFORE)
    weekdays = models.JSONField(default=list, blank=True)
    at = models.TimeField(null=True, blank=True)
    hours = models.PositiveSmallIntegerField(
        default=24, validators=[MinValueValidator(1), MaxValueValidator(MOST_HOURS)]
    )
    on_closed_days = models.BooleanField(default=False)
    at_night = models.BooleanField(default=False, db_default=False)
    ends_on = models.DateField(null=True, blank=True)
    going = models.CharField(max_length=7, choices=Going, default=Going.NOT_YET)
    since = models.DateTimeField(db_default=Now())
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        indexes = [
            models.Index(
                fields=["id"], condition=models.Q(going=Going.ACTIVE), name="series_active"
            )
        ]

    def __str__(self) -> str:
        return self.pattern.name


class Missed(models.TextChoices):
    """Why nothing was sent at a time."""

    LATE = "late", _("Sendout did not run at that time, and it was too late afterwards.")
    NOBODY = "nobody", _("There was nobody to send it to.")
    REFUSED = "denied", _("It goes to many, and no second member had approved it as it was then.")


class Occurrence(models.Model):
    """One time of a series: made once, whoever looks and however often.

    key: which time it is; day: on the organisation's clock. session, starts: what it reminds of,
    and when that was to begin when it was made. sendout: None when nothing was sent, because of
    `missed`, or when the staff has thrown it away. made_as, pattern_as: what `approved.fingerprint`
    said of it and of its pattern when it was made.
    """

    series = models.ForeignKey(Series, models.CASCADE, related_name="occurrences")
    key = models.CharField(max_length=60)
    day = models.DateField()
    due = models.DateTimeField()
    session = models.ForeignKey(Session, models.SET_NULL, null=True, related_name="occurrences")
    starts = models.DateTimeField(null=True)
    sendout = models.OneToOneField(SendOut, models.SET_NULL, null=True, related_name="occurrence")
    missed = models.CharField(max_length=6, choices=Missed, blank=True)
    made_as = models.CharField(max_length=64, blank=True, default="", db_default="")
    pattern_as = models.CharField(max_length=64, blank=True, default="", db_default="")
    made_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        indexes = [models.Index(fields=["series", "day"], name="occurrence_of_day")]
        constraints = [
            models.UniqueConstraint(fields=["series", "key"], name="one_occurrence_each")
        ]

    def __str__(self) -> str:
        return self.key
