"""What one look into the DNS found."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Mark(StrEnum):
    """How well things are."""

    GOOD = "good"
    WARN = "warn"
    BAD = "bad"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Finding:
    """One answer. name: what was looked at. words: a sentence for the staff, with the remedy.

    record: what stands in the DNS, or should.
    """

    name: str
    mark: Mark
    words: str
    record: str = ""
