"""`sendout bench pages`: how long each page takes when there is much to show."""

from __future__ import annotations

import argparse
import json
import signal
import sys

from django.conf import settings

from sendout.bench import hello, pages
from sendout.bench.town import Size
from sendout.cli.numbers import duration, positive
from sendout.cli.problem import Problem
from sendout.cli.supervisor import say

TOO_SLOW = 1
FEWEST_PEOPLE = 100


def add_pages(parser: argparse.ArgumentParser) -> None:
    """Give `bench pages` its options."""
    size = Size()
    sizes = {
        "people": (size.people, "of the club"),
        "sendouts": (size.sendouts, "of the club"),
        "largest": (size.largest, "recipients of the largest send-out"),
        "running": (size.running, "recipients of one that is running"),
    }
    for name, (usual, meaning) in sizes.items():
        parser.add_argument(
            f"--{name}", type=positive, default=usual, metavar="N", help=f"{meaning} ({usual})"
        )
    parser.add_argument(
        "--times", type=positive, default=20, metavar="N", help="each page is asked for (20)"
    )
    parser.add_argument(
        "--limit", type=duration, metavar="MS", help="fail when a page's p95 is longer"
    )
    parser.add_argument(
        "--only", default="", metavar="WORDS", help="pages with these words in their line"
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object at the end")
    parser.set_defaults(perform=perform)


def perform(arguments: argparse.Namespace) -> int:
    """Measure and print; 1 when a page is slower than the limit."""
    if min(arguments.people, arguments.largest) < FEWEST_PEOPLE:
        raise Problem(f"--people and --largest: give {FEWEST_PEOPLE} or more")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    settings.ROOT_URLCONF = hello.__name__
    size = Size(arguments.people, arguments.sendouts, arguments.largest, arguments.running)
    found = pages.measure(size, arguments.times, arguments.only, say)
    print(json.dumps(found.to_dict()) if arguments.json else found.to_text())
    slow = [] if arguments.limit is None else found.slower_than(arguments.limit)
    for each in slow:
        say(f"{each.page}: p95 {each.clock(95):.1f} ms, more than {arguments.limit:g} ms")
    return TOO_SLOW if slow else 0
