"""How often a process looks for cycles among its objects."""

from __future__ import annotations

import gc
from typing import NamedTuple


class Looks(NamedTuple):
    """Thresholds of `gc`. young: objects between two looks at the youngest; middle, old: looks at
    the younger ones between two at these.
    """

    young: int
    middle: int
    old: int


SENDING = Looks(50_000, 20, 20)  # at Python's 700 they take a sixteenth of a worker's time
ANSWERING = Looks(10_000, 50, 100)  # an answer of the tracking door makes no cycles, a page few


def spare(looks: Looks) -> None:
    """Leave alone what was loaded by now, and look for cycles so often.

    What was loaded stays as long as the process does; a look through all of it takes longer than
    most pages do.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(*looks)
