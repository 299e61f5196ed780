"""The work that is the same for all: who gets a mail, what it says, and how one reports back.

The programs compared read a `Work` from their standard input and print a `Result`, both as JSON.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass

FROM = "office@aquaclub.example"
SITE = "https://aquaclub.example"
NAMES: dict[str, list[str]] = {
    "first_name": ["Alice", "Bob", "Charlie", "Amélie", "Étienne", "Grace", "Wei"],
    "last_name": ["Tremblay", "O'Brien", "Nguyen", "Côté", "Singh"],
    "child": ["Léo", "Emma", "Noah", "Zoé", "Liam", "Maya"],
    "activity": ["Tuesday beginners", "Swim level 3", "Masters", "Aqua fitness"],
}
OWN_FIELDS = ("child", "activity")

Pieces = list[str]
"""A text cut at its merge fields: constant, name of a field, constant, ... , constant."""


@dataclass(frozen=True, slots=True)
class Work:
    """What to send, where, and how.

    messages: at most so many, and none begun after `seconds`. connections: for those that can use
    several. wire: a whole message as it is written after DATA, its end not included.
    """

    port: int
    messages: int
    connections: int
    seconds: float
    tls: bool
    subject: str
    text: Pieces
    html: Pieces
    wire: Pieces
    mail_from: str = FROM
    host: str = "127.0.0.1"

    def to_json(self) -> str:
        """Say it to another program, with the names that people are made of."""
        return json.dumps(asdict(self) | {"names": NAMES, "site": SITE})

    @classmethod
    def read(cls) -> Work:
        """Read it from standard input."""
        told = json.load(sys.stdin)
        return cls(**{name: told[name] for name in cls.__dataclass_fields__})


@dataclass(frozen=True, slots=True)
class Result:
    """What one of them did. seconds: by the clock; cpu_seconds: of its own processes.

    peak_rss_kb: the most memory that one of its processes had.
    """

    name: str
    messages: int
    seconds: float
    cpu_seconds: float
    peak_rss_kb: int

    @property
    def rate(self) -> float:
        """Messages per second."""
        return self.messages / self.seconds

    def report(self) -> None:
        """Tell it to the program that asked."""
        print(json.dumps(asdict(self)))

    def to_dict(self) -> dict[str, str | int | float]:
        """Give the figures that are compared."""
        return {
            "name": self.name,
            "messages": self.messages,
            "messages_per_second": round(self.rate, 1),
            "cpu_us_per_message": round(self.cpu_seconds / max(self.messages, 1) * 1e6, 1),
            "peak_rss_mb": round(self.peak_rss_kb / 1024, 1),
        }


def person(number: int) -> dict[str, str]:
    """Give the values of the merge fields for one recipient: the same in every program."""
    values = {field: words[number % len(words)] for field, words in NAMES.items()}
    values["email"] = f"swimmer{number}@example.test"
    values["unsubscribe_url"] = f"{SITE}/u/{number:026d}/"
    return values


def people(messages: int) -> Iterator[dict[str, str]]:
    """Give the values of so many recipients."""
    return map(person, range(messages))


def filler(pieces: Pieces) -> Callable[[dict[str, str]], str]:
    """Give a function that puts values into a text, as cheaply as Python can."""
    parts, slots = list(pieces), list(enumerate(pieces))[1::2]

    def fill(values: dict[str, str]) -> str:
        for place, field in slots:
            parts[place] = values[field]
        return "".join(parts)

    return fill
