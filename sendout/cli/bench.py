"""`sendout bench send|stages|track|events|pages`: how fast it is, on a database of its own."""

from __future__ import annotations

import argparse
import json
import signal
import sys

from sendout.bench import events, machine, stages
from sendout.bench.contest import Rules, compare
from sendout.bench.opens import measure
from sendout.bench.peers import SENDOUT, known_peers
from sendout.bench.servers import find_sink
from sendout.cli.address import PORT, check_free
from sendout.cli.bench_pages import add_pages
from sendout.cli.commands import Subparsers
from sendout.cli.numbers import duration
from sendout.cli.problem import Problem
from sendout.cli.supervisor import say
from sendout.cli.track import TRACKING_PORT

FAILED = 1
MOST_WORKERS = 4


def register(subparsers: Subparsers) -> None:
    """Add the command to the command line."""
    parser = subparsers.add_parser("bench", help="measure how fast this machine sends and tracks")
    actions = parser.add_subparsers(metavar="action", required=True)
    send = actions.add_parser("send", help="one newsletter through Sendout and through others")
    send.add_argument(
        "--recipients", type=count, default=10_000, metavar="N", help="how many (10000)"
    )
    send.add_argument(
        "--connections", type=count, default=10, metavar="C", help="to the server (10)"
    )
    workers = min(machine.cores(), MOST_WORKERS)
    send.add_argument(
        "--workers",
        type=count,
        default=workers,
        metavar="W",
        help=f"processes of Sendout ({workers}: one for each core, up to {MOST_WORKERS})",
    )
    send.add_argument(
        "--round-trip",
        type=duration,
        default=0.0,
        metavar="MS",
        help="of a relay between (0: none)",
    )
    send.add_argument("--tls", action="store_true", help="encrypt from the start")
    names = ",".join(everybody())
    send.add_argument(
        "--peers", type=read_peers, metavar="P,P", help=f"some of {names} (all that are there)"
    )
    send.add_argument(
        "--peer-seconds", type=duration, default=20.0, metavar="S", help="peers stop then (20)"
    )
    send.add_argument("--json", action="store_true", help="print one JSON object at the end")
    send.set_defaults(perform=perform)
    add_stages(actions.add_parser("stages", help="what a message costs in each stage"))
    add_track(actions.add_parser("track", help="many who open and click at the same time"))
    add_events(actions.add_parser("events", help="what an email service tells, in large numbers"))
    add_pages(actions.add_parser("pages", help="every page, where there is much to show"))


def add_stages(parser: argparse.ArgumentParser) -> None:
    """Give `bench stages` its options."""
    parser.add_argument(
        "--recipients", type=count, default=50_000, metavar="N", help="how many (50000)"
    )
    parser.add_argument(
        "--slice", type=count, default=250, metavar="N", help="messages in a slice (250)"
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object at the end")
    parser.set_defaults(perform=perform_stages)


def add_track(track: argparse.ArgumentParser) -> None:
    """Give `bench track` its options."""
    track.add_argument(
        "--connections", type=count, default=256, metavar="C", help="readers at once (256)"
    )
    track.add_argument(
        "--seconds", type=duration, default=5.0, metavar="S", help="of each of two runs (5)"
    )
    track.add_argument(
        "--people", type=count, default=20_000, metavar="N", help="who got the message (20000)"
    )
    track.add_argument(
        "--port", type=int, default=TRACKING_PORT, metavar="P", help=f"({TRACKING_PORT})"
    )
    track.add_argument("--json", action="store_true", help="print one JSON object at the end")
    track.set_defaults(perform=perform_track)


def add_events(parser: argparse.ArgumentParser) -> None:
    """Give `bench events` its options."""
    parser.add_argument(
        "--people", type=count, default=20_000, metavar="N", help="who got the message (20000)"
    )
    parser.add_argument(
        "--batch", type=count, default=100, metavar="N", help="events in one request (100)"
    )
    parser.add_argument(
        "--connections", type=count, default=8, metavar="C", help="of the service (8)"
    )
    parser.add_argument("--port", type=int, default=PORT, metavar="P", help=f"({PORT})")
    parser.add_argument("--json", action="store_true", help="print one JSON object at the end")
    parser.set_defaults(perform=perform_events)


def perform(arguments: argparse.Namespace) -> int:
    """Measure and print; 1 when Sendout did not record every recipient as sent."""
    find_sink()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    figures = compare(rules_of(arguments), lambda name: say(f"{name} is sending ..."))
    print(json.dumps(figures.to_dict()) if arguments.json else figures.to_text())
    sent = figures.sendout
    if sent and sent.recorded != arguments.recipients:
        say(f"{arguments.recipients - sent.recorded} recipients were not recorded as sent")
        return FAILED
    return 0


def perform_stages(arguments: argparse.Namespace) -> int:
    """Measure and print."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    found = stages.measure(arguments.recipients, arguments.slice, say)
    print(json.dumps(stages.to_dict(found)) if arguments.json else stages.to_text(found))
    return 0


def perform_track(arguments: argparse.Namespace) -> int:
    """Measure and print; 1 when anything that was answered is not in the database."""
    check_free("127.0.0.1", arguments.port)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    say("the readers are opening and clicking ...")
    found = measure(arguments.people, arguments.connections, arguments.seconds, arguments.port)
    print(json.dumps(found.to_dict()) if arguments.json else found.to_text())
    return FAILED if found.missing or found.full.wrong or found.half.wrong else 0


def perform_events(arguments: argparse.Namespace) -> int:
    """Measure and print; 1 when an event is missing, or counted twice."""
    check_free("127.0.0.1", arguments.port)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    say("the service is telling ...")
    found = events.measure(arguments.people, arguments.batch, arguments.connections, arguments.port)
    print(json.dumps(found.to_dict()) if arguments.json else found.to_text())
    return FAILED if found.missing or found.again else 0


def rules_of(arguments: argparse.Namespace) -> Rules:
    """Read what is to be compared. Raises Problem."""
    return Rules(
        peers=arguments.peers or everybody(),
        recipients=arguments.recipients,
        connections=arguments.connections,
        workers=arguments.workers,
        round_trip=arguments.round_trip,
        tls=arguments.tls,
        peer_seconds=arguments.peer_seconds,
    )


def everybody() -> list[str]:
    """Name all that can be compared; of those that cannot run here it is said why."""
    return [SENDOUT, *known_peers()]


def read_peers(text: str) -> list[str]:
    """Read --peers: those named must be there. Raises Problem."""
    known = known_peers()
    names = [name.strip() for name in text.split(",")]
    for name in names:
        if name not in everybody():
            raise Problem(f'--peers: there is no "{name}"; choose from {", ".join(everybody())}')
        if name != SENDOUT and known[name].missing:
            raise Problem(f"--peers: {known[name].missing}")
    return names


def count(text: str) -> int:
    """Read a number of things, at least one."""
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"{number} is too few; give 1 or more")
    return number
