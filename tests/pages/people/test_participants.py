"""The pages of participants and groups."""

from __future__ import annotations

import csv
import io
import re
from datetime import timedelta

import pytest
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from sendout.accounts.models import Organisation, User
from sendout.compose.models import Message
from sendout.core.providers.heard import Incoming
from sendout.deliveries.freeze import send_now
from sendout.deliveries.models import Delivery
from sendout.deliveries.single import send_one
from sendout.people.models import Group, Participant
from sendout.replies.taking import take_in
from sendout.senders.models import Sender
from sendout.sendouts.models import SendOut
from sendout.suppression.models import Reason, Suppression
from tests.cast import sign_in

HOME = "/o/aqua-club"
FORM = {"language": "en"}


def make(club: Organisation, first: str, email: str = "", phone: str = "") -> Participant:
    return Participant.objects.create(
        organisation=club,
        first_name=first,
        last_name="Roy",
        email=email,
        email_normal=email if "@" in email else "",
        phone=phone,
        phone_typed=phone,
        fields={"Child": "Léo"},
    )


@pytest.fixture
def office(alice: User) -> Client:
    return sign_in(alice)


def text(answer: object) -> str:
    assert isinstance(answer, HttpResponse)
    assert answer.status_code == 200
    return answer.content.decode()


def test_every_page_goes_on_where_the_one_before_ended(office: Client, club: Organisation) -> None:
    names = [f"Swimmer {number:03}" for number in range(120)]
    for name in reversed(names):
        make(club, name)
    seen: list[str] = []
    for number, expected in ((1, 50), (2, 50), (3, 20)):
        page = text(office.get(f"{HOME}/participants/?page={number}&q=roy"))
        found = re.findall(r"Swimmer \d{3}(?= Roy</a>)", page)
        assert len(found) == expected
        seen += found
    assert seen == names


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", {"Zoé", "Bob", "Eve"}), ("q=zoe", {"Zoé"}), ("q=ROY+bo", {"Bob"}),
        ("q=example.org", {"Zoé"}), ("q=555+0199", {"Bob"}), ("q=x%25", set()),
        ("reach=email", {"Zoé"}), ("reach=no_email", {"Bob", "Eve"}), ("reach=phone", {"Bob"}),
        ("reach=neither", {"Eve"}), ("reach=wrong", {"Eve"}), ("language=fr", {"Eve"}),
        ("group=999999", set()), ("group=x", {"Zoé", "Bob", "Eve"}), ("page=99", None),
    ],
)  # fmt: skip
def test_the_list_is_searched_and_filtered(
    club: Organisation, office: Client, query: str, found: set[str] | None
) -> None:
    make(club, "Zoé", "zoe@example.org")
    make(club, "Bob", phone="+15145550199")
    Participant.objects.filter(pk=make(club, "Eve", "eve").pk).update(language="fr")
    for path in ("participants/", "participants/rows/"):
        page = text(office.get(f"{HOME}/{path}?{query}"))
        if found is not None:
            assert {name for name in ("Zoé", "Bob", "Eve") if f"{name} Roy" in page} == found


def test_the_list_can_be_narrowed_to_a_group(club: Organisation, office: Client) -> None:
    group = Group.objects.create(organisation=club, name="Tuesday")
    group.participants.add(make(club, "Zoé"))
    make(club, "Bob")
    page = text(office.get(f"{HOME}/participants/?group={group.pk}"))
    assert "Zoé Roy" in page
    assert "Bob Roy" not in page


def test_the_export_holds_what_the_search_found(club: Organisation, office: Client) -> None:
    make(club, "=Zoé", "zoe@example.org")
    make(club, "Bob")
    answer = office.get(f"{HOME}/participants/export/?q=zoe")
    written = b"".join(answer.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    header, zoe = csv.reader(io.StringIO(written))
    assert dict(zip(header, zoe, strict=True))["first_name"] == "'=Zoé"
    assert dict(zip(header, zoe, strict=True))["Child"] == "Léo"


def test_a_participant_is_added_with_read_addresses(club: Organisation, office: Client) -> None:
    group = Group.objects.create(organisation=club, name="Tuesday")
    make(club, "Bob")
    typed = {
        **FORM, "first_name": " Zoé ", "email": "Zoe@Example.org", "phone_typed": "514 555 0199",
        "groups": group.pk, "own_0": "Léa",
    }  # fmt: skip
    answer = office.post(f"{HOME}/participants/add/", typed, follow=True)
    zoe = Participant.objects.get(first_name="Zoé")
    assert (zoe.email, zoe.email_normal) == ("Zoe@example.org", "zoe@example.org")
    assert (zoe.phone, zoe.fields, zoe.name_key) == ("+15145550199", {"Child": "Léa"}, "zoe")
    assert list(zoe.groups.all()) == [group]
    assert "Zoé was saved." in text(answer)


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"email": "zoe@"}, "is not an email address: nothing stands after the @."),
        ({"phone_typed": "514-555-01"}, "is not a phone number in CA."),
        ({}, "Give a name, an email address or a phone number."),
    ],
)
def test_a_wrong_entry_is_refused_with_its_reason(
    club: Organisation, office: Client, typed: dict[str, str], sentence: str
) -> None:
    answer = office.post(f"{HOME}/participants/add/", {**FORM, **typed})
    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert not Participant.objects.exists()


