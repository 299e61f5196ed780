"""One run: all of them through the same servers, one after another."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from sendout.bench import club, machine, with_sendout
from sendout.bench.certificate import write_certificate
from sendout.bench.figures import Figures, Relay
from sendout.bench.peers import SENDOUT, known_peers, run
from sendout.bench.servers import HOST, relayed, round_trip, sink
from sendout.bench.work import Work
from sendout.cli.database import data_directory
from sendout.core.providers.setting import Value
from sendout.sendouts.models import SendOut

CEILING_MESSAGES, CEILING_SECONDS = 20_000, 5.0  # to find out what the relay can carry


@dataclass(frozen=True, slots=True)
class Rules:
    """What is compared, and how.

    connections: of all workers together, and of each peer that can use several. round_trip:
    milliseconds. peer_seconds: after which a peer begins no further message.
    """

    peers: list[str]
    recipients: int
    connections: int
    workers: int
    round_trip: float
    tls: bool
    peer_seconds: float


@dataclass(frozen=True, slots=True)
class Way:
    """Where the server is, and whose certificate it has."""

    port: int
    authority: Path | None


def compare(rules: Rules, tell: Callable[[str], None]) -> Figures:
    """Do the work with each of them. tell: is told what is going on. Raises Problem."""
    figures = Figures(machine.describe())
    peers = known_peers()
    chosen = {name: peer for name, peer in peers.items() if name in rules.peers}
    figures.left_out = {name: peer.missing for name, peer in chosen.items() if peer.missing}
    newsletter = club.found_club()
    with open_way(rules, newsletter, figures) as way:
        work = describe_work(rules, newsletter, way)
        for name, peer in chosen.items():
            if not peer.missing:
                tell(name)
                figures.results.append(run(name, peer, work, way.authority))
        if SENDOUT in rules.peers:
            tell(SENDOUT)
            figures.sendout = send(rules, newsletter, way)
            figures.results.append(figures.sendout.result)
    return figures


@contextlib.contextmanager
def open_way(rules: Rules, newsletter: SendOut, figures: Figures) -> Iterator[Way]:
    """Start the servers that stand at the other end, the relay only where it is wanted."""
    with sink() as port:
        if not (rules.round_trip or rules.tls):
            yield Way(port, None)
            return
        authority = data_directory() / "certificate.pem" if rules.tls else None
        if authority is not None:
            write_certificate(authority)
        ceiling = measure_ceiling(rules, newsletter, port, authority)
        with relayed(port, rules.round_trip, authority) as there:
            took = round_trip(there, authority)
            figures.relay = Relay(rules.round_trip, took, ceiling)
            yield Way(there, authority)


def measure_ceiling(rules: Rules, newsletter: SendOut, port: int, authority: Path | None) -> float:
    """Measure how many messages a second the relay itself carries, without any delay."""
    with relayed(port, 0, authority) as there:
        work = describe_work(rules, newsletter, Way(there, authority))
        work = replace(work, messages=CEILING_MESSAGES, seconds=CEILING_SECONDS)
        return run("bare", known_peers()["bare"], work, authority).rate


def describe_work(rules: Rules, newsletter: SendOut, way: Way) -> Work:
    """Say what every peer is to do."""
    texts = club.read_texts(newsletter)
    return Work(
        port=way.port,
        messages=rules.recipients,
        connections=rules.connections,
        seconds=rules.peer_seconds,
        tls=way.authority is not None,
        subject=texts.subject,
        text=club.pieces(texts.text),
        html=club.pieces(texts.html, markup=True),
        wire=club.wire_pieces(newsletter),
    )


def send(rules: Rules, newsletter: SendOut, way: Way) -> with_sendout.Sent:
    """Send the newsletter through Sendout, all of it."""
    settings: dict[str, Value] = {"host": HOST, "port": way.port, "tls": "none"}
    if way.authority is not None:
        settings |= {"tls": "implicit", "ca_file": str(way.authority)}
    club.choose_way(newsletter, max(1, rules.connections // rules.workers), settings)
    club.enrol(newsletter.organisation, rules.recipients)
    return with_sendout.send(newsletter, rules.workers)
