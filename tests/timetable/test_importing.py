"""A schedule from a file: looked at, then taken in; the same again changes nothing."""

from __future__ import annotations

from io import BytesIO

import pytest

from sendout.accounts.models import Organisation
from sendout.core.table.reader import BadTable
from sendout.people.models import Group
from sendout.timetable.importing import keep_file, look, take
from sendout.timetable.models import ScheduleFile, Session

pytestmark = pytest.mark.django_db

SCHEDULE = """ID;Title;Group;Date;Starts;Ends;Place;Cancelled
1;Beginners;Tuesday;2026-12-01;17:00;18:00;Small pool;
2;Gala;;2026-12-05;14:00;;Large pool;
3;Lengths;Nobody;2026-12-06;7 h 30;;;yes
4;Ghost;;31/31/2026;;;;
"""


def keep(club: Organisation, text: str) -> ScheduleFile:
    return keep_file(club, "autumn.csv", BytesIO(text.encode()), None)


def test_a_look_changes_nothing_and_taking_does_what_it_said(club: Organisation) -> None:
    tuesday = Group.objects.create(organisation=club, name="tuesday")
    file = keep(club, SCHEDULE)
    seen = look(file)
    assert not Session.objects.exists()
    assert seen.counts == {"rows": 4, "created": 3, "updated": 0, "unchanged": 0, "refused": 1}
    assert [(each["row"], each["kind"]) for each in seen.problems] == [
        (4, "warned"),
        (5, "refused"),
    ]
    assert take(file).counts == seen.counts
    first, _, third = Session.objects.order_by("starts")
    assert (first.group, first.place, first.cancelled) == (tuesday, "Small pool", False)
    assert (third.group, third.cancelled) == (None, True)
    assert not ScheduleFile.objects.exists()
    again = take(keep(club, SCHEDULE))
    assert again.counts == {"rows": 4, "created": 0, "updated": 0, "unchanged": 3, "refused": 1}


def test_a_row_with_a_known_id_moves_its_session(club: Organisation) -> None:
    take(keep(club, SCHEDULE))
    before = Session.objects.get(uid="2")
    done = take(keep(club, "Number;Title;Date;Time\n2;Gala;2026-12-12;15:00\n"))
    assert done.counts["updated"] == 1
    after = Session.objects.get(uid="2")
    assert (after.pk, after.starts.day) == (before.pk, 12)
    assert Session.objects.count() == 3


def test_the_same_row_twice_is_one_session(club: Organisation) -> None:
    twice = "Title;Date;Time\nGala;2026-12-12;15:00\nGala;2026-12-12;15:00\n"
    assert take(keep(club, twice)).counts["created"] == 1
    assert Session.objects.count() == 1


@pytest.mark.parametrize(
    ("text", "reason"),
    [("Name;Email\nZoe;zoe@example.org\n", "Date or Starts"), ("", "empty")],
)
def test_what_is_no_schedule_is_refused_and_not_kept(
    club: Organisation, text: str, reason: str
) -> None:
    with pytest.raises(BadTable, match=reason):
        keep(club, text)
    assert not ScheduleFile.objects.exists()