def test_editing_keeps_what_the_form_does_not_show(club: Organisation, office: Client) -> None:
    zoe = make(club, "Zoé", "zoe@example.org")
    office.post(f"{HOME}/participants/{zoe.pk}/edit/", {**FORM, "first_name": "Zoë", "own_0": ""})
    zoe.refresh_from_db()
    assert (zoe.first_name, zoe.email, zoe.email_normal, zoe.fields) == ("Zoë", "", "", {})


def test_a_participant_s_page_says_what_stops_messages(club: Organisation, office: Client) -> None:
    zoe = make(club, "Zoé", "zoe@example.org")
    Suppression.objects.create(
        organisation=club, channel="email", address="zoe@example.org", reason=Reason.COMPLAINT
    )
    page = text(office.get(f"{HOME}/participants/{zoe.pk}/"))
    link = '<a href="/o/aqua-club/unsubscribes/?q=zoe%40example.org">Unsubscribes list</a>'
    assert f"zoe@example.org is on the {link}: Complaint." in page
    assert "Nothing yet" in page


def test_everything_ever_sent_is_listed_with_its_status_and_reason(
    club: Organisation, office: Client, email_sender: Sender
) -> None:
    zoe = make(club, "Zoé", "zoe@example.org")
    bob = make(club, "Bob")
    text_of = Message.objects.create(organisation=club, subject="Pool closed", body="Today.")
    for name in ("First notice", "Second notice"):
        sendout = SendOut.objects.create(
            organisation=club, name=name, message=text_of, everyone=True, email_sender=email_sender
        )
        send_now(sendout)
    page = text(office.get(f"{HOME}/participants/{zoe.pk}/"))
    assert page.index("Second notice") < page.index("First notice")
    assert page.count('data-status="queued"') == 2
    delivery = Delivery.objects.get(participant=zoe, sendout__name="First notice")
    for link in (
        f"messages/{delivery.sendout_id}/",
        f"messages/{delivery.sendout_id}/delivery/{delivery.pk}/",
        f"not-received/delivery/{delivery.pk}/",
    ):
        assert f'href="{HOME}/{link}"' in page
    page = text(office.get(f"{HOME}/participants/{bob.pk}/"))
    assert page.count("No email address is known.") == 2


def test_replies_stand_between_what_was_sent_in_the_order_of_time(
    club: Organisation, office: Client, sms_sender: Sender
) -> None:
    zoe, ben = (make(club, name, phone="+15145550142") for name in ("Zoé", "Ben"))
    message = Message.objects.create(organisation=club, sms_text="Pool closed")
    now = timezone.now()
    for name, hours in (("Before", -1), ("After", 1)):
        sendout = SendOut.objects.create(
            organisation=club, name=name, message=message, channels="sms", sms_sender=sms_sender
        )
        row = send_one(sendout, "sms", zoe.phone, zoe)
        Delivery.objects.filter(pk=row.pk).update(created_at=now + timedelta(hours=hours))
    heard = Incoming(zoe.phone, sms_sender.from_address, "What about Friday?", "r1", now)
    take_in(sms_sender, [heard])
    page = text(office.get(f"{HOME}/participants/{zoe.pk}/"))
    places = [page.index(word) for word in (">After</a>", "What about Friday?", ">Before</a>")]
    assert places == sorted(places)
    assert page.count("What about Friday?") == 1
    assert "The phone is shared with Ben Roy: replies from it may be theirs." in page
    assert "What about Friday?" in text(office.get(f"{HOME}/participants/{ben.pk}/"))


