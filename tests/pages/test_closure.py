from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from sendout.accounts.models import Organisation, Role, User
from sendout.compose.models import Message
from sendout.core.providers.heard import Incoming
from sendout.deliveries import board as boards
from sendout.deliveries.models import Call, Delivery
from sendout.deliveries.record import Happening, record
from sendout.pages.closure import board as board_page
from sendout.people.models import Group, Participant
from sendout.replies.taking import take_in
from sendout.senders.models import Sender
from sendout.sendouts.models import SendOut, State, Template
from tests.cast import join, sign_in
from tests.deliveries.conftest import MakePerson

pytestmark = pytest.mark.django_db
HERE = "/o/aqua-club/closure/"
FILLED = {"occasion": "closed", "what": "The pool", "until": "tomorrow", "language": "en"}


@pytest.fixture
def browser(alice: User, club: Organisation) -> Client:
    club.quiet_hours = False
    club.save()
    return sign_in(alice)


def begin(browser: Client, **chosen: object) -> SendOut:
    """Fill in the first screen; gives the draft."""
    answer = browser.post(HERE, FILLED | {"everyone": "on"} | chosen)
    assert answer.status_code == 302, answer.content.decode()
    return SendOut.objects.latest("pk")


def send(browser: Client, draft: SendOut) -> str:
    """Press Send; gives the address of the board."""
    values = {"version": draft.message.version}
    answer = browser.post(f"{HERE}{draft.pk}/send/", values)
    assert answer.status_code == 302, answer.content.decode()
    return answer.headers["Location"]


def test_a_closure_leaves_by_both_channels_at_once_and_ahead_of_all(
    browser: Client, email_sender: Sender, sms_sender: Sender, person: MakePerson
) -> None:
    ann = person("Ann", "ann@example.org", "+15145550111")
    group = Group.objects.create(organisation=ann.organisation, name="Tuesday beginners")
    group.participants.add(ann)
    person("Bert", "bert@example.org")
    page = browser.get(HERE).content.decode()
    assert "Tuesday beginners" in page
    assert "No sender" not in page

    draft = begin(browser, everyone="", groups=[group.pk])
    assert (draft.urgent, draft.channels, draft.message.category) == (True, "both", "operational")
    shown = browser.get(f"{HERE}{draft.pk}/").content.decode()
    assert "Aqua Club: The pool: closed until tomorrow. Please do not come." in shown
    assert "Send 2 messages now" in shown
    assert "1</strong> person must know" in shown

    board = send(browser, draft)
    draft.refresh_from_db()
    assert draft.state == State.RUNNING
    assert draft.undo_until is None
    assert Delivery.objects.filter(sendout=draft, status="queued").count() == 2
    assert "Who knows by now" in browser.get(board).content.decode()


def test_words_for_both_languages_are_asked_for_in_both(
    browser: Client, email_sender: Sender, sms_sender: Sender, person: MakePerson
) -> None:
    person("Zoé", "zoe@example.org", language="fr")
    one = FILLED | {"everyone": "on", "language": "both"}
    page = browser.post(HERE, one)
    assert (page.status_code, SendOut.objects.count()) == (422, 0)
    assert page.content.decode().count("Say it in the other language, too") == 2
    assert "What is it about, in French?" in page.content.decode()
    draft = begin(browser, language="both", what_other="la piscine", until_other="demain")
    said = draft.message.other_subject.replace("\N{NO-BREAK SPACE}", " ")
    assert said == "La piscine : fermeture jusqu'à demain"


def test_who_cannot_be_reached_is_said_before_it_leaves(
    browser: Client, email_sender: Sender, sms_sender: Sender, person: MakePerson
) -> None:
    person("Ann", "ann@example.org", "+15145550111")
    person("Ben", phone="+15145550112")
    person("Cleo")
    draft = begin(browser)
    shown = " ".join(browser.get(f"{HERE}{draft.pk}/").content.decode().split())
    for key, words in (
        ("email", "by email"),
        ("sms", "by SMS only"),
        ("none", "cannot be reached"),
    ):
        assert f'check/?who={key}"><strong>1</strong> {words}</a>' in shown, key


