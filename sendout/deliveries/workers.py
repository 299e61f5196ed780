"""What runs where, and what waits: asked of PostgreSQL, which every worker is connected to."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from sendout.deliveries.jobs import QUEUE

ALIVE = 30.0  # seconds; a worker that was silent for longer is taken for dead
_PROGRAM = "sendout worker"
_LONGEST = 63 - len(_PROGRAM) - 12  # PostgreSQL cuts names of programs after 63 bytes

# Sessions name their program, its host and its process; those of other programs do not count.
PROCESSES = f"""
SELECT split_part(application_name, ' ', 3), split_part(application_name, ' ', 4)::int,
    min(backend_start)
FROM pg_stat_activity
WHERE datname = current_database() AND application_name ~ '^{_PROGRAM} [^ ]+ [0-9]{{1,9}}$'
GROUP BY 1, 2 ORDER BY 1, 2
"""
BEAT = f"""
SELECT count(*) FILTER (WHERE last_heartbeat > now() - interval '{ALIVE} seconds'),
    extract(epoch FROM now() - max(last_heartbeat))::float8
FROM procrastinate_workers
"""
STATUSES = ("todo", "doing", "failed")
JOBS = f"""
SELECT queue_name, status, count(*) FROM procrastinate_jobs
WHERE status IN {STATUSES} GROUP BY 1, 2
"""
# Ids rise with time, so the smallest one that is due has waited longest.
OLDEST = """
SELECT j.queue_name, extract(epoch FROM now() - greatest(e.at, j.scheduled_at))::float8
FROM (
    SELECT DISTINCT ON (queue_name) queue_name, id, scheduled_at FROM procrastinate_jobs
    WHERE status = 'todo' AND (scheduled_at IS NULL OR scheduled_at <= now())
    ORDER BY queue_name, id
) j JOIN LATERAL (SELECT min(at) AS at FROM procrastinate_events WHERE job_id = j.id) e ON true
"""
IN_HAND = """
SELECT (args->>'sendout')::bigint, count(*) FROM procrastinate_jobs
WHERE task_name = 'dispatch_batch' AND status = 'doing'
    AND (args->>'sendout')::bigint = ANY(%s)
GROUP BY 1
"""


@dataclass(frozen=True, slots=True)
class Process:
    """A worker process that is connected now. since: aware."""

    host: str
    number: int
    since: datetime


@dataclass(frozen=True, slots=True)
class Beat:
    """Signs of life. alive: workers heard of lately; age: seconds since the last, if any."""

    alive: int
    age: float | None


@dataclass(frozen=True, slots=True)
class Queue:
    """What waits in a queue. age: seconds that the oldest job which is due has waited."""

    name: str
    waiting: int
    doing: int
    failed: int
    age: float


def program_name(host: str, process: int) -> str:
    """Give the name by which a worker tells PostgreSQL where it runs (`PGAPPNAME`)."""
    return f"{_PROGRAM} {host.replace(' ', '-')[:_LONGEST]} {process}"


def _rows(statement: str, *values: list[int]) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return list(cursor.fetchall())


def processes() -> list[Process]:
    """Give the worker processes that are connected, on whatever machine."""
    return [Process(*row) for row in _rows(PROCESSES)]


def beat() -> Beat:
    """Give the newest sign of life of all workers."""
    return Beat(*_rows(BEAT)[0])


def queues() -> list[Queue]:
    """Give the queue of batches, and the other ones that hold a job."""
    counts: dict[str, Counter[str]] = defaultdict(Counter, {QUEUE: Counter()})
    for name, status, n in _rows(JOBS):
        counts[name][status] = n
    ages: dict[str, float] = dict(_rows(OLDEST))
    return [
        Queue(name, has["todo"], has["doing"], has["failed"], ages.get(name, 0.0))
        for name, has in sorted(counts.items())
    ]


def in_hand(sendouts: Iterable[int]) -> dict[int, int]:
    """Give how many batches of these send-outs the workers have in hand."""
    return dict(_rows(IN_HAND, list(sendouts)))
