"""Participants, groups, imports. Families share addresses and phones: neither is unique."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models.functions import Right, Substr
from django.utils.translation import gettext_lazy

from sendout.accounts.models import Language, Organisation
from sendout.finding.expressions import Digits, Kind, Pieces, Plain
from sendout.people.identity import NameKeyField

NATIONAL = (11, 10, 9, 8, 7)  # digits of a number without its country, or its area


def pieces(of: str = "") -> Pieces:
    """Give what begins like what is typed for somebody; a number begins after its country, too.

    of: the way to the participant, such as `participant__`.
    """
    return Pieces(f"{of}found_by", *(Right(f"{of}phone", digits) for digits in NATIONAL))


class Participant(models.Model):
    """A person who can be written to.

    email, phone_typed: as typed or imported, kept even when wrong so that staff can correct them.
    email_normal, phone: what is compared and written to; empty when what was typed is not valid.
    phone_kind: why the number receives no texts (`core.addresses.KIND_WORDS`), mostly empty.
    family: whose family it is and who says so, as `people.families` reads it; mostly empty.
    fields: the organisation's own columns, name to text. name_key: the name as it is compared,
    kept by its field. found_by: all that somebody may type who looks for the person, in plain
    letters, kept by the database.
    """

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="participants")
    first_name = models.CharField(max_length=120, blank=True)
    last_name = models.CharField(max_length=120, blank=True)
    name_key = NameKeyField(max_length=260, blank=True, editable=False)
    email = models.CharField(max_length=320, blank=True)
    email_normal = models.CharField(max_length=320, blank=True)
    phone_typed = models.CharField(max_length=60, blank=True)
    phone = models.CharField(max_length=16, blank=True)
    phone_kind = models.CharField(max_length=10, blank=True, default="", db_default="")
    language = models.CharField(max_length=2, choices=Language, default=Language.ENGLISH)
    external_id = models.CharField(max_length=120, blank=True)
    family = models.CharField(max_length=120, blank=True, default="", db_default="")
    fields = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    found_by = models.GeneratedField(
        expression=Plain("name_key", "email", "phone", Digits("phone_typed"), "external_id"),
        output_field=models.TextField(),
        db_persist=True,
    )

    class Meta:
        indexes = [
            models.Index(
                fields=["organisation", "last_name", "first_name", "id"], name="participant_name"
            ),
            models.Index(fields=["organisation", "name_key"], name="participant_name_key"),
            models.Index(fields=["organisation", "email_normal"], name="participant_email"),
            models.Index(fields=["organisation", "phone"], name="participant_phone"),
            models.Index(
                "organisation",
                Substr("family", 2),
                condition=~models.Q(family=""),
                name="participant_family",
            ),
            GinIndex(pieces(), name="participant_pieces"),
            models.Index("organisation", Kind("fields"), name="participant_kind"),
        ]

    def __str__(self) -> str:
        return self.name or self.email or self.phone

    @property
    def name(self) -> str:
        """First and last name, as they are written on an envelope."""
        return f"{self.first_name} {self.last_name}".strip()


class Group(models.Model):
    """Participants under one name, such as "Tuesday beginners"."""

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="groups")
    name = models.CharField(max_length=120)
    participants = models.ManyToManyField(Participant, related_name="groups", blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "name"], name="one_group_each_name")
        ]

    def __str__(self) -> str:
        return self.name


class ImportState(models.TextChoices):
    """How far an import has come."""

    UPLOADED = "uploaded", gettext_lazy("Uploaded")
    CHECKING = "checking", gettext_lazy("Checking...")
    CHECKED = "checked", gettext_lazy("Checked")
    RUNNING = "running", gettext_lazy("Importing...")
    DONE = "done", gettext_lazy("Imported")
    FAILED = "failed", gettext_lazy("Failed")


class Import(models.Model):
    """A file of participants on its way in, with its row-by-row report.

    mapping: what each column is taken for (`core.table.headers.Mapping`). done: rows read so far.
    counts: rows, created, updated, unchanged, refused. notes: what was found out about the file.
    """

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="imports")
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True)
    filename = models.CharField(max_length=200)
    mapping = models.JSONField(default=list)
    notes = models.JSONField(default=list)
    group_name = models.CharField(max_length=120, blank=True)
    state = models.CharField(max_length=10, choices=ImportState, default=ImportState.UPLOADED)
    done = models.PositiveIntegerField(default=0)
    counts = models.JSONField(default=dict)
    error = models.TextField(blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["organisation", "-id"], name="import_newest")]

    def __str__(self) -> str:
        return self.filename

    @property
    def moving(self) -> bool:
        """Whether a worker has it, or will take it."""
        return self.state in {ImportState.CHECKING, ImportState.RUNNING}


class ImportPart(models.Model):
    """A piece of an uploaded file, in the database because workers may be on other machines."""

    source = models.ForeignKey(Import, models.CASCADE, related_name="parts", db_index=False)
    ordinal = models.PositiveIntegerField()
    content = models.BinaryField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source", "ordinal"], name="one_import_part_each")
        ]


class Outcome(models.TextChoices):
    """What became of a row."""

    CREATED = "created", gettext_lazy("New")
    UPDATED = "updated", gettext_lazy("Updated")
    UNCHANGED = "unchanged", gettext_lazy("Unchanged")
    REFUSED = "refused", gettext_lazy("Refused")


class ImportLine(models.Model):
    """What became of one row of an imported file, and why.

    number: the line or row number in the file. notes: a list of kind, field, value and reason,
    as in `core.table.rows.Note`.
    """

    source = models.ForeignKey(Import, models.CASCADE, related_name="lines", db_index=False)
    number = models.PositiveIntegerField()
    outcome = models.CharField(max_length=10, choices=Outcome)
    notes = models.JSONField(default=list)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source", "number"], name="one_import_line_each")
        ]
