"""How many events of an email service are committed and answered, and then made facts, a second."""

from __future__ import annotations

import http.client
import json
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from itertools import islice
from urllib.parse import urlsplit

from django.db import connections
from django.utils import timezone

from sendout.bench import club, machine
from sendout.bench.work import FROM
from sendout.cli.problem import Problem
from sendout.cli.supervisor import Child, Supervisor, sendout_command
from sendout.deliveries.freeze import send_now
from sendout.deliveries.models import Delivery, Event
from sendout.deliveries.record import Happening, record
from sendout.inbound.waiting import take_in_due
from sendout.senders.esp import reference
from sendout.senders.hooks import address_of
from sendout.senders.models import Channel, Sender
from sendout.senders.ways import put_settings

HOST = "127.0.0.1"
AGO = timedelta(hours=1)  # that the service had the messages
START_SECONDS = 60.0
AGENT = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"
# Of ten messages: what the service tells of each. All are delivered or bounce, some are opened.
FACTS = {"sent": "delivered", "open": "opened", "bounce": "bounced"}
STORIES = (*[("sent",)] * 6, *[("sent", "open")] * 3, ("bounce",))


@dataclass(frozen=True, slots=True)
class Told:
    """All that was found.

    events: told in so many requests. answered_per_second: proved, read, committed and answered.
    taken_per_second: made facts, with status, counts and the list of those who bounced. again: of
    events told a second time, how many changed anything. missing: how many facts are not there.
    """

    events: int
    requests: int
    connections: int
    answered_per_second: float
    taken_per_second: float
    both_per_second: float
    again: int
    missing: int
    machine: dict[str, object]

    def to_dict(self) -> dict[str, object]:
        """Give it as `--json` prints it."""
        return asdict(self)

    def to_text(self) -> str:
        """Give it for people."""
        return (
            f"{self.answered_per_second:,.0f} events a second were committed and answered "
            f"({self.events:,} in {self.requests:,} requests over {self.connections} connections),"
            f"\n{self.taken_per_second:,.0f} a second became facts: one after the other "
            f"{self.both_per_second:,.0f} a second.\n"
            f"Told again, {self.again} changed anything; {self.missing} are missing.\n"
            f"{self.machine['cores']} cores shared by all that takes part, load before the start "
            f"{self.machine['load']}."
        )


def measure(people: int, batch: int, readers: int, port: int) -> Told:
    """Measure on the database of this process. Raises Problem when the web server does not start.

    people: who got the message. batch: events in one request. readers: connections of the service.
    """
    before = machine.describe()
    sender = _sent(people)
    path = urlsplit(address_of(sender)).path
    events = list(_events(timezone.now()))
    bodies = list(_bodies(events, batch))
    connections.close_all()
    child = Child("web", sendout_command("web", "--supervised", "--port", str(port)))
    with Supervisor([child]) as supervisor:
        supervisor.start()
        _wait_until_open(port)
        answering = _post(port, path, bodies, readers)
        taking = _take_in()
        first = _written()
        _post(port, path, bodies, readers)
    _take_in()
    return Told(
        events=len(events),
        requests=len(bodies),
        connections=readers,
        answered_per_second=len(events) / answering,
        taken_per_second=len(events) / taking,
        both_per_second=len(events) / (answering + taking),
        again=_written() - first,
        missing=_missing(people),
        machine=before,
    )


def _sent(people: int) -> Sender:
    """Send a newsletter to so many on paper; the service has taken all of it."""
    newsletter = club.found_club()
    sender = Sender(
        organisation=newsletter.organisation,
        name="Bench",
        channel=Channel.EMAIL,
        kind="esp",
        from_address=FROM,
    )
    put_settings(sender, {"esp": "mailjet", "api_key": "none", "secret_key": "none"})
    sender.save()
    newsletter.email_sender = sender
    newsletter.save(update_fields=["email_sender"])
    club.enrol(newsletter.organisation, people)
    send_now(newsletter)
    at = timezone.now() - AGO
    record(Happening(pk, "accepted", at, ref=f"ref-{pk}", attempt=1) for pk in _deliveries())
    return sender


def _deliveries() -> Sequence[int]:
    return list(Delivery.objects.order_by("pk").values_list("pk", flat=True))


def _events(now: datetime) -> Iterator[dict[str, object]]:
    """Give what Mailjet would tell: https://dev.mailjet.com/email/guides/webhooks/."""
    at = int(now.timestamp()) - 60
    for number, pk in enumerate(_deliveries()):
        for kind in STORIES[number % len(STORIES)]:
            yield {
                "event": kind,
                "time": at,
                "MessageID": 19421777835146490 + pk,
                "Message_GUID": f"1ab23cd4-e567-8901-2345-{pk:012}",
                "email": f"p{pk}@example.test",
                "Payload": json.dumps({reference.FIELD: reference.make(pk)}),
                "agent": AGENT,
                "hard_bounce": True,
                "error": "user unknown",
                "error_related_to": "recipient",
            }


def _bodies(events: Sequence[dict[str, object]], batch: int) -> Iterator[bytes]:
    waiting = iter(events)
    while some := list(islice(waiting, batch)):
        yield json.dumps(some).encode()


def _post(port: int, path: str, bodies: Sequence[bytes], readers: int) -> float:
    """Post all, over so many connections, and give the seconds that took. Raises Problem."""

    def go(number: int) -> None:
        client = http.client.HTTPConnection(HOST, port, timeout=START_SECONDS)
        for body in bodies[number::readers]:
            client.request("POST", path, body, {"Content-Type": "application/json"})
            answer = client.getresponse()
            answer.read()
            if answer.status != 200:
                raise Problem(f"the web server answered {answer.status}")
        client.close()

    started = time.monotonic()
    with ThreadPoolExecutor(readers) as pool:
        list(pool.map(go, range(readers)))
    return time.monotonic() - started


def _take_in() -> float:
    started = time.monotonic()
    take_in_due()
    return time.monotonic() - started


def _written() -> int:
    return Event.objects.count()


def _missing(people: int) -> int:
    """Count the facts that were told and are not on the rows."""
    told = Counter(kind for n in range(people) for kind in STORIES[n % len(STORIES)])
    there = {
        kind: Delivery.objects.exclude(**{f"{fact}_at": None}).count()
        for kind, fact in FACTS.items()
    }
    return sum(abs(told[kind] - there[kind]) for kind in FACTS)


def _wait_until_open(port: int) -> None:
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end:
        client = http.client.HTTPConnection(HOST, port, timeout=5)
        try:
            client.request("GET", "/healthz")
            client.getresponse().read()
        except OSError:
            time.sleep(0.05)
        else:
            return
        finally:
            client.close()
    raise Problem("the web server did not start; its reason is above")
