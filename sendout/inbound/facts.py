"""Receipts, bounces and complaints, from wherever they come, become facts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from sendout.core.addresses import BadAddress, read_email
from sendout.core.bounces.codes import STOPPED, blame
from sendout.core.delivery.outcome import Blame
from sendout.deliveries.models import Delivery
from sendout.deliveries.record import Happening, record
from sendout.suppression.entries import Entry, suppress_all
from sendout.suppression.models import BAD_ADDRESS, Reason


@dataclass(frozen=True, slots=True)
class Report:
    """What somebody says about a delivery.

    kind: a fact, or what only tells the story. code, text: the code and words of a bounce. key:
    what makes it the same report when it comes twice. at_fault: whether a bounce is for good and
    blames the address; without it code and words decide. ref: the provider's id of the message,
    where it came along.
    """

    delivery: int
    kind: str
    at: datetime
    source: str
    key: str
    code: str = ""
    text: str = ""
    at_fault: bool | None = None
    ref: str = ""


def take_in(reports: Iterable[Report]) -> None:
    """Record the reports and put on the Unsubscribes list whom they put there; all or nothing."""
    told = list(reports)
    with transaction.atomic():
        record(map(_happening, told))
        listed = [(report, why) for report in told if (why := _lists(report))]
        _suppress(listed)


def _happening(report: Report) -> Happening:
    return Happening(
        report.delivery,
        report.kind,
        report.at,
        source=report.source,
        key=report.key,
        text=report.text,
        code=report.code,
        ref=report.ref,
    )


def _lists(report: Report) -> str:
    """Say why this report puts its address on the list: "unsubscribed", "bad", ..., or nothing."""
    if report.kind == "complained":
        return Reason.COMPLAINT
    if report.kind == "unsubscribed":
        return Reason.UNSUBSCRIBED
    if report.kind == "bounced" and report.code == STOPPED:
        return Reason.UNSUBSCRIBED
    return "bad" if report.kind == "bounced" and _blames_address(report) else ""


def _blames_address(report: Report) -> bool:
    if report.at_fault is not None:
        return report.at_fault
    return blame(report.code, report.text) is Blame.ADDRESS


def _rows(deliveries: Iterable[int]) -> dict[int, Delivery]:
    related = ("organisation", "participant")
    return Delivery.objects.select_related(*related).in_bulk(list(deliveries))


def _suppress(listed: Sequence[tuple[Report, str]]) -> None:
    """Put on the list whom these reports put there, each at its own organisation."""
    rows = _rows(report.delivery for report, _ in listed)
    organisations = {row.organisation_id: row.organisation for row in rows.values()}
    entries: dict[int, list[Entry]] = defaultdict(list)
    for report, why in listed:
        if row := rows.get(report.delivery):
            entries[row.organisation_id].append(_entry(row, report, why))
    for organisation in sorted(entries):
        suppress_all(organisations[organisation], entries[organisation])


def _entry(row: Delivery, report: Report, why: str) -> Entry:
    return Entry(
        row.channel,
        _normal(row),
        BAD_ADDRESS[row.channel] if why == "bad" else why,
        evidence=" ".join(filter(None, (report.code, report.text))) or report.kind,
        delivery=row.pk,
    )


def _normal(row: Delivery) -> str:
    """Give the address it went to, which the participant may no longer have."""
    if row.channel != "email":
        return row.address
    try:
        email = read_email(row.address)
    except BadAddress:
        email = None
    if email is None:
        return row.participant.email_normal if row.participant else ""
    return email.normal
