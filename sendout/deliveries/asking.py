"""Questions about whom a send-out is for: linear, and not asked again while nothing changed."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, TypeAlias

from django.db import connection

from sendout.finding.planner import without
from sendout.sendouts.models import OncePer, SendOut

Rows: TypeAlias = tuple[tuple[Any, ...], ...]
KEPT = 8  # answers in a process
# A row that is written anew has another writer (xmin), or comes from another command of the same
# one (cmin). See docs/decisions/0033-asked-once.md.
_ROWS = """(SELECT count(*) || '/' || COALESCE(
    bit_xor(hashtextextended(t.xmin::text || '/' || t.cmin::text, t.id)), 0)
    FROM {table} t {where})"""
_OWN = "WHERE t.organisation_id = %(organisation)s"
_CHOSEN = "WHERE t.sendout_id = %(sendout)s"
_IN_GROUPS = "JOIN sendouts_sendout_groups g USING (group_id) WHERE g.sendout_id = %(sendout)s"
_READ = {  # all that a plan reads before the send-out has begun
    "people_participant": _OWN,
    "suppression_suppression": _OWN,
    "sendouts_sendout_people": _CHOSEN,
    "sendouts_sendout_groups": _CHOSEN,
    "people_group_participants": _IN_GROUPS,
}
_MARK = f"""SELECT concat_ws(' ', {
    ", ".join(_ROWS.format(table=table, where=where) for table, where in _READ.items())
})"""


def ask(statement: str, parameters: Mapping[str, Any], *, families: bool) -> Rows:
    """Give the rows of a statement that plans. families: whether it does so for families."""
    with linear(families=families), connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return tuple(cursor.fetchall())


def linear(*, families: bool) -> AbstractContextManager[None]:
    """Keep a plan of families linear: PostgreSQL expects few rows of its steps, and would go
    through them again for every person.
    """
    return without("nestloop") if families else nullcontext()


def ask_once(
    sendout: SendOut, statement: str, parameters: Mapping[str, Any], seen: str = ""
) -> Rows:
    """Give the rows of a statement about this send-out's audience.

    Of a draft they are kept, and given again until a participant, a group or an entry of the
    Unsubscribes list has changed. seen: its `mark` now, where that is known.
    """
    question = _Question(statement, parameters, sendout.once_per == OncePer.FAMILY)
    if sendout.started_at is not None:
        return question.ask()
    return _kept(question, repr(sorted(parameters.items())), seen or mark(sendout))


@dataclass(frozen=True, slots=True)
class _Question:
    """A statement; what it is asked about is compared by what is written of it."""

    statement: str
    parameters: Mapping[str, Any] = field(compare=False)
    families: bool = field(compare=False)

    def ask(self) -> Rows:
        return ask(self.statement, self.parameters, families=self.families)


@lru_cache(KEPT)
def _kept(question: _Question, written: str, mark: str) -> Rows:
    return question.ask()


def mark(sendout: SendOut) -> str:
    """Give a text that stays the same for as long as a plan of this draft does."""
    values = {"sendout": sendout.pk, "organisation": sendout.organisation_id}
    with connection.cursor() as cursor:
        cursor.execute(_MARK, values)
        return str(cursor.fetchone()[0])
