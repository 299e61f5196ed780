"""What this door tells Prometheus about itself, counted as it works and read when asked."""

from __future__ import annotations

from collections.abc import Iterator

from prometheus_client import REGISTRY, start_http_server
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.registry import Collector

from sendout.tracking.commit import Committer

COUNTERS = {
    "hits": "Opens and clicks that were asked for with a token of ours",
    "repeated": "Hits that were committed a moment before already",
    "committed": "Hits in the database",
    "transactions": "Transactions that held them",
    "late": "Readers who were answered before their hit was committed",
    "lost": "Hits that were never committed",
    "failures": "Transactions that the database did not take",
    "seconds": "Time in transactions",
}
Metric = CounterMetricFamily | GaugeMetricFamily


class AtScrape(Collector):
    """The figures of one committer."""

    def __init__(self, committer: Committer) -> None:
        self._committer = committer

    def collect(self) -> Iterator[Metric]:
        """Give them all."""
        for name, about in COUNTERS.items():
            value = float(getattr(self._committer.figures, name))
            yield CounterMetricFamily(f"sendout_tracking_{name}", about, value)
        about = "Hits in memory that wait for the database"
        yield GaugeMetricFamily("sendout_tracking_waiting", about, self._committer.waiting)


def serve(host: str, port: int, committer: Committer) -> None:
    """Answer Prometheus on a port of this process, in a thread of its own; raises OSError."""
    REGISTRY.register(AtScrape(committer))
    start_http_server(port, host)