def template_of(club: Organisation, name: str, **said: object) -> Template:
    said = {
        "subject": "Ice",
        "body": "Hi {{ first_name }}: **no skating.**",
        "sms_text": "Ice",
    } | said
    message = Message.objects.create(organisation=club, **said)
    return Template.objects.create(organisation=club, name=name, message=message, channels="both")


def test_an_own_template_is_one_click_away(
    browser: Client,
    club: Organisation,
    email_sender: Sender,
    sms_sender: Sender,
    person: MakePerson,
) -> None:
    person("Ann", "ann@example.org", "+15145550111")
    ice = template_of(club, "Thin ice")
    template_of(club, "Summer sale", category="marketing")
    page = browser.get(HERE).content.decode()
    assert "Thin ice" in page
    assert "Summer sale" not in page

    draft = begin(browser, occasion=f"template-{ice.pk}", what="")
    assert (draft.name, draft.urgent, draft.channels) == ("Thin ice", True, "both")
    assert draft.message.pk != ice.message.pk
    shown = browser.get(f"{HERE}{draft.pk}/").content.decode()
    assert "no skating." in shown
    assert "Send 2 messages now" in shown
    ice.refresh_from_db()
    assert ice.used_at
    send(browser, draft)


def test_a_template_leaves_by_its_own_channels_alone(
    browser: Client, club: Organisation, email_sender: Sender, person: MakePerson
) -> None:
    person("Ann", "ann@example.org", "+15145550111")
    ice = template_of(club, "Thin ice")
    assert begin(browser, occasion=f"template-{ice.pk}").channels == "email"
    Template.objects.update(channels="sms")
    chosen = {"everyone": "on", "occasion": f"template-{ice.pk}"}
    answer = browser.post(HERE, FILLED | chosen)
    assert answer.status_code == 422
    assert "No sender is set up for what this template goes by" in answer.content.decode()


@pytest.mark.parametrize("which", ["theirs", "marketing", "gone"])
def test_no_other_template_can_be_chosen(
    browser: Client, club: Organisation, other_club: Organisation, which: str
) -> None:
    made = template_of(other_club if which == "theirs" else club, "Thin ice")
    if which == "marketing":
        Message.objects.update(category="marketing")
    number = 10**6 if which == "gone" else made.pk
    answer = browser.post(HERE, FILLED | {"everyone": "on", "occasion": f"template-{number}"})
    assert answer.status_code == 422
    assert not SendOut.objects.exists()


@pytest.mark.parametrize("there", ["email", "sms"])
def test_without_a_sender_for_one_channel_it_leaves_by_the_other(
    browser: Client, club: Organisation, person: MakePerson, there: str
) -> None:
    person("Ann", "ann@example.org", "+15145550111")
    Sender.objects.create(
        organisation=club, name="One", channel=there, kind="sandbox", from_address="a@example.org"
    )
    label = {"email": "SMS", "sms": "Email"}[there]
    assert f"No sender for {label} is set up: this leaves by" in browser.get(HERE).content.decode()
    assert begin(browser).channels == there


def test_what_is_missing_is_said_and_nothing_is_made(
    browser: Client, person: MakePerson, email_sender: Sender
) -> None:
    person("Ann", "ann@example.org")
    for given, words in (
        ({"everyone": ""}, "Choose the groups it is for, or everyone."),
        ({"what": " "}, "Say what it is about."),
        ({"occasion": "own", "own": ""}, "Write what is to be said."),
    ):
        answer = browser.post(HERE, FILLED | {"everyone": "on"} | given)
        assert answer.status_code == 422
        assert words in answer.content.decode()
    Sender.objects.update(active=False)
    assert "No sender is set up" in browser.post(HERE, FILLED | {"everyone": "on"}).content.decode()
    assert not SendOut.objects.exists()
    assert not Message.objects.exists()


