"""Looking for somebody in the list of a send-out: among few, and by how words begin among many."""

from __future__ import annotations

import html
import re
from unittest.mock import patch

import pytest
from django.test import Client

from sendout.accounts.models import Organisation, User
from sendout.deliveries.freeze import send_now
from sendout.pages.messages import row_search, rows
from sendout.people.models import Participant
from sendout.sendouts.models import SendOut
from tests.cast import sign_in
from tests.deliveries.conftest import MakeSendOut

NAMES = ("Zoé Tremblay", "Mia Tremblay", "Ben O'Brien", "Ann Roy", "Émile Roy-Dubois")
INSIDE = "Look inside of words, too"


@pytest.fixture
def browser(alice: User) -> Client:
    return sign_in(alice)


def enrol(club: Organisation, names: list[str], start: int = 0) -> None:
    people = []
    for number, name in enumerate(names, start):
        first, _, last = name.partition(" ")
        email = f"swimmer{number}@club.example"
        phone = f"+1514555{number:04}"
        people.append(
            Participant(
                organisation=club, first_name=first, last_name=last,
                email=email, email_normal=email, phone=phone, phone_typed=phone,
            )
        )  # fmt: skip
    Participant.objects.bulk_create(people)


@pytest.fixture
def started(club: Organisation, sendout: MakeSendOut) -> SendOut:
    enrol(club, list(NAMES))
    closure = sendout(channels="both")
    send_now(closure)
    return closure


@pytest.fixture
def many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rows, "LARGE", 2)
    monkeypatch.setattr(row_search, "FIRST", 2)
    monkeypatch.setattr(row_search, "LONGEST", 3)


def asked(browser: Client, sendout: SendOut, query: str, channel: str = "email") -> str:
    address = f"/o/aqua-club/messages/{sendout.pk}/{channel}/rows/"
    answer = browser.get(f"{address}?{query}", headers={"HX-Request": "true"})
    assert answer.status_code == 200
    return html.unescape(answer.content.decode())


def named(page: str) -> list[str]:
    """Read the names of the list."""
    return re.findall(r"data-delivery [^>]*>([^<]*)</a>", page)


BOTH = [
    ("zoe", ["Zoé Tremblay"]),
    ("tremblay", ["Zoé Tremblay", "Mia Tremblay"]),
    ("TREMB zo", ["Zoé Tremblay"]),
    ("o'brien", ["Ben O'Brien"]),
    ("dubois", ["Émile Roy-Dubois"]),
    ("swimmer3@", ["Ann Roy"]),
    ("+1 514 555-0003", ["Ann Roy"]),
    ("514 555 0003", ["Ann Roy"]),
    ("555-0003", ["Ann Roy"]),
    ("nobody", []),
    ("@", None),
]


@pytest.mark.parametrize(("typed", "found"), BOTH)
def test_somebody_is_found_among_few(
    browser: Client, started: SendOut, typed: str, found: list[str] | None
) -> None:
    page = asked(browser, started, f"q={typed.replace('+', '%2B')}")
    assert named(page) == (list(NAMES) if found is None else found)
    assert INSIDE not in page


@pytest.mark.parametrize(("typed", "found"), BOTH)
@pytest.mark.usefixtures("many")
def test_the_same_are_found_among_many_by_how_words_begin(
    browser: Client, started: SendOut, typed: str, found: list[str] | None
) -> None:
    page = asked(browser, started, f"q={typed.replace('+', '%2B')}")
    assert named(page) == (found or [])
    assert INSIDE in page


@pytest.mark.usefixtures("many")
def test_the_inside_of_words_is_looked_at_when_asked_for(browser: Client, started: SendOut) -> None:
    assert named(asked(browser, started, "q=remb")) == []
    page = asked(browser, started, "q=remb&inside=1")
    assert named(page) == ["Zoé Tremblay", "Mia Tremblay"]
    assert "inside=1" in page.split("data-hx-trigger")[0], (
        "it asks for the same when it renews itself"
    )
    assert INSIDE not in page


@pytest.mark.usefixtures("many")
def test_words_without_end_are_kept_and_looked_for(browser: Client, started: SendOut) -> None:
    assert named(asked(browser, started, f"q={chr(0x337F) * 200}")) == []
    Participant.objects.filter(first_name="Ben").update(email=chr(0xFDFA) * 320)
    Participant.objects.filter(first_name="Ann").update(email=chr(0x337F) * 320)
    assert len(named(asked(browser, started, f"q={chr(0x337F) * 60}"))) == 1


@pytest.mark.parametrize(
    ("phone", "typed"),
    [
        ("+4512345678", "12 34 56 78"),
        ("+4915112345678", "0151 12345678"),
        ("+33612345678", "06 12 34 56 78"),
    ],
)
@pytest.mark.usefixtures("many")
def test_a_number_is_found_without_its_country(
    browser: Client, started: SendOut, phone: str, typed: str
) -> None:
    Participant.objects.filter(first_name="Ann").update(phone=phone, phone_typed=phone)
    assert named(asked(browser, started, f"q={typed}")) == ["Ann Roy"]


@pytest.mark.usefixtures("many")
def test_a_status_is_kept_to(browser: Client, started: SendOut) -> None:
    assert named(asked(browser, started, "q=tremblay&status=bounced")) == []
    assert len(named(asked(browser, started, "q=tremblay&status=queued"))) == 2


@pytest.mark.usefixtures("many")
def test_nobody_of_another_organisation_makes_a_name_frequent(
    browser: Client, started: SendOut, other_club: Organisation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(row_search, "NAMED", 1)
    enrol(other_club, ["Ann Roy"] * 5)
    with patch.object(
        row_search.Walk, "go_on", autospec=True, side_effect=row_search.Walk.go_on
    ) as on:
        assert named(asked(browser, started, "q=ann")) == ["Ann Roy"]
    assert on.call_count == 1


@pytest.mark.usefixtures("many")
def test_a_frequent_name_comes_in_pages_forth_and_back(
    browser: Client, club: Organisation, sendout: MakeSendOut, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(row_search, "NAMED", 5)
    names = [f"Sam{n:03} Roy" if n % 2 else f"Kim{n:03} Bell" for n in range(120)]
    enrol(club, names)
    big = sendout()
    send_now(big)
    sams = [name for name in names if name.startswith("Sam")]
    first = asked(browser, big, "q=sam")
    assert named(first) == sams[:25]
    assert "More than 25 found" in first
    following = re.findall(r"after=\d+", first)[-1]
    second = asked(browser, big, f"q=sam&{following}")
    assert named(second) == sams[25:50]
    third = asked(browser, big, f"q=sam&{re.findall(r'after=[0-9]+', second)[-1]}")
    assert named(third) == sams[50:]
    assert (
        named(asked(browser, big, f"q=sam&{re.findall(r'before=[0-9]+', third)[-1]}"))
        == sams[25:50]
    )


@pytest.mark.usefixtures("many")
def test_what_is_found_is_what_is_exported(browser: Client, started: SendOut) -> None:
    address = f"/o/aqua-club/messages/{started.pk}/email/export/"
    for query, lines in (("q=tremb", 2), ("q=remb", 0), ("q=remb&inside=1", 2)):
        answer = browser.get(f"{address}?{query}")
        assert len(b"".join(answer.streaming_content).splitlines()) == 1 + lines