def test_a_group_is_made_filled_renamed_and_deleted(club: Organisation, office: Client) -> None:
    zoe = make(club, "Zoé")
    office.post(f"{HOME}/groups/", {"name": "Tuesday "})
    group = Group.objects.get(organisation=club, name="Tuesday")
    page = f"{HOME}/groups/{group.pk}/"
    assert "Zoé Roy" in text(office.get(f"{page}find/?q=zoe"))
    assert "Zoé Roy" in text(office.post(f"{page}add/", {"participant": zoe.pk}, follow=True))
    assert "Nobody who is not in the group" in text(office.get(f"{page}find/?q=zoe"))
    office.post(f"{page}remove/", {"participant": zoe.pk})
    assert not group.participants.exists()
    office.post(f"{page}rename/", {"name": "Wednesday"})
    assert "Wednesday" in text(office.get(f"{HOME}/groups/"))
    office.post(f"{page}delete/")
    assert not Group.objects.exists()
    assert Participant.objects.exists()


def test_two_groups_cannot_have_one_name(club: Organisation, office: Client) -> None:
    Group.objects.create(organisation=club, name="Tuesday")
    answer = office.post(f"{HOME}/groups/", {"name": "Tuesday"})
    assert answer.status_code == 422
    assert "There is a group of this name already." in answer.content.decode()
    other = Group.objects.create(organisation=club, name="Wednesday")
    answer = office.post(f"{HOME}/groups/{other.pk}/rename/", {"name": "Tuesday"})
    assert answer.status_code == 422


def test_another_club_s_people_are_not_there(
    club: Organisation, office: Client, charlie: User, other_club: Organisation
) -> None:
    theirs = make(other_club, "Stranger", "stranger@example.org")
    their_group = Group.objects.create(organisation=other_club, name="Strangers")
    ours = Group.objects.create(organisation=club, name="Tuesday")
    for path in (f"participants/{theirs.pk}/", f"participants/{theirs.pk}/edit/",
                 f"groups/{their_group.pk}/", f"groups/{their_group.pk}/find/"):  # fmt: skip
        assert office.get(f"{HOME}/{path}").status_code == 404
    assert "Stranger" not in text(office.get(f"{HOME}/participants/?group={their_group.pk}"))
    assert "Stranger" not in text(office.get(f"{HOME}/groups/{ours.pk}/find/?q=stranger"))
    for action in ("add", "remove"):
        address = f"{HOME}/groups/{ours.pk}/{action}/"
        assert office.post(address, {"participant": theirs.pk}).status_code == 404
        assert office.post(address, {"participant": "x"}).status_code == 404
    typed = {**FORM, "first_name": "Zoé", "groups": their_group.pk}
    assert office.post(f"{HOME}/participants/add/", typed).status_code == 422


READ = ["participants/", "participants/rows/", "participants/export/", "groups/"]
CHANGE = ["participants/add/", "imports/", "imports/upload/"]


def test_a_viewer_sees_and_does_not_change(club: Organisation, bob: User) -> None:
    zoe = make(club, "Zoé")
    group = Group.objects.create(organisation=club, name="Tuesday")
    viewer = sign_in(bob)
    for path in [*READ, f"participants/{zoe.pk}/", f"groups/{group.pk}/"]:
        assert viewer.get(f"{HOME}/{path}").status_code == 200
    for path in [*CHANGE, f"participants/{zoe.pk}/edit/", f"groups/{group.pk}/find/"]:
        assert viewer.get(f"{HOME}/{path}").status_code == 403
    for path in ("groups/", f"groups/{group.pk}/delete/", f"groups/{group.pk}/rename/",
                 f"groups/{group.pk}/add/", f"groups/{group.pk}/remove/"):  # fmt: skip
        assert viewer.post(f"{HOME}/{path}", {"name": "Mine"}).status_code == 403
    assert list(Group.objects.values_list("name", flat=True)) == ["Tuesday"]


def test_charlie_finds_nothing_of_it(club: Organisation, charlie: User) -> None:
    zoe = make(club, "Zoé")
    group = Group.objects.create(organisation=club, name="Tuesday")
    stranger = sign_in(charlie)
    own = [f"participants/{zoe.pk}/", f"participants/{zoe.pk}/edit/", f"groups/{group.pk}/"]
    for path in [*READ, *CHANGE, *own]:
        assert stranger.get(f"{HOME}/{path}").status_code == 404
    for path in ("delete", "rename", "add", "remove"):
        assert stranger.post(f"{HOME}/groups/{group.pk}/{path}/").status_code == 404