def test_it_is_said_on_the_button_that_texts_arrive_at_night(
    browser: Client, club: Organisation, person: MakePerson, sms_sender: Sender
) -> None:
    club.quiet_hours, club.quiet_from, club.quiet_until = True, "00:00", "23:59:59"
    club.save()
    person("Ann", phone="+15145550111")
    draft = begin(browser)
    assert "now, at night too" in browser.get(f"{HERE}{draft.pk}/").content.decode()
    values = {"version": draft.message.version}
    assert browser.post(f"{HERE}{draft.pk}/send/", values).status_code == 409
    assert browser.post(f"{HERE}{draft.pk}/send/", values | {"at_night": "1"}).status_code == 302


def test_the_board_counts_people_and_a_call_moves_them(
    browser: Client, alice: User, email_sender: Sender, sms_sender: Sender, person: MakePerson
) -> None:
    """Ann gets the text, Bert shares her phone, Carl has only a landline, Dora's mail waits."""
    ann = person("Ann", "ann@", "+15145550111", email_normal="")
    person("Bert", phone="+15145550111")
    carl = person("Carl", phone="+15145550112", phone_kind="landline")
    person("Dora", "dora@example.org", fields={"Emergency phone": "514 555-0113"})
    draft = begin(browser)
    board = send(browser, draft)
    text = Delivery.objects.get(sendout=draft, participant=ann, channel="sms")
    record([Happening(text.pk, fact, timezone.now()) for fact in ("accepted", "delivered")])

    page = browser.get(board).content.decode()
    assert numbers(page) == [2, 1, 1]
    assert "Carl" in page
    assert "landline" in page
    assert "Dora" not in page
    state = page.split("?seen=")[1].split('"')[0]
    same = browser.get(f"{board}live/?seen={state}", headers={"HX-Request": "true"})
    assert same.status_code == 204

    moved = browser.post(
        f"{board}called/", {"participant": carl.pk}, headers={"HX-Request": "true"}
    ).content.decode()
    assert numbers(moved) == [3, 1, 0]
    assert "told on the phone" in moved
    assert Call.objects.get().by == alice
    changed = browser.get(f"{board}live/?seen={state}", headers={"HX-Request": "true"})
    assert changed.status_code == 200

    SendOut.objects.filter(pk=draft.pk).update(started_at=timezone.now() - timedelta(minutes=11))
    listed = browser.get(f"{board}calls/").content.decode()
    assert "Dora" in listed
    assert "514 555-0113" in listed
    assert "Carl" not in listed
    later = browser.get(f"{board}calls/?minutes=20").content.decode()
    assert "Nobody to call" in later
    file = b"".join(browser.get(f"{board}calls/file/").streaming_content).decode()
    assert "Dora,514 555-0113,Email: Queued" in file

    take_in(sms_sender, [Incoming("+15145550111", "+15145550100", "Thank you!", "x")])
    answered = browser.get(board).content.decode()
    assert "Thank you!" in answered
    assert "2 confirmed" in answered
    browser.post(f"{board}called/", {"participant": carl.pk, "back": "1"})
    assert numbers(browser.get(board).content.decode()) == [2, 1, 1]


