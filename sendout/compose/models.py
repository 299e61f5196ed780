"""The message: what is said."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import Case, Value, When
from django.utils.translation import gettext_lazy

from sendout.accounts.models import Language, Organisation
from sendout.core.message.blocks import reading
from sendout.core.message.blocks.kinds import say_something
from sendout.core.message.gsm_plain import Plain
from sendout.finding.expressions import InBlocks, Words


class Category(models.TextChoices):
    """What a recipient consented to; decides who may unsubscribe from it."""

    OPERATIONAL = "operational", gettext_lazy("Operational")
    MARKETING = "marketing", gettext_lazy("Marketing")


class BodyFormat(models.TextChoices):
    """How the email body is written."""

    BLOCKS = "blocks", gettext_lazy("Blocks")
    MARKDOWN = "markdown", gettext_lazy("Markdown")
    HTML = "html", gettext_lazy("HTML")


PLAIN = {
    Plain.NOT: "As it is written",
    Plain.MARKS: "With plain marks",
    Plain.ACCENTS: "With plain marks, and without the accents that cost",
}


# The email in the format that is chosen.
WRITTEN = Case(When(body_format="blocks", then=InBlocks("blocks")), default="body")


class Message(models.Model):
    """Email subject and body, SMS text, consent category; merge fields in all of them.

    body, blocks: the email in the format that is chosen; the other one keeps what it last was.
    text: the plain-text part, where somebody wrote one; else it is made from the body.
    tracks: whether opens and clicks are looked at; the organisation must want it too.
    other_language: who reads it gets `other_subject`, `other_body` and `other_sms_text` instead,
    where they say something, and of the blocks those behind `Other`; empty where all read the same
    (`compose.versions`).
    sms_plain: how far the SMS is made plain for each recipient (`core.message.gsm_plain`).
    version: goes up with every save; a save from an older version is refused.
    page, page_turn: the page that saved last, and how many saves it had asked for by then.
    words: all that it says, to be found by; kept by the database.
    """

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="messages")
    category = models.CharField(max_length=12, choices=Category, default=Category.OPERATIONAL)
    subject = models.CharField(max_length=300, blank=True)
    body_format = models.CharField(max_length=10, choices=BodyFormat, default=BodyFormat.MARKDOWN)
    body = models.TextField(blank=True)
    blocks = models.JSONField(blank=True, default=list, db_default=Value([], models.JSONField()))
    text = models.TextField(blank=True)
    sms_text = models.TextField(blank=True)
    other_language = models.CharField(
        max_length=2, blank=True, choices=Language, default="", db_default=""
    )
    other_subject = models.CharField(max_length=300, blank=True, default="", db_default="")
    other_body = models.TextField(blank=True, default="", db_default="")
    other_sms_text = models.TextField(blank=True, default="", db_default="")
    tracks = models.BooleanField(default=True, db_default=True)
    sms_plain = models.CharField(
        max_length=7,
        blank=True,
        choices=[(level.value, label) for level, label in PLAIN.items()],
        default=Plain.NOT,
        db_default=Plain.NOT,
    )
    version = models.PositiveIntegerField(default=1)
    page = models.CharField(max_length=32, blank=True, default="", db_default="")
    page_turn = models.PositiveIntegerField(default=0, db_default=0)
    updated_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    words = models.GeneratedField(
        expression=Words("subject", "sms_text", "text", WRITTEN),
        output_field=SearchVectorField(),
        db_persist=True,
    )

    class Meta:
        indexes = [GinIndex(fields=["words"], name="message_words")]

    def __str__(self) -> str:
        return self.subject or self.sms_text[:60]

    @property
    def has_body(self) -> bool:
        """Whether there is an email text; blocks with nothing in them are none."""
        if self.body_format == BodyFormat.BLOCKS:
            return say_something(reading.read(self.blocks))
        return bool(self.body.strip())


class Image(models.Model):
    """A picture that emails load: public to whoever knows its name, which tells what is in it.

    name: the SHA-256 of its bytes, in hexadecimal. They are in the database because it is the only
    thing that all web servers share.
    """

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="images")
    name = models.CharField(max_length=64)
    content_type = models.CharField(max_length=20)
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    data = models.BinaryField()
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "name"], name="one_image_each")
        ]
        indexes = [models.Index(fields=["name"], name="image_by_name")]

    def __str__(self) -> str:
        return f"{self.width} × {self.height} {self.content_type}"


class LinkCheck(models.Model):
    """What became of asking for an address that stands in a message.

    answer: as in `core.message.link_check.Answer`; empty as long as nobody has asked.
    """

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="link_checks")
    url = models.CharField(max_length=1000)
    asked_at = models.DateTimeField()
    answer = models.CharField(max_length=7, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "url"], name="one_link_check_each")
        ]

    def __str__(self) -> str:
        return self.url


class StoredFile(models.Model):
    """A file of the organisation, kept once however often it goes along. digest: SHA-256, hex."""

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="files")
    digest = models.CharField(max_length=64)
    size = models.PositiveIntegerField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "digest"], name="file_stored_once")
        ]

    def __str__(self) -> str:
        return self.digest


class FilePart(models.Model):
    """A piece of a file, in the database because it is the only thing that servers share."""

    file = models.ForeignKey(StoredFile, models.CASCADE, related_name="parts", db_index=False)
    ordinal = models.PositiveIntegerField()
    content = models.BinaryField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["file", "ordinal"], name="one_file_part_each")
        ]


class LinkedFile(models.Model):
    """A file that goes along with a message, as a link or inside the email.

    kind: the media type, told by what is in the file. attached: whether it goes inside. days: how
    long the link works.
    """

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="+")
    message = models.ForeignKey(Message, models.CASCADE, related_name="linked_files")
    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="links")
    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=100)
    days = models.PositiveSmallIntegerField(default=30, db_default=30)
    attached = models.BooleanField(default=False, db_default=False)

    def __str__(self) -> str:
        return self.name
