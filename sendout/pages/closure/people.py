"""People to call, as the board and the printed list name them: one line for a phone."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from sendout.core.delivery.status import LABELS, Status
from sendout.core.message.template import fold
from sendout.deliveries.board import Knows
from sendout.deliveries.models import Delivery
from sendout.deliveries.report import OF_REASON, reason
from sendout.people.models import Participant
from sendout.senders.models import Channel
from sendout.sendouts.models import SendOut
from sendout.wording.said import said

# Own columns that hold another number to call, by their beginning or end.
_PHONES = re.compile(r"phone|(^|_)tel|mobile|cell|portable|urgence|emergency")
_DIGITS = re.compile(r"\d")
FEWEST_DIGITS = 7
AT_A_TIME = 1_000
NAMED = ("first_name", "last_name", "email", "phone")  # what the name of a participant takes
CALLED = (*NAMED, "phone_typed", "fields")


@dataclass(slots=True)
class Line:
    """Those of one phone, or one who has none. why: what became of each channel, in words."""

    ids: list[int] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    phones: list[str] = field(default_factory=list)
    why: list[str] = field(default_factory=list)
    cannot: bool = True


def lines(sendout: SendOut, people: dict[int, Knows]) -> list[Line]:
    """Give a line for each phone of these people, in the order of who cannot be reached first."""
    found: dict[str, Line] = {}
    waiting = list(people)
    for begin in range(0, len(waiting), AT_A_TIME):
        ids = waiting[begin : begin + AT_A_TIME]
        whys = _whys(sendout, ids)
        rows = Participant.objects.only(*CALLED).in_bulk(ids)
        for pk in ids:
            if person := rows.get(pk):
                line = found.setdefault(person.phone or f"#{pk}", Line())
                _add(line, person, whys.get(pk, []), people[pk])
    return list(found.values())


def _add(line: Line, person: Participant, why: Iterable[str], knows: Knows) -> None:
    line.ids.append(person.pk)
    line.names.append(str(person) or _("no name"))
    line.phones.extend(each for each in phones(person) if each not in line.phones)
    line.why.extend(each for each in why if each not in line.why)
    line.cannot = line.cannot and knows == Knows.CANNOT


def phones(person: Participant) -> list[str]:
    """Give the numbers that a person can be called at, as they were typed where they are wrong."""
    own = [str(value) for name, value in person.fields.items() if _PHONES.search(fold(name))]
    numbers = [each for each in own if len(_DIGITS.findall(each)) >= FEWEST_DIGITS]
    return list(filter(None, dict.fromkeys([person.phone or person.phone_typed, *numbers])))


def _whys(sendout: SendOut, ids: Collection[int]) -> dict[int, list[str]]:
    rows = Delivery.objects.filter(sendout=sendout, participant__in=ids).order_by("channel", "pk")
    found: dict[int, list[str]] = {}
    for row in rows.values("participant_id", *OF_REASON):
        found.setdefault(row["participant_id"], []).append(_why(row))
    return found


def _why(row: Mapping[str, Any]) -> str:
    words = said(reason(row)) or LABELS[Status(row["status"])]
    return f"{Channel(row['channel']).label}: {words}"


def table_head() -> list[str]:
    """Give the header of a spreadsheet of lines."""
    return [_("name"), _("phone"), _("why"), _("called")]


def table_row(line: Line) -> list[str]:
    """Give a line for it."""
    return [", ".join(line.names), ", ".join(line.phones), " ".join(line.why), ""]
