"""Events that are committed and not taken in yet: thousands become facts in one transaction.

An event may come before our own answer is settled, and may name a message that we do not know.
Then it waits some minutes, so many of one sender, and is dropped with a line in the log.
"""

from __future__ import annotations

import logging
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zlib import crc32

from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone

from sendout.core.delivery.status import Status
from sendout.core.tracking.agents import read_agent
from sendout.core.tracking.signs import Who
from sendout.core.tracking.verdict import Hit, judge
from sendout.deliveries.models import Delivery
from sendout.deliveries.record import Happening
from sendout.inbound.facts import Report, take_in
from sendout.inbound.matching import find_texts
from sendout.inbound.models import HookEvent
from sendout.inbound.parts import PART, count_parts
from sendout.senders.hooks import note_heard
from sendout.senders.models import Channel, Sender

SLICE = 2_000
# Until what we do not know is looked up again, by how often it was in vain; then the last one.
AGAIN = tuple(timedelta(seconds=seconds) for seconds in (2, 4, 8, 20))
GIVE_UP = timedelta(minutes=10)  # after which it is dropped
MOST = 5_000  # events of one sender that may wait in vain
RECENT = timedelta(days=7)  # a message without our reference is looked for among those of a week

LONGEST_TEXT = 1_000  # characters

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Told:
    """One event. delivery: None where it did not name one; see `models.HookEvent`."""

    delivery: int | None
    ref: str
    kind: str
    at: datetime
    key: str
    code: str = ""
    text: str = ""
    soft: bool = False
    agent: str = ""
    raw: str = ""
    phone: str = ""
    reference: int | None = None


_COLUMNS = {
    "delivery": "bigint",
    "ref": "text",
    "kind": "text",
    "at": "timestamptz",
    "key": "text",
    "code": "text",
    "text": "text",
    "soft": "boolean",
    "agent": "text",
    "raw": "text",
    "phone": "text",
    "reference": "integer",
}
_TOLD = ", ".join(f"%({name})s::{kind}[]" for name, kind in _COLUMNS.items())
KEEP = f"""
INSERT INTO inbound_hookevent (sender_id, {", ".join(_COLUMNS)})
SELECT %(sender)s, t.* FROM unnest({_TOLD}) AS t ({", ".join(_COLUMNS)})
"""

# What a receipt proves that tells of no end: the provider has the message.
TAKEN = "sent"
WHOLE = "all"  # key of what is true once all parts of a text have arrived
PREFIX = {Who.HUMAN: "", Who.MACHINE: "machine_", Who.UNKNOWN: "maybe_"}


def keep(sender: int, told: Sequence[Told]) -> None:
    """Commit events; `take_in_due` comes for them."""
    if not told:
        return
    columns = {name: [getattr(each, name) for each in told] for name in _COLUMNS}
    with connection.cursor() as cursor:
        cursor.execute(KEEP, columns | {"sender": sender})


def take_in_due() -> int:
    """Take in what is due, a slice at a time, and give how many events that were."""
    done = 0
    while taken := _one_slice(timezone.now()):
        done += taken
    return done


@transaction.atomic
def _one_slice(now: datetime) -> int:
    """Whoever locks a row owns it; a second worker passes over it and takes the next ones."""
    due = HookEvent.objects.filter(due_at__lte=now).order_by("due_at", "pk")
    rows = list(due.select_for_update(skip_locked=True)[:SLICE])
    if not rows:
        return 0
    senders = Sender.objects.select_related("organisation").in_bulk({r.sender_id for r in rows})
    known = _known(rows, senders, now)
    found = [row for row in rows if row.pk in known]
    take_in(_reports(found, known, senders))
    HookEvent.objects.filter(pk__in=[row.pk for row in found]).delete()
    _wait_or_drop([row for row in rows if row.pk not in known], now)
    for sender in sorted(senders):
        note_heard(sender, now)
    return len(rows)


