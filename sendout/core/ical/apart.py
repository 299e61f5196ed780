"""A stranger's calendar is read in a process of its own, with bounded memory and time.

A line of a calendar can ask for years of work (a rule that never fits any day); that ends its
process and nothing else.
"""

from __future__ import annotations

import json
import subprocess
import sys

from sendout.core.ical.event import BadCalendar, Event
from sendout.core.ical.reading import Window

CHILD = [sys.executable, "-I", "-m", "sendout.core.ical.child"]
LONGEST = 60  # seconds
TOO_MUCH = "it is too large or too involved to be read"


def read_apart(content: bytes, window: Window) -> list[Event]:
    """Give what `read_calendar` gives. Raises BadCalendar."""
    arguments = [window.since.isoformat(), window.until.isoformat(), str(window.zone)]
    try:
        done = subprocess.run(
            [*CHILD, *arguments],
            input=content,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=LONGEST,
            check=True,
        )
        answer = json.loads(done.stdout)
    except (subprocess.SubprocessError, ValueError) as error:
        raise BadCalendar(TOO_MUCH) from error
    if isinstance(answer, str):
        raise BadCalendar(answer)
    return [Event.from_json(each) for each in answer]
