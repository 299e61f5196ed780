"""Lists of participants as a club has them: families, accents, missing and wrong addresses."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

HEADERS = ["First name", "Last name", "Email", "Cell phone", "Language", "Activity", "Child"]
NAMES = ("Alice", "Zoé", "Łukasz", "Jérôme", "Anne-Marie", "Siân", "Đorđe", "Noël", "D'Arcy")
FAMILIES = ("O'Brien", "Gagné", "St-Pierre", "Nguyễn", "Müller", "de la Cruz")
CHILDREN = ("Frédérique", "Max", "Zoë", "Emma", "Ívar", "Renée")
ACTIVITIES = ("Swim level 3", "Patinage synchronisé", "Tuesday beginners")


@dataclass(frozen=True)
class Person:
    """One row of a list, as it is written there."""

    first_name: str
    last_name: str
    email: str
    phone: str
    language: str
    activity: str
    child: str

    @property
    def mailbox(self) -> str:
        """The address as it is compared; empty when there is none to write to."""
        local, at, domain = self.email.lower().rpartition("@")
        return self.email.lower() if local and at and "." in domain else ""


def make_list(file: Path, families: int) -> None:
    """Write a list of families: every fourth has two members, every ninth three, at one address.

    Some have no address, some a wrong one, some write it in capitals.
    """
    with file.open("w", newline="", encoding="utf-8") as stream:
        table = csv.writer(stream)
        table.writerow(HEADERS)
        for n in range(families):
            for member in range(1 + (n % 4 == 0) + (n % 9 == 0)):
                table.writerow(_row(n, member))


def _row(n: int, member: int) -> list[str]:
    email = f"family.{n}+news@example.{('com', 'org', 'net')[n % 3]}"
    if n % 10 == 3:
        email = ""
    elif n % 10 == 7:
        email = f"family.{n}@"
    elif member:
        email = email.upper()
    phone = "" if n % 12 == 5 and n % 10 not in {3, 7} else f"(416) 320-{1000 + n}"
    return [
        NAMES[(n + member) % len(NAMES)] + ("" if not member else f" {member}"),
        FAMILIES[n % len(FAMILIES)],
        email,
        phone,
        ("en", "fr")[n % 2],
        ACTIVITIES[n % len(ACTIVITIES)],
        CHILDREN[(n + member) % len(CHILDREN)],
    ]


def read_list(file: Path) -> list[Person]:
    """Read a list as it was written, without the product."""
    with file.open(newline="", encoding="utf-8-sig") as stream:
        return [Person(*row) for row in list(csv.reader(stream))[1:]]


def by_mailbox(people: Iterable[Person]) -> dict[str, list[Person]]:
    """Give those who share each mailbox, in the order of the list."""
    found: dict[str, list[Person]] = defaultdict(list)
    for person in people:
        if person.mailbox:
            found[person.mailbox].append(person)
    return dict(found)
