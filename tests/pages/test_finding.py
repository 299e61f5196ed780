"""The box in the header: what somebody remembers leads to it, and to nothing of another club."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from sendout.accounts.models import Organisation, User
from sendout.compose.models import Message
from sendout.core.providers.heard import Incoming
from sendout.people.models import Participant
from sendout.replies.taking import take_in
from sendout.senders.models import Sender
from sendout.sendouts.models import SendOut
from sendout.suppression.entries import suppress
from tests.cast import sign_in

NOON = datetime(2026, 11, 28, 17, tzinfo=UTC)
PEOPLE, MESSAGES, LISTED, REPLIES = "participants", "sendouts", "suppressions", "replies"


def furnish(club: Organisation, sender: Sender) -> None:
    Participant.objects.create(
        organisation=club,
        first_name="Zoé",
        last_name="L'Œuvray-Roy",
        email="zoe@example.org",
        email_normal="zoe@example.org",
        phone="+15145550142",
        phone_typed="(514) 555-0142",
        external_id="AB-2041",
    )
    Participant.objects.create(organisation=club, first_name="Ben", phone_typed="514 wrong 1987")
    body = "# Bonjour\n\nLa **piscine** est fermée mardi."
    message = Message.objects.create(organisation=club, subject="Horaires d’été", body=body)
    SendOut.objects.create(organisation=club, name="Fermeture du bassin", message=message)
    suppress(club, "email", "old-address@example.org", "bad_email")
    suppress(club, "sms", "+15145550142", "admin")
    heard = Incoming(
        "+15145550142", sender.from_address, "Merci, nous serons là à 17 h", "r1", NOON
    )
    take_in(sender, [heard])


@pytest.fixture
def office(club: Organisation, alice: User, sms_sender: Sender) -> Client:
    furnish(club, sms_sender)
    return sign_in(alice)


def kinds(client: Client, typed: str, slug: str = "aqua-club", **headers: str) -> set[str]:
    answer = client.get(f"/o/{slug}/find/", {"q": typed}, headers=headers)
    assert answer.status_code == 200
    return {kind.key for kind in answer.context["kinds"]}


REMEMBERED: list[tuple[str, set[str]]] = [
    ("zoe", {PEOPLE, LISTED}),
    ("ZOÉ oeuv", {PEOPLE, LISTED}),
    ("l'œuvray-roy", {PEOPLE, LISTED}),
    ("uvra", {PEOPLE, LISTED}),
    ("oe@exam", {PEOPLE, LISTED}),
    ("514 555-01", {PEOPLE, LISTED}),
    ("(514) 555.0142", {PEOPLE, LISTED}),
    ("0142", {PEOPLE, LISTED}),
    ("ab-20", {PEOPLE, LISTED}),
    ("5141987", {PEOPLE}),
    ("meture", {MESSAGES}),
    ("ete", {MESSAGES}),
    ("fermee mar", {MESSAGES}),
    ("bassin piscine", {MESSAGES}),
    ("old-addr", {LISTED}),
    ("seron", {REPLIES}),
    ("LA 17", {REPLIES}),
    ("%", set()),
    ("' & | :* !", set()),
    ("\\", set()),
    ("", set()),
]


def test_what_is_remembered_leads_to_it(office: Client) -> None:
    for typed, found in REMEMBERED:
        assert kinds(office, typed) == found, typed
        assert kinds(office, typed, **{"HX-Request": "true"}) == found, typed


def test_the_lists_find_what_the_box_finds(office: Client) -> None:
    for path, typed in (
        ("participants/", "ŒUVRAY"), ("messages/", "piscine"), ("replies/", "serons"),
        ("unsubscribes/", "514 555-01"),
    ):  # fmt: skip
        page = office.get(f"/o/aqua-club/{path}", {"q": typed}).content.decode()
        assert "0142" in page or "bassin" in page, path


def test_charlie_finds_none_of_it(office: Client, charlie: User) -> None:
    theirs = sign_in(charlie)
    for typed in ("zoe", "0142", "piscine", "old-addr", "serons"):
        assert kinds(theirs, typed, "skating-club") == set()
        assert theirs.get("/o/aqua-club/find/", {"q": typed}).status_code == 404


def test_a_keystroke_costs_a_few_queries_however_much_there_is(
    club: Organisation, office: Client
) -> None:
    people = [Participant(organisation=club, first_name=f"Zoé {n}") for n in range(30)]
    Participant.objects.bulk_create(people)
    with CaptureQueriesContext(
        connection,
    ) as asked:
        kinds(office, "zoe", **{"HX-Request": "true"})
    assert len(asked) <= 10
    page = office.get("/o/aqua-club/find/", {"q": "zoe"}).content.decode()
    assert "/o/aqua-club/participants/?q=zoe" in page  # where the rest is


def test_merge_fields_are_shown_as_their_words(office: Client, club: Organisation) -> None:
    message = Message.objects.create(
        organisation=club, subject="{{ Activity|Your class }} today, {{first_name}}"
    )
    SendOut.objects.create(organisation=club, name="Cancelled", message=message)
    found = office.get("/o/aqua-club/find/", {"q": "cancelled"}).content.decode()
    assert "Your class today, first_name" in found
    assert "{{" not in found
