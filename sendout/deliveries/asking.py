"""Questions in SQL: those about whom a draft is for are not asked again while nothing changed."""

from __future__ import annotations

from array import array
from collections import OrderedDict
from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from threading import Lock
from typing import Any, TypeAlias

from django.db import connection

from sendout.finding.planner import without
from sendout.sendouts.models import OncePer, SendOut

Rows: TypeAlias = tuple[tuple[Any, ...], ...]
KEPT = 64  # answers in a process
KEPT_IDS = 1_000_000  # in all of them together, eight bytes each
# A row that is written anew has another writer (xmin), or by the same one another place (ctid). See
# docs/decisions/0033-asked-once.md.
_ROWS = """(SELECT count(*) || '/' || COALESCE(
    bit_xor(hash_record_extended(ROW(t.xmin, t.ctid), t.id)), 0)
    FROM {table} t {where})"""
_OWN = "WHERE t.organisation_id = %(marked_organisation)s"
_CHOSEN = "WHERE t.sendout_id = %(marked_sendout)s"
_IN_GROUPS = (
    "JOIN sendouts_sendout_groups g USING (group_id) WHERE g.sendout_id = %(marked_sendout)s"
)
_READ = {  # all that a plan reads before the send-out has begun
    "people_participant": _OWN,
    "suppression_suppression": _OWN,
    "sendouts_sendout_people": _CHOSEN,
    "sendouts_sendout_groups": _CHOSEN,
    "people_group_participants": _IN_GROUPS,
}
_MARK = f"""(SELECT concat_ws(' ', {
    ", ".join(_ROWS.format(table=table, where=where) for table, where in _READ.items())
}))"""


def ask(statement: str, parameters: Mapping[str, Any], *, families: bool = False) -> Rows:
    """Give the rows of a statement, arrays of ids as `array`.

    families: whether it plans for families.
    """
    with linear(families=families), connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return tuple(tuple(map(_compact, row)) for row in cursor.fetchall())


def linear(*, families: bool) -> AbstractContextManager[None]:
    """Keep a plan of families linear: PostgreSQL expects few rows of its steps, and would go
    through them again for every person.
    """
    return without("nestloop") if families else nullcontext()


class _Kept:
    """The last answers, each with the mark of the rows that it was made from."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._answers: OrderedDict[str, tuple[str, Rows]] = OrderedDict()
        self._ids = 0

    def get(self, question: str, mark: str) -> Rows | None:
        """Give the answer, if the rows it was made from are still as they were."""
        with self._lock:
            kept, rows = self._answers.get(question, ("", ()))
            if kept != mark:
                return None
            self._answers.move_to_end(question)
            return rows

    def put(self, question: str, mark: str, rows: Rows) -> None:
        """Keep an answer in place of an older one, if it is not too large."""
        with self._lock:
            self._drop(question)
            if _ids_in(rows) * 2 > KEPT_IDS:
                return
            self._answers[question] = mark, rows
            self._ids += _ids_in(rows)
            while self._ids > KEPT_IDS or len(self._answers) > KEPT:
                self._drop(next(iter(self._answers)))

    def clear(self) -> None:
        """Keep nothing any more."""
        with self._lock:
            self._answers.clear()
            self._ids = 0

    def _drop(self, question: str) -> None:
        _, rows = self._answers.pop(question, ("", ()))
        self._ids -= _ids_in(rows)


kept = _Kept()


def ask_once(
    sendout: SendOut, statement: str, parameters: Mapping[str, Any], seen: str = ""
) -> Rows:
    """Give the rows of a statement about this send-out's audience; arrays of ids as `array`.

    Until it has begun they are kept, and given again until a participant, a group or an entry of
    the Unsubscribes list has changed. seen: its `mark` now, where that is known.
    """
    families = sendout.once_per == OncePer.FAMILY
    if sendout.started_at is not None:
        return ask(statement, parameters, families=families)
    question = f"{statement} {sorted(parameters.items())}"
    found = kept.get(question, seen or mark(sendout))
    if found is not None:
        return found
    # Of one moment, so that nobody can change anything between the answer and its mark.
    marked = f"SELECT {_MARK}, answer.* FROM ({statement}) AS answer"
    rows = ask(marked, {**parameters, **_marked(sendout)}, families=families)
    answer = tuple(row[1:] for row in rows)
    if rows:
        kept.put(question, rows[0][0], answer)
    return answer


def mark(sendout: SendOut) -> str:
    """Give a text that stays the same for as long as a plan does; none for what has begun."""
    if sendout.started_at is not None:
        return ""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {_MARK}", _marked(sendout))
        return str(cursor.fetchone()[0])


def _marked(sendout: SendOut) -> dict[str, int]:
    return {"marked_sendout": sendout.pk, "marked_organisation": sendout.organisation_id}


def _compact(value: Any) -> Any:
    return array("q", value) if isinstance(value, list) else value


def _ids_in(rows: Rows) -> int:
    return sum(len(value) for row in rows for value in row if isinstance(value, array))
