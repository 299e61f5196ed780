"""What this process tells about itself: figures for Prometheus, and one log line for each slice."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager

from prometheus_client import (
    REGISTRY,
    Counter,
    Histogram,
    disable_created_metrics,
    start_http_server,
)
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from sendout.core.delivery.outcome import Outcome
from sendout.core.pace import LARGEST
from sendout.engine.journal import Journal
from sendout.engine.lane import lanes
from sendout.engine.prepare import Prepared, Way
from sendout.senders.health import seconds_down
from sendout.senders.models import Sender
from sendout.senders.throughput import count

SENDER = ["organisation", "sender", "channel"]
SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 90)
SIZES = (1, 5, 10, 25, 50, 100, 250, 500, LARGEST)

# Without it there are twice as many series, which nobody reads.
disable_created_metrics()  # type: ignore[no-untyped-call]
MESSAGES = Counter(
    "sendout_worker_messages", "Messages handed over, by what became of them", [*SENDER, "outcome"]
)
SLICE = Histogram("sendout_worker_slice_messages", "Messages in a slice", SENDER, buckets=SIZES)
STAGE = Histogram(
    "sendout_worker_stage_seconds", "How long a slice is in a stage", ["stage"], buckets=SECONDS
)

logger = logging.getLogger(__name__)
_seen: dict[int, tuple[tuple[str, str, str], Sender]] = {}  # what this process uses, by its id


def timed(stage: str) -> AbstractContextManager[object]:
    """Measure how long a slice is in a stage: claim, prepare, hand_over or settle."""
    return STAGE.labels(stage).time()


def see(way: Way) -> None:
    """Note how a sender stands before its next slice."""
    labels = (way.organisation.slug, way.sender.name, way.channel)
    _seen[way.sender.pk] = labels, way.sender


def tell(
    way: Way,
    batch: int,
    slice_: Sequence[Prepared],
    answers: Mapping[int, Outcome],
    seconds: float,
) -> None:
    """Count what became of a slice, and write one line about it; seconds: from claim to settled."""
    if not slice_:
        return
    labels = (way.organisation.slug, way.sender.name, way.channel)
    counted = count([answers[sent.row.id] for sent in slice_])
    for outcome, n in counted.items():
        MESSAGES.labels(*labels, outcome).inc(n)
    SLICE.labels(*labels).observe(len(slice_))
    facts = {
        "sendout": way.sendout,
        "channel": way.channel,
        "batch": batch,
        "sender": way.sender.name,
        "messages": len(slice_),
        **counted,
        "seconds": round(seconds, 4),
    }
    logger.debug("slice settled", extra=facts)


class AtScrape(Collector):
    """Figures that are looked up when somebody asks, not counted as they change."""

    def __init__(self, journal: Journal) -> None:
        self.journal = journal

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Give the state of the journal, of the senders and of their connections."""
        about = "1 while the journal cannot be written and nothing is sent"
        broken = float(bool(self.journal.trouble))
        yield GaugeMetricFamily("sendout_worker_journal_broken", about, broken)
        about = "How long the oldest slice that has all its answers waits to be settled"
        yield GaugeMetricFamily("sendout_worker_unsettled_seconds", about, self.journal.oldest)
        about = "1 while this worker lets the sender rest"
        down = GaugeMetricFamily("sendout_worker_sender_down", about, labels=SENDER)
        for labels, sender in list(_seen.values()):
            down.add_metric(labels, seconds_down(sender) > 0)
        yield down
        about = "Open connections, in use or idle"
        open_ = GaugeMetricFamily("sendout_worker_connections", about, labels=[*SENDER, "state"])
        for pk, lane in lanes.open():
            if pk in _seen:
                labels, _ = _seen[pk]
                open_.add_metric([*labels, "in use"], lane.busy)
                open_.add_metric([*labels, "idle"], lane.idle)
        yield open_


def serve(host: str, port: int, journal: Journal) -> None:
    """Answer Prometheus on a port of this process, in a thread of its own; raises OSError."""
    REGISTRY.register(AtScrape(journal))
    start_http_server(port, host)
