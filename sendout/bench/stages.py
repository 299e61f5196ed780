"""What a message costs in each stage, one after the other, with nothing sent in between.

Processor time of this process and of its PostgreSQL session; only what a stage does itself.
Sockets, the journal and the jobs of a real send-out come on top: see `with_sendout`.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass

from django.db import connection
from django.utils import timezone

from sendout.bench import club, machine
from sendout.core.delivery.outcome import Accepted
from sendout.deliveries import freeze
from sendout.deliveries.claim import claim
from sendout.deliveries.models import Batch
from sendout.engine.prepare import Way, find_way
from sendout.engine.settle import settle
from sendout.sendouts.models import SendOut

SETTINGS: dict[str, str | int | bool | float] = {"host": "127.0.0.1", "port": 25, "tls": "none"}


@dataclass(slots=True)
class Stage:
    """Microseconds a message: of this process, of PostgreSQL, and on the clock."""

    name: str
    python_us: float = 0.0
    postgres_us: float = 0.0
    clock_us: float = 0.0


class Stages:
    """Adds up what is measured. messages: by which it is divided in the end."""

    def __init__(self, messages: int) -> None:
        self._messages = messages
        self._stages: dict[str, Stage] = {}
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            self._session = cursor.fetchone()[0]

    @contextmanager
    def measured(self, name: str) -> Iterator[None]:
        """Add what is done meanwhile to a stage."""
        before = self._now()
        yield
        spent = [(b - a) * 1e6 / self._messages for a, b in zip(before, self._now(), strict=True)]
        stage = self._stages.setdefault(name, Stage(name))
        stage.python_us += spent[0]
        stage.postgres_us += spent[1]
        stage.clock_us += spent[2]

    def _now(self) -> tuple[float, float, float]:
        return time.process_time(), machine.cpu_seconds(self._session), time.monotonic()

    def all(self) -> list[Stage]:
        """Give them in the order in which they began."""
        return list(self._stages.values())


def measure(recipients: int, size: int, tell: Callable[[str], None]) -> list[Stage]:
    """Freeze the newsletter to so many, and take it through all stages in slices of `size`."""
    newsletter = club.found_club()
    club.choose_way(newsletter, 1, SETTINGS)
    tell("writing down the recipients ...")
    club.enrol(newsletter.organisation, recipients)
    tell("measuring ...")
    stages = Stages(recipients)
    with stages.measured("freeze"):
        freeze.send_now(newsletter)
    way = find_way(newsletter.pk, "email")
    assert way is not None
    for batch in Batch.objects.values_list("ordinal", flat=True).order_by("ordinal"):
        _take_through(stages, newsletter, way, batch, size)
    return stages.all()


def _take_through(stages: Stages, newsletter: SendOut, way: Way, batch: int, size: int) -> None:
    more = True
    while more:
        with stages.measured("claim"):
            found = claim(newsletter.pk, "email", batch, size, way.sender.pk)
        with stages.measured("prepare"):
            slice_ = way.prepare(found.claimed, timezone.now())
        answers = {row.id: Accepted(f"Q{row.id}") for row in found.claimed}
        with stages.measured("settle"):
            settle(way, slice_, answers, timezone.now(), keeps_copy=False, hold=found.hold)
        more = found.more


def to_text(stages: list[Stage]) -> str:
    """Write a table."""
    lines = [f"{'':10}{'Python µs':>11}{'PostgreSQL µs':>15}{'clock µs':>10}   a message"]
    lines += [
        f"{s.name:10}{s.python_us:11.1f}{s.postgres_us:15.1f}{s.clock_us:10.1f}" for s in stages
    ]
    return "\n".join(lines)


def to_dict(stages: list[Stage]) -> dict[str, object]:
    """Give the same for programs."""
    rounded = [
        {name: value if isinstance(value, str) else round(value, 2) for name, value in each.items()}
        for each in map(asdict, stages)
    ]
    return {"stages": rounded, "machine": machine.describe()}