def test_whoever_looks_the_board_is_counted_once(
    browser: Client,
    bob: User,
    email_sender: Sender,
    person: MakePerson,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ann = person("Ann", "ann@example.org")
    draft = begin(browser)
    place = send(browser, draft)
    counted = []
    count = boards.board

    def counting(sendout: int, heard: tuple[str, ...]) -> boards.Board:
        counted.append(sendout)
        return count(sendout, heard)

    monkeypatch.setattr(boards, "board", counting)
    for member in (browser, sign_in(bob), browser):
        assert numbers(member.get(place).content.decode()) == [0, 1, 0]
    assert counted == [draft.pk]
    mail = Delivery.objects.get(sendout=draft, participant=ann, channel="email")
    record([Happening(mail.pk, fact, timezone.now()) for fact in ("accepted", "delivered")])
    for member in (browser, sign_in(bob)):
        assert numbers(member.get(place).content.decode()) == [1, 0, 0]
    assert counted == [draft.pk] * 2


def numbers(page: str) -> list[int]:
    """Give the three numbers of the board."""
    pieces = page.split('<p class="so-tile-number">')[1:]
    return [int(piece.split("</p>")[0].replace(",", "")) for piece in pieces]


def test_the_board_of_very_many_counts_them_when_it_is_there(
    browser: Client,
    email_sender: Sender,
    sms_sender: Sender,
    person: MakePerson,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    person("Ann", "ann@example.org", "+15145550111")
    board = send(browser, begin(browser))
    monkeypatch.setattr(board_page, "AT_ONCE", 1)
    page = browser.get(board).content.decode()
    assert "among 2 messages" in page
    assert f'data-hx-get="{board}live/"' in page
    assert "so-tile-number" not in page
    assert "so-tile-number" in browser.get(f"{board}?counted=1").content.decode()
    part = browser.get(f"{board}live/", headers={"HX-Request": "true"}).content.decode()
    assert "so-tile-number" in part


def test_the_phone_list_among_very_many_comes_when_the_page_is_there(
    browser: Client,
    email_sender: Sender,
    sms_sender: Sender,
    person: MakePerson,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("Ann", "Bert", "Carl"):
        person(name, phone=f"+1514555011{len(name)}", phone_kind="landline")
    person("Dora", "dora@example.org")
    board = send(browser, begin(browser))
    monkeypatch.setattr(board_page, "AT_ONCE", 1)
    monkeypatch.setattr(board_page, "MOST_PRINTED", 2)
    page = browser.get(f"{board}calls/?minutes=20").content.decode()
    assert 'data-hx-get="?minutes=20&amp;counted=1"' in page
    assert "among 8 messages" in page
    assert "Carl" not in page
    asked = f"{board}calls/?minutes=20&counted=1"
    part = browser.get(asked, headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in part
    for given in (part, browser.get(asked).content.decode()):
        assert "1 more people are in the CSV file" in given
        assert given.count("landline") == 2
    User.objects.update(language="fr")
    file = b"".join(browser.get(f"{board}calls/file/").streaming_content).decode()
    assert "nom,téléphone,pourquoi,appelé" in file
    assert len(file.splitlines()) == 3  # Bert and Carl have one phone
    assert "Bert, Carl" in file
    assert "Aucune adresse courriel n’est connue." in file


def test_taken_is_reached_only_where_no_receipts_come(
    browser: Client, club: Organisation, person: MakePerson, email_sender: Sender
) -> None:
    person("Ann", "ann@example.org")
    draft = begin(browser)
    board = send(browser, draft)
    record([Happening(Delivery.objects.get(sendout=draft).pk, "accepted", timezone.now())])
    assert numbers(browser.get(board).content.decode()) == [0, 1, 0]
    Sender.objects.update(kind="smtp")
    page = browser.get(board).content.decode()
    assert numbers(page) == [1, 0, 0]
    assert "no receipts come in" in page
    Sender.objects.update(kind="sandbox")
    SendOut.objects.filter(pk=draft.pk).update(started_at=timezone.now() - timedelta(minutes=11))
    assert numbers(browser.get(board).content.decode()) == [1, 0, 0]


def test_who_may_only_look_sees_the_board_and_sends_nothing(
    browser: Client, bob: User, club: Organisation, person: MakePerson, email_sender: Sender
) -> None:
    ann = person("Ann", "ann@example.org")
    draft = begin(browser)
    board = send(browser, draft)
    looker = sign_in(bob)
    assert looker.get(HERE).status_code == 403
    assert "Closure" not in looker.get("/o/aqua-club/messages/").content.decode().split("<main")[0]
    assert looker.get(board).status_code == 200
    assert looker.post(f"{board}called/", {"participant": ann.pk}).status_code == 403
    dora = join(club, "Dora", Role.SENDER)
    stranger = Participant.objects.create(organisation=club, first_name="Eve")
    sign_in(dora).post(f"{board}called/", {"participant": [ann.pk, stranger.pk]})
    assert list(Call.objects.values_list("participant", flat=True)) == [ann.pk]