@dataclass(frozen=True, slots=True)
class Known:
    """The delivery that an event is about.

    accepted_at: None while that is not settled. parts: of the text, each with receipts of its own.
    """

    delivery: int
    accepted_at: datetime | None
    status: str
    parts: int = 1

    @property
    def is_unknown(self) -> bool:
        """Whether the answer to its last attempt was never heard."""
        return self.status == Status.UNKNOWN

    def can_take(self, kind: str) -> bool:
        """Tell whether an event can be taken in; what only proves acceptance waits for ours."""
        return kind != TAKEN or self.is_unknown or self.accepted_at is not None


_KNOWN = ("pk", "accepted_at", "status")


def _known(
    rows: Sequence[HookEvent], senders: dict[int, Sender], now: datetime
) -> dict[int, Known]:
    """Find the deliveries, each only in its sender's own organisation; by id of the event."""
    named = [row for row in rows if row.delivery is not None]
    query = Delivery.objects.filter(pk__in={row.delivery for row in named})
    there = {
        (organisation, known[0]): Known(*known)
        for organisation, *known in query.values_list("organisation_id", *_KNOWN)
    }
    found = {
        row.pk: there.get((senders[row.sender_id].organisation_id, row.delivery or 0))
        for row in named
    }
    for sender in senders.values():
        nameless = [row for row in rows if row.delivery is None and row.sender_id == sender.pk]
        by_ref = _known_by_ref if sender.channel == Channel.EMAIL else _known_texts
        found |= by_ref(nameless, sender, now)
    kinds = {row.pk: row.kind for row in rows}
    return {pk: known for pk, known in found.items() if known and known.can_take(kinds[pk])}


def _known_by_ref(
    rows: Sequence[HookEvent], sender: Sender, now: datetime
) -> dict[int, Known | None]:
    """Find deliveries by the service's id, where our reference did not come back."""
    if not rows:
        return {}
    query = Delivery.objects.filter(
        organisation=sender.organisation_id,
        sender=sender.pk,
        sendout__started_at__gt=now - RECENT,
        provider_ref__in={row.ref for row in rows},
    )
    there = {ref: Known(*known) for ref, *known in query.values_list("provider_ref", *_KNOWN)}
    return {row.pk: there.get(row.ref) for row in rows}


def _known_texts(
    rows: Sequence[HookEvent], sender: Sender, now: datetime
) -> dict[int, Known | None]:
    """Find texts by the ids of their parts, or by the phone."""
    found = find_texts(sender, rows, now)
    query = Delivery.objects.filter(
        organisation=sender.organisation_id, pk__in={named.delivery for named in found.values()}
    )
    there = {known[0]: Known(*known) for known in query.values_list(*_KNOWN)}
    return {
        pk: replace(there[named.delivery], parts=named.parts)
        for pk, named in found.items()
        if named.delivery in there
    }


def _reports(
    rows: Iterable[HookEvent], known: dict[int, Known], senders: dict[int, Sender]
) -> list[Report]:
    """Put the events into the words of facts; an organisation that tracks nobody gets no opens."""
    seen: dict[int, list[HookEvent]] = defaultdict(list)
    parts: list[HookEvent] = []
    reports: list[Report] = []
    for row in rows:
        if row.kind == "delivered" and known[row.pk].parts > 1:
            parts.append(row)
        elif not row.kind.endswith(("opened", "clicked")):
            reports += _ends(row, known[row.pk], senders[row.sender_id])
        elif senders[row.sender_id].organisation.tracks:
            seen[known[row.pk].delivery].append(row)
    for delivery in sorted(seen):
        accepted_at = known[seen[delivery][0].pk].accepted_at
        reports += _judged(seen[delivery], delivery, accepted_at)
    return reports + _whole(parts, known)


