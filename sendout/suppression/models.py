"""An entry on the Unsubscribes list, what was lifted, and the files that entries came from."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy

from sendout.accounts.models import Organisation


class Reason(models.TextChoices):
    """Why somebody is on the list, in the words of the page."""

    UNSUBSCRIBED = "unsubscribed", gettext_lazy("Recipient unsubscribed")
    COMPLAINT = "complaint", gettext_lazy("Complaint")
    BAD_EMAIL = "bad_email", gettext_lazy("Bad email")
    BAD_NUMBER = "bad_number", gettext_lazy("Bad number")
    ADMIN = "admin", gettext_lazy("Added by staff")


# What an address is called that does not exist, by channel.
BAD_ADDRESS = {"email": Reason.BAD_EMAIL, "sms": Reason.BAD_NUMBER}


class Suppression(models.Model):
    """Nothing of this category goes to this address by this channel.

    address: normalised email or E.164 number. category: `marketing`, `operational`, or empty for
    everything. evidence: the words, mail or page that made the entry.
    """

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="suppressions")
    channel = models.CharField(max_length=5)
    address = models.CharField(max_length=320)
    category = models.CharField(max_length=12, blank=True)
    reason = models.CharField(max_length=12, choices=Reason)
    evidence = models.TextField(blank=True)
    delivery = models.BigIntegerField(null=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "channel", "address", "category"],
                name="one_suppression_each",
            )
        ]
        # The pages of the list, and its numbers, from these alone.
        indexes = [
            models.Index(fields=["organisation", "id"], name="suppression_listed"),
            models.Index(fields=["organisation", "channel", "reason", "id"], name="suppression_by"),
        ]

    def __str__(self) -> str:
        return self.address


class Lifted(models.Model):
    """An entry that was taken off the list: what it said, who lifted it and why. Append-only."""

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="lifted")
    channel = models.CharField(max_length=5)
    address = models.CharField(max_length=320)
    category = models.CharField(max_length=12, blank=True)
    reason = models.CharField(max_length=12, choices=Reason)
    evidence = models.TextField(blank=True)
    entered_at = models.DateTimeField()
    lifted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True)
    lifted_at = models.DateTimeField(auto_now_add=True)
    why = models.TextField()

    class Meta:
        indexes = [
            models.Index(fields=["organisation", "address"], name="lifted_address"),
            models.Index(fields=["organisation", "id"], name="lifted_newest"),
        ]

    def __str__(self) -> str:
        return self.address


class ListImportState(models.TextChoices):
    """How far an import of entries has come, and back."""

    UPLOADED = "uploaded", gettext_lazy("Uploaded")
    CHECKING = "checking", gettext_lazy("Checking...")
    CHECKED = "checked", gettext_lazy("Checked")
    RUNNING = "running", gettext_lazy("Importing...")
    DONE = "done", gettext_lazy("Imported")
    UNDOING = "undoing", gettext_lazy("Undoing...")
    UNDONE = "undone", gettext_lazy("Undone")
    FAILED = "failed", gettext_lazy("Failed")


class ListImport(models.Model):
    """A file of entries on its way in, with its row-by-row report.

    layout: how it is read (`core.unsubscribes.shape.Layout`). reason, category: of rows that name
    none; reason is empty for what the shape says. done: rows read so far. counts: rows, added,
    raised, unchanged, passed, refused; after an undo also removed, restored, kept.
    """

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="list_imports")
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True)
    filename = models.CharField(max_length=200)
    layout = models.JSONField(default=dict)
    reason = models.CharField(max_length=12, blank=True)
    category = models.CharField(max_length=12, blank=True)
    notes = models.JSONField(default=list)
    state = models.CharField(
        max_length=10, choices=ListImportState, default=ListImportState.UPLOADED
    )
    done = models.PositiveIntegerField(default=0)
    counts = models.JSONField(default=dict)
    error = models.TextField(blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    undone_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["organisation", "-id"], name="list_import_newest")]

    def __str__(self) -> str:
        return self.filename

    @property
    def moving(self) -> bool:
        """Whether a worker has it, or will take it."""
        state = ListImportState
        return self.state in {state.CHECKING, state.RUNNING, state.UNDOING}


class ListImportPart(models.Model):
    """A piece of an uploaded file, in the database because workers may be on other machines."""

    source = models.ForeignKey(ListImport, models.CASCADE, related_name="parts", db_index=False)
    ordinal = models.PositiveIntegerField()
    content = models.BinaryField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source", "ordinal"], name="one_list_import_part_each")
        ]


class ListOutcome(models.TextChoices):
    """What became of a row."""

    ADDED = "added", gettext_lazy("Added")
    RAISED = "raised", gettext_lazy("Raised")
    UNCHANGED = "unchanged", gettext_lazy("Already listed")
    PASSED = "passed", gettext_lazy("Left alone")
    REFUSED = "refused", gettext_lazy("Refused")


class ListImportLine(models.Model):
    """What became of one row of an imported list, and all that an undo needs.

    entry: the id of the suppression that was added or raised. before, after: that entry as
    `import_sql.SNAPSHOT` writes it; before is empty where there was none. undone: removed,
    restored, or kept since somebody else changed it. notes: as in `core.table.rows.Note`.
    """

    source = models.ForeignKey(ListImport, models.CASCADE, related_name="lines", db_index=False)
    number = models.PositiveIntegerField()
    channel = models.CharField(max_length=5)
    address = models.CharField(max_length=320, blank=True)
    category = models.CharField(max_length=12, blank=True)
    reason = models.CharField(max_length=12, blank=True)
    outcome = models.CharField(max_length=10, choices=ListOutcome)
    entry = models.BigIntegerField(null=True)
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)
    undone = models.CharField(max_length=8, blank=True)
    notes = models.JSONField(default=list)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["source", "number", "channel"], name="one_list_import_line_each"
            )
        ]
        indexes = [
            models.Index(fields=["source", "outcome", "number"], name="list_import_outcome"),
        ]
