"""The child process that reads a calendar on its standard input and writes its events as JSON.

Arguments: the window's beginning and end (ISO 8601) and its zone. One sentence as a JSON string
when the calendar cannot be read.
"""

from __future__ import annotations

import json
import resource
import sys
from datetime import datetime
from zoneinfo import ZoneInfo

from sendout.core.ical.event import BadCalendar
from sendout.core.ical.reading import Window, read_calendar

MEMORY = 1 << 30  # bytes of address space
SECONDS = 10  # of processor time


def main(since: str, until: str, zone: str) -> None:
    """Read standard input, write standard output."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    window = Window(datetime.fromisoformat(since), datetime.fromisoformat(until), ZoneInfo(zone))
    answer: object
    try:
        events = read_calendar(sys.stdin.buffer.read(), window)
        answer = [event.to_json() for event in events]
    except BadCalendar as bad:
        answer = str(bad)
    json.dump(answer, sys.stdout)


if __name__ == "__main__":
    main(*sys.argv[1:])
