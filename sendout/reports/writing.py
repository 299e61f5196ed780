"""What a report says: the message, to whom it went, the numbers, and every recipient."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO

from django.utils.translation import gettext as _

from sendout.compose.filing import files_of
from sendout.compose.rendering import templates
from sendout.compose.versions import languages_of, versions
from sendout.core.delivery.status import LABELS, Status
from sendout.core.table.safe import unshield
from sendout.reports.sheet import TITLE, Column, Sheet
from sendout.reports.signing import CSV
from sendout.senders.models import Channel
from sendout.sendouts.models import Channels, SendOut
from sendout.wording.said import said
from sendout.wording.sizes import file_size

MOST_LISTED = 200_000  # recipients; of more, the list is in the CSV alone


@dataclass(frozen=True, slots=True)
class Rows:
    """The CSV of a report, from which the PDF is written, so that both say the same.

    counts: by channel and status, as the CSV names them. sha256: of the file, hexadecimal.
    """

    path: Path
    counts: Counter[tuple[str, str]]
    sha256: str

    @property
    def total(self) -> int:
        """How many recipients there are."""
        return sum(self.counts.values())

    def read(self, channel: str) -> Iterator[dict[str, str]]:
        """Give the rows of a channel."""
        with self.path.open(encoding="utf-8-sig", newline="") as file:
            for row in csv.DictReader(file):
                if row["channel"] == channel:
                    yield {name: unshield(cell) for name, cell in row.items()}


def write(sendout: SendOut, rows: Rows, now: datetime, fingerprint: str, file: IO[bytes]) -> int:
    """Write the PDF, not signed yet, in the language in force; gives the number of its pages.

    now: in the organisation's zone, as all times in it.
    """
    organisation = sendout.organisation
    sheet = Sheet(
        file,
        title=_("Report of “%(name)s”") % {"name": sendout.name},
        author=organisation.name,
        keywords=f"{CSV}{rows.sha256}",
        foot=f"{organisation.name} · {sendout.name} · {now:%Y-%m-%d %H:%M} {organisation.timezone}",
    )
    sheet.heading(_("Report of “%(name)s”") % {"name": sendout.name}, TITLE)
    for label, value in _facts(sendout, rows, now, fingerprint):
        sheet.fact(label, value)
    _numbers(sheet, sendout, rows)
    _message(sheet, sendout)
    for channel in Channels(sendout.channels).used:
        _recipients(sheet, channel, rows)
    sheet.heading(_("End of the report: page %(page)s is the last") % {"page": sheet.page})
    sheet.save()
    return sheet.page


def _facts(
    sendout: SendOut, rows: Rows, now: datetime, fingerprint: str
) -> Iterator[tuple[str, str]]:
    organisation = sendout.organisation
    yield (
        _("Organisation"),
        ", ".join(filter(None, (organisation.name, organisation.postal_address))),
    )
    yield _("Sent by"), str(sendout.created_by or "-")
    yield _("Started"), _time(sendout.started_at, now)
    yield _("Finished"), _time(sendout.finished_at, now)
    yield (
        _("Report made"),
        f"{_time(now, now)} ({_('all times are of %(zone)s') % {'zone': organisation.timezone}})",
    )
    yield _("Audience"), _audience(sendout)
    yield _("Kind of message"), str(sendout.message.get_category_display())
    for each in _files(sendout):
        yield _("File"), each
    yield _("Number of the send-out"), str(sendout.pk)
    yield _("CSV with the same rows"), f"SHA-256 {rows.sha256}"
    yield _("Signed with the key"), fingerprint


def _files(sendout: SendOut) -> Iterator[str]:
    """Name each file, how it went along, and what was in it."""
    if Channel.EMAIL not in Channels(sendout.channels).used:
        return
    for linked in files_of(sendout.message):
        how = _("inside the email") if linked.attached else _("as a link")
        size = file_size(linked.file.size)
        yield f"{linked.name} ({how}, {size}), SHA-256 {linked.file.digest}"


def _time(at: datetime | None, now: datetime) -> str:
    return f"{at.astimezone(now.tzinfo):%Y-%m-%d %H:%M:%S}" if at else "-"


def _audience(sendout: SendOut) -> str:
    if sendout.everyone:
        return _("Everyone")
    groups = ", ".join(sendout.groups.order_by("name").values_list("name", flat=True))
    return groups or _("Picked people")


def _numbers(sheet: Sheet, sendout: SendOut, rows: Rows) -> None:
    sheet.heading(_("Numbers"))
    for channel in Channels(sendout.channels).used:
        found = {label: n for (key, label), n in rows.counts.items() if key == channel}
        parts = [f"{found[LABELS[s]]:,} {_(LABELS[s])}" for s in Status if LABELS[s] in found]
        total = f"{sum(found.values()):,}"
        sheet.fact(f"{_channel(channel)}: {total}", ", ".join(parts) or "-")


def _channel(channel: str) -> str:
    return _("Emails") if channel == Channel.EMAIL else _("SMS")


def _message(sheet: Sheet, sendout: SendOut) -> None:
    """Write the texts with their merge fields, which were filled in for each recipient."""
    message, organisation = sendout.message, sendout.organisation
    used = Channels(sendout.channels).used
    if Channel.EMAIL in used:
        sheet.heading(_("The email, as it was sent"))
        for language in languages_of(message, organisation):
            sent = templates(message, organisation, language)
            sheet.fact(_("Subject"), sent.subject)
            sheet.text(sent.text)
    if Channel.SMS in used:
        sheet.heading(_("The SMS, as it was sent"))
        for _language, said in versions(message, organisation):
            sheet.text(said.sms_text)


def _columns(channel: str) -> Sequence[Column]:
    opened = _("Opened") if channel == Channel.EMAIL else ""
    return [
        Column(_("No."), 36),
        Column(_("Recipient"), 128),
        Column(_("Address") if channel == Channel.EMAIL else _("Number"), 172),
        Column(_("Status"), 72),
        Column(_("Reason"), 152),
        Column(_("Sent"), 70),
        Column(_("Delivered"), 70),
        Column(opened, 70),
    ]


def _recipients(sheet: Sheet, channel: str, rows: Rows) -> None:
    sheet.heading(_channel(channel))
    if rows.total > MOST_LISTED:
        sheet.text(_("The recipients are too many for this file: see the CSV with the hash above."))
        return
    lines = (_line(n, row) for n, row in enumerate(rows.read(channel), 1))
    sheet.table(_columns(channel), lines)


def _line(n: int, row: Mapping[str, str]) -> list[str]:
    return [
        f"{n:,}",
        f"{row['first_name']} {row['last_name']}".strip(),
        row["address"],
        _(row["status"]),
        said(row["reason"]),
        row["sent_at"],
        row["delivered_at"],
        row["opened_at"],
    ]
