"""The page of bounces: mailboxes with their secrets kept, and mails that a person looks at."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from sendout.accounts.models import Organisation, User
from sendout.inbound.bounces import digest_waiting
from sendout.returns.entering import config_of
from sendout.returns.keeping import keep
from sendout.returns.models import Mailbox, ReturnedMail, State
from sendout.senders.models import Sender
from tests.cast import sign_in
from tests.inbound.coming_back import bounce, letter
from tests.inbound.conftest import sent

pytestmark = pytest.mark.django_db

IMAP = {
    "name": "Bounces",
    "setting_host": "imap.club.test",
    "setting_port": "0",
    "setting_tls": "implicit",
    "setting_verify": "on",
    "setting_username": "bounces",
    "setting_auth": "password",
    "setting_password": "swim&skate",
    "setting_folder": "INBOX",
    "setting_afterwards": "delete",
}


def at(name: str, *args: object, club: str = "aqua-club") -> str:
    return reverse(f"pages:{name}", args=[club, *args])


@pytest.fixture
def owner(alice: User) -> Client:
    return sign_in(alice)


@pytest.fixture
def mailbox(owner: Client) -> Mailbox:
    owner.post(at("mailbox_add", "imap"), IMAP)
    return Mailbox.objects.get()


def unclear(club: Organisation, raw: bytes = b"") -> ReturnedMail:
    mail = keep(raw or letter("bounces@club.test"), "pipe", organisation=club)
    digest_waiting()
    mail.refresh_from_db()
    return mail


def test_a_mailbox_is_added_and_its_password_never_shown(owner: Client, mailbox: Mailbox) -> None:
    config = config_of(mailbox)
    assert (config.host, config.port, config.password) == ("imap.club.test", 993, "swim&skate")
    for page in (at("bounces"), at("mailbox", mailbox.pk)):
        shown = owner.get(page).content.decode()
        assert "swim" not in shown
        assert "imap.club.test" in shown


def test_the_password_stays_when_it_is_left_empty(owner: Client, mailbox: Mailbox) -> None:
    owner.post(at("mailbox", mailbox.pk), IMAP | {"setting_password": "", "name": "Back"})
    mailbox.refresh_from_db()
    assert (mailbox.name, config_of(mailbox).password) == ("Back", "swim&skate")


@pytest.mark.parametrize("moved", [{"setting_host": "evil.test"}, {"setting_verify": ""}])
def test_a_stored_password_goes_to_no_other_server(
    owner: Client, mailbox: Mailbox, moved: dict[str, str]
) -> None:
    answer = owner.post(at("mailbox", mailbox.pk), IMAP | {"setting_password": ""} | moved)
    assert answer.status_code == 422
    assert "must be entered again" in answer.content.decode()
    mailbox.refresh_from_db()
    assert mailbox.config["host"] == "imap.club.test"


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"setting_host": ""}, "This field is required"),
        ({"setting_host": "a b"}, "Host is the name of a mail server"),
        ({"setting_password": ""}, "Password is missing"),
        ({"setting_auth": "xoauth2"}, "Token_url is missing"),
        ({"setting_port": "99999"}, "Port is a number from 1 to 65535"),
    ],
)
def test_settings_that_cannot_work_are_refused_beside_their_field(
    owner: Client, wrong: dict[str, str], sentence: str
) -> None:
    answer = owner.post(at("mailbox_add", "imap"), IMAP | wrong)
    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert not Mailbox.objects.exists()


def test_two_mailboxes_have_two_names(owner: Client, mailbox: Mailbox) -> None:
    answer = owner.post(at("mailbox_add", "imap"), IMAP)
    assert "There is a mailbox with this name" in answer.content.decode()


def test_there_is_no_third_kind_of_mailbox(owner: Client) -> None:
    assert owner.get(at("mailbox_add", "exchange")).status_code == 404


def test_the_test_explains_itself(owner: Client, mailbox: Mailbox) -> None:
    local = {"setting_host": "127.0.0.1", "setting_port": "1"}
    owner.post(at("mailbox", mailbox.pk), IMAP | local)
    card = owner.post(at("mailbox_test", mailbox.pk), headers={"HX-Request": "true"})
    assert "127.0.0.1 cannot be reached: connection refused. Check host" in card.content.decode()
    page = owner.post(at("mailbox_test", mailbox.pk), follow=True)
    assert "cannot be reached" in page.content.decode()


def test_a_mailbox_is_put_out_of_use_and_forgotten(owner: Client, mailbox: Mailbox) -> None:
    owner.post(at("mailbox_use", mailbox.pk))
    mailbox.refresh_from_db()
    assert not mailbox.active
    owner.post(at("mailbox_delete", mailbox.pk))
    assert not Mailbox.objects.exists()


def test_a_sender_without_a_bounce_address_is_named(owner: Client, club: Organisation) -> None:
    Sender.objects.create(
        organisation=club, name="Office", channel="email", kind="smtp", from_address="o@club.test"
    )
    assert "“Office” has no bounce address" in owner.get(at("bounces")).content.decode()


def test_what_was_not_understood_is_listed_with_its_reason(
    owner: Client, club: Organisation
) -> None:
    unclear(club)
    shown = owner.get(at("bounces")).content.decode()
    assert "A question" in shown
    assert "It is no bounce that can be read" in shown


def test_older_mails_are_a_click_away(owner: Client, club: Organisation) -> None:
    for number in range(55):
        keep(letter("x", subject=f"Mail {number}", number=number), "pipe", organisation=club)
    digest_waiting()
    first = owner.get(at("bounces"))
    assert "Mail 54" in first.content.decode()
    older = owner.get(at("bounces"), {"before": first.context["older"]}).content.decode()
    assert "Mail 0<" in older
    assert "Mail 54" not in older


def test_nothing_in_a_mail_acts(owner: Client, club: Organisation) -> None:
    evil = letter("x", subject="<script>alert(1)</script>") + b"<script>alert(2)</script>"
    mail = unclear(club, evil)
    for page in (at("bounces"), at("returned_mail", mail.pk)):
        assert b"<script>alert" not in owner.get(page).content
    raw = owner.get(at("returned_raw", mail.pk))
    assert raw.content == evil
    assert raw["Content-Disposition"].startswith("attachment")
    assert raw["X-Content-Type-Options"] == "nosniff"


def test_a_mail_is_read_again_and_deleted(owner: Client, club: Organisation) -> None:
    mail = unclear(club)
    owner.post(at("returned_again", mail.pk))
    mail.refresh_from_db()
    assert mail.state == State.WAITING
    assert "is being read at this moment" in owner.get(at("bounces")).content.decode()
    digest_waiting()
    owner.post(at("returned_delete", mail.pk))
    assert not ReturnedMail.objects.exists()


def test_only_owners_see_bounces(bob: User, club: Organisation, mailbox: Mailbox) -> None:
    mail = unclear(club)
    browser = sign_in(bob)
    for page in (at("bounces"), at("mailbox", mailbox.pk), at("returned_mail", mail.pk)):
        assert browser.get(page).status_code == 403


def test_charlie_sees_none_of_it(charlie: User, club: Organisation, mailbox: Mailbox) -> None:
    mail = unclear(club)
    browser = sign_in(charlie)
    for name, pk in (
        ("mailbox", mailbox.pk),
        ("returned_mail", mail.pk),
        ("returned_raw", mail.pk),
    ):
        assert browser.get(at(name, pk, club="skating-club")).status_code == 404
    page = browser.get(at("bounces", club="skating-club")).content.decode()
    assert "A question" not in page
    assert "imap.club.test" not in page
    orphan = keep(bounce("x@y.test", "z@y.test"), "pipe")
    digest_waiting()
    for person, slug in ((charlie, "skating-club"), (User.objects.get(name="Alice"), "aqua-club")):
        answer = sign_in(person).get(at("returned_mail", orphan.pk, club=slug))
        assert answer.status_code == 404


def test_a_mail_made_to_break_its_reader_is_shown_all_the_same(
    owner: Client, club: Organisation
) -> None:
    nested = b"".join(
        b"Content-Type: multipart/mixed; boundary=B%d\r\n\r\n--B%d\r\n" % (n, n)
        for n in range(4000)
    )
    head = b"Subject: =?utf-8?b?////?= =?nonsense?q?x?=\r\nTo: " + b"(" * 5000 + b"\r\n"
    mail = unclear(club, head + nested)
    assert mail.reason == "unknown"
    assert owner.get(at("bounces")).status_code == 200
    assert owner.get(at("returned_mail", mail.pk)).status_code == 200


def test_an_owner_takes_as_true_what_nothing_proves(
    owner: Client, club: Organisation, email_sender: Sender
) -> None:
    row = sent(club, "ann@example.test")
    original = f"Message-ID: <{row.pk}@club.test>"
    mail = unclear(club, bounce("b@club.test", "ann@example.test", original=original))
    page = owner.get(at("returned_mail", mail.pk)).content.decode()
    assert "News to ann@example.test" in page
    assert "Take it as true" in page
    owner.post(at("returned_believe", mail.pk))
    digest_waiting()
    row.refresh_from_db()
    assert row.status == "bounced"
    assert not ReturnedMail.objects.exists()