def _whole(rows: Sequence[HookEvent], known: dict[int, Known]) -> list[Report]:
    """Say which long texts are delivered, now that these parts of them are."""
    last = {known[row.pk].delivery: row for row in sorted(rows, key=lambda row: row.at)}
    wanted = {known[row.pk].delivery: known[row.pk].parts for row in rows}
    arrived = [
        Happening(known[row.pk].delivery, PART, row.at, source="sms", key=row.key) for row in rows
    ]
    return [
        replace(_report(last[delivery], delivery, kind, "sms"), key=WHOLE)
        for delivery in count_parts(arrived, wanted)
        for kind in _proved(known[last[delivery].pk], "delivered")
    ]


def _ends(row: HookEvent, known: Known, sender: Sender) -> list[Report]:
    """Say what a receipt proves: where our own answer was never heard, acceptance too."""
    source = "esp" if sender.channel == Channel.EMAIL else "sms"
    if source == "esp":
        return [_report(row, known.delivery, row.kind)]
    ref = row.ref if known.parts == 1 else ""  # of one part, while the row keeps all
    return [_report(row, known.delivery, kind, source, ref) for kind in _proved(known, row.kind)]


def _proved(known: Known, kind: str) -> list[str]:
    """Say what a receipt of this kind proves: of an unknown outcome, that it was accepted, too."""
    told = [] if kind == TAKEN else [kind]
    return ["accepted", *told] if known.is_unknown else told


def _report(row: HookEvent, delivery: int, kind: str, source: str = "esp", ref: str = "") -> Report:
    at_fault = False if row.soft else None
    return Report(delivery, kind, row.at, source, row.key, row.code, row.text, at_fault, ref)


def _judged(rows: Sequence[HookEvent], delivery: int, accepted_at: datetime | None) -> list[Report]:
    """Say of opens and clicks whether people or machines did it; some services know already."""
    hits = [_hit(row) for row in rows]
    reports = []
    for row, sign in zip(rows, judge(hits, accepted_at), strict=True):
        told = row.kind.startswith("machine_")
        kind = row.kind if told else PREFIX[sign.who] + row.kind
        reports.append(_report(row, delivery, kind))
        if kind == "clicked":  # who follows a link has the message open
            reports.append(Report(delivery, "opened", row.at, "esp", row.key))
    return reports


def _hit(row: HookEvent) -> Hit:
    agent = read_agent(row.agent)
    link = crc32(row.text.encode()) | 1 if row.kind.endswith("clicked") else 0
    return Hit(link, row.at, agent.sign, agent.client)


def _wait_or_drop(rows: Sequence[HookEvent], now: datetime) -> None:
    """Let events wait whose delivery is not known, unless they did for long or are too many."""
    waiting, dropped = [], []
    for sender, own in _by_sender(rows).items():
        late = [row for row in own if row.received_at < now - GIVE_UP]
        young = [row for row in own if row.received_at >= now - GIVE_UP]
        room = MOST - HookEvent.objects.filter(Q(tries__gt=0), sender=sender).count()
        room += sum(row.tries > 0 for row in own)
        waiting += young[: max(room, 0)]
        dropped += late + young[max(room, 0) :]
    for row in waiting:
        row.due_at = now + AGAIN[min(row.tries, len(AGAIN) - 1)]
        row.tries += 1
    HookEvent.objects.bulk_update(waiting, ["due_at", "tries"])
    HookEvent.objects.filter(pk__in=[row.pk for row in dropped]).delete()
    for sender, count in Counter(row.sender_id for row in dropped).items():
        facts = {"sender": sender, "events": count}
        logger.warning("events about messages that we do not know were dropped", extra=facts)


def _by_sender(rows: Iterable[HookEvent]) -> dict[int, list[HookEvent]]:
    found: dict[int, list[HookEvent]] = defaultdict(list)
    for row in rows:
        found[row.sender_id].append(row)
    return found


def clean(value: object, most: int) -> str:
    """Make a text that PostgreSQL can keep: no NUL, no half characters, not too long."""
    text = str(value or "").encode("utf-8", "replace").decode()
    return text.replace("\0", "")[:most]
