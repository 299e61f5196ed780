"""Organisation, member, role."""

from __future__ import annotations

import zoneinfo
from datetime import time
from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, RegexValidator
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy

COLOUR = "#12406b"  # of emails, until an organisation chooses its own


class Role(models.TextChoices):
    """What a member may do; each role may do what the ones below it may."""

    OWNER = "owner", gettext_lazy("Owner")
    SENDER = "sender", gettext_lazy("Sender")
    VIEWER = "viewer", gettext_lazy("Viewer")

    @property
    def covers(self) -> tuple[Role, ...]:
        """The roles whose rights this one includes."""
        return tuple(Role)[tuple(Role).index(self) :]


class Language(models.TextChoices):
    """Languages of Sendout, and in which it can address a participant."""

    ENGLISH = "en", "English"
    FRENCH = "fr", "Français"


class StopWords(models.TextChoices):
    """Which texts end with how to unsubscribe."""

    NONE = "none", gettext_lazy("None")
    FIRST = "first", gettext_lazy("The first to each person")
    EVERY = "every", gettext_lazy("Every one")


class Users(BaseUserManager["User"]):
    """Makes users; an email address is the name they sign in with."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user


class User(AbstractBaseUser, PermissionsMixin):
    """A person who signs in; belongs to organisations through memberships.

    language: in which Sendout speaks to them; empty: in that of the organisation.
    """

    email = models.EmailField(unique=True)
    name = models.CharField(max_length=120, blank=True)
    language = models.CharField(
        max_length=2, choices=Language, blank=True, default="", db_default=""
    )
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField(default=False)
    date_joined = models.DateTimeField(default=timezone.now)

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    objects = Users()

    def __str__(self) -> str:
        return self.name or self.email


def validate_timezone(value: str) -> None:
    """Raise ValidationError unless the value names an IANA time zone."""
    if value not in zoneinfo.available_timezones():
        raise ValidationError(
            gettext_lazy("“%(value)s” is not a time zone name."), params={"value": value}
        )


class Organisation(models.Model):
    """One club; every other row belongs to exactly one.

    tracks: whether opens and clicks of its emails are looked at. tracking_url: what the addresses
    for that begin with, where they are to be on a domain of its own; without a slash at its end.
    currency: ISO 4217, of all prices. spending_limit: what a month may cost, in millionths of the
    currency; none where it is null.

    stop_words: which marketing texts end with how to unsubscribe, in the words of stop_words_en or
    stop_words_fr (empty for our own); stop_words_in_all: operational ones too. quiet_hours: whether
    texts are to be held back from quiet_from until quiet_until, by the recipient's clock.

    colour: of its emails, as #rrggbb. logo: the name of a picture (`compose.images`), or empty.

    approval_above: what goes to more people than this must be approved by a second member; null
    for never.
    undo_seconds: for how long what is sent from the page waits and can be undone; 0: not at all.
    """

    slug = models.SlugField(max_length=50, unique=True)
    name = models.CharField(max_length=120)
    postal_address = models.CharField(max_length=300, blank=True)
    timezone = models.CharField(
        max_length=60, default="America/Toronto", validators=[validate_timezone]
    )
    country = models.CharField(
        max_length=2,
        default="CA",
        validators=[
            RegexValidator(
                "^[A-Z]{2}$", gettext_lazy("Give the two-letter country code, such as CA.")
            )
        ],
    )
    language = models.CharField(max_length=2, choices=Language, default=Language.ENGLISH)
    contact = models.CharField(max_length=200, blank=True)
    tracks = models.BooleanField(default=True, db_default=True)
    tracking_url = models.CharField(max_length=200, blank=True, default="", db_default="")
    currency = models.CharField(
        max_length=3,
        default="CAD",
        db_default="CAD",
        validators=[
            RegexValidator("^[A-Z]{3}$", gettext_lazy("Give the three-letter code, such as CAD."))
        ],
    )
    spending_limit = models.PositiveBigIntegerField(null=True, blank=True)
    stop_words = models.CharField(
        max_length=5, choices=StopWords, default=StopWords.NONE, db_default=StopWords.NONE
    )
    stop_words_in_all = models.BooleanField(default=False, db_default=False)
    stop_words_en = models.CharField(max_length=80, blank=True, default="", db_default="")
    stop_words_fr = models.CharField(max_length=80, blank=True, default="", db_default="")
    quiet_hours = models.BooleanField(default=False, db_default=False)
    quiet_from = models.TimeField(default=time(21), db_default=time(21))
    quiet_until = models.TimeField(default=time(8), db_default=time(8))
    undo_seconds = models.PositiveSmallIntegerField(
        default=20, db_default=20, validators=[MaxValueValidator(120)]
    )
    colour = models.CharField(
        max_length=7,
        default=COLOUR,
        db_default=COLOUR,
        validators=[RegexValidator("^#[0-9a-f]{6}$", gettext_lazy("Give the colour as #rrggbb."))],
    )
    logo = models.CharField(max_length=64, blank=True, default="", db_default="")
    approval_above = models.PositiveIntegerField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.name

    @property
    def zone(self) -> zoneinfo.ZoneInfo:
        """The time zone in which the staff reads and writes times."""
        return zoneinfo.ZoneInfo(self.timezone)


class Membership(models.Model):
    """A user's role in one organisation."""

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="memberships")
    user = models.ForeignKey(User, models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=10, choices=Role, default=Role.SENDER)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "user"], name="one_membership_each")
        ]

    def __str__(self) -> str:
        return f"{self.user} ({self.get_role_display()})"

    def may(self, role: str) -> bool:
        """Tell whether this member has at least the rights of the role."""
        return role in Role(self.role).covers


class Invitation(models.Model):
    """An address that was asked to join; its link is a signed token of this row's id."""

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="invitations")
    email = models.EmailField()
    role = models.CharField(max_length=10, choices=Role, default=Role.SENDER)
    invited_by = models.ForeignKey(User, models.SET_NULL, null=True)
    created_at = models.DateTimeField(auto_now_add=True)
    accepted_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                "organisation",
                Lower("email"),
                condition=models.Q(accepted_at=None),
                name="one_open_invitation_each",
            )
        ]

    def __str__(self) -> str:
        return self.email
