"""`/metrics`: how the installation does, asked of PostgreSQL at each scrape.

Any number of web servers give the same answer, since none counts by itself. Nothing here reads
the table of deliveries: numbers come from `deliveries_count` and `senders_throughput`.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterable, Iterator

from django.conf import settings
from django.db.models import Count as CountRows
from django.db.models import Min, Sum
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from sendout.deliveries import workers
from sendout.deliveries.models import Count
from sendout.pages.access import public
from sendout.senders import throughput
from sendout.senders.models import PERIOD_SECONDS, Period, Sender
from sendout.sendouts.models import SendOut, State

SENDER = ["organisation", "sender", "channel"]


@public("Prometheus has no account; it shows SENDOUT_METRICS_TOKEN, without which there is no page")
@require_safe
@never_cache
def metrics(request: HttpRequest) -> HttpResponse:
    """Give the figures to whoever shows the token."""
    if not settings.METRICS_TOKEN:
        raise Http404("SENDOUT_METRICS_TOKEN is not set.")
    shown = request.headers.get("Authorization", "").encode()
    if not hmac.compare_digest(shown, f"Bearer {settings.METRICS_TOKEN}".encode()):
        return HttpResponse(status=401, headers={"WWW-Authenticate": "Bearer"})
    registry = CollectorRegistry()
    registry.register(Installation())
    return HttpResponse(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


class Installation(Collector):
    """What PostgreSQL knows of the whole installation."""

    def describe(self) -> Iterable[Metric]:
        """Tell the registry nothing before the scrape itself."""
        return ()

    def collect(self) -> Iterator[Metric]:
        """Ask for everything once."""
        yield from of_workers()
        yield from of_queues()
        yield from of_sendouts()
        yield from of_deliveries()
        yield from of_senders()


def gauge(name: str, about: str, labels: Iterable[str] = ()) -> GaugeMetricFamily:
    """Begin a family of figures that go up and down."""
    return GaugeMetricFamily(f"sendout_{name}", about, labels=list(labels))


def of_workers() -> Iterator[Metric]:
    """Tell who works."""
    alive = gauge("workers_alive", "Workers heard of in the last 30 seconds, three for a process")
    processes = gauge("worker_processes", "Worker processes connected, by host", ["host"])
    beat = workers.beat()
    alive.add_metric([], beat.alive)
    hosts = [process.host for process in workers.processes()]
    for host in sorted(set(hosts)):
        processes.add_metric([host], hosts.count(host))
    yield from (alive, processes)


def of_queues() -> Iterator[Metric]:
    """Tell how many jobs wait, and for how long."""
    jobs = gauge("jobs", "Jobs by queue and state", ["queue", "state"])
    age = gauge("queue_age_seconds", "How long the oldest job that is due has waited", ["queue"])
    for queue in workers.queues():
        jobs.add_metric([queue.name, "waiting"], queue.waiting)
        jobs.add_metric([queue.name, "doing"], queue.doing)
        jobs.add_metric([queue.name, "failed"], queue.failed)
        age.add_metric([queue.name], queue.age)
    yield from (jobs, age)


def of_sendouts() -> Iterator[Metric]:
    """Tell how many send-outs there are, and whether one should have started."""
    states = gauge("sendouts", "Send-outs by state", ["state"])
    for state, n in SendOut.objects.values_list("state").annotate(CountRows("pk")).order_by():
        states.add_metric([state], n)
    late = gauge("start_late_seconds", "How long the latest scheduled send-out is overdue")
    waiting = SendOut.objects.filter(state=State.SCHEDULED)
    first = waiting.aggregate(Min("scheduled_for"))["scheduled_for__min"]
    overdue = (timezone.now() - first).total_seconds() if first else 0.0
    late.add_metric([], max(0.0, overdue))
    yield from (states, late)


def of_deliveries() -> Iterator[Metric]:
    """Tell how many deliveries have which status."""
    statuses = gauge("deliveries", "Deliveries by channel and status", ["channel", "status"])
    for channel, status, n in (
        Count.objects.values_list("channel", "status").annotate(Sum("n")).order_by()
    ):
        statuses.add_metric([channel, status], n)
    yield statuses


def of_senders() -> Iterator[Metric]:
    """Tell what became of each sender's messages, whether it works, and how far it is behind."""
    messages = CounterMetricFamily(
        "sendout_messages",
        "Messages handed over, by what became of them",
        labels=[*SENDER, "outcome"],
    )
    down = gauge("sender_down", "1 while a sender does not work, until it works again", SENDER)
    allowed = gauge("sender_pace", "Messages per second it may send, 0 for no limit", SENDER)
    debt = gauge("sender_pace_debt_seconds", "How long what was let through takes to leave", SENDER)
    for sender, outcomes in throughput.totals():
        labels = [sender.organisation.slug, sender.name, sender.channel]
        for outcome, n in outcomes.items():
            messages.add_metric([*labels, outcome], n)
        down.add_metric(labels, sender.down_since is not None)
        allowed.add_metric(labels, sender.pace_count / PERIOD_SECONDS[Period(sender.pace_period)])
        debt.add_metric(labels, _debt(sender))
    yield from (messages, down, allowed, debt)


def _debt(sender: Sender) -> float:
    if not sender.pace_count or sender.pace_due is None:
        return 0.0
    return max(0.0, (sender.pace_due - timezone.now()).total_seconds())
