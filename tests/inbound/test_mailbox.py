"""Mailboxes of a real Dovecot are read by IMAP and POP3, and nothing in them is lost."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from unittest.mock import patch

import pytest
from django.db import OperationalError
from django.utils import timezone

from sendout.accounts.models import Organisation
from sendout.core.mailboxes.imap import Imap
from sendout.core.providers.setting import BadConfig
from sendout.deliveries.links import return_path
from sendout.deliveries.models import Delivery
from sendout.inbound import mailbox as door
from sendout.inbound.bounces import digest_waiting
from sendout.returns.entering import probe, put_settings
from sendout.returns.models import Mailbox, ReturnedMail
from tests.inbound.coming_back import bounce, letter
from tests.rigs.dovecot import Dovecot
from tests.rigs.token_server import TokenServer

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postfix]

USER, PASSWORD = "bounces", "swim&skate é"


@pytest.fixture(scope="module")
def tokens() -> Iterator[TokenServer]:
    with TokenServer(USER) as server:
        yield server


@pytest.fixture(scope="module")
def dovecot(tokens: TokenServer) -> Iterator[Dovecot]:
    with Dovecot({USER: PASSWORD, "other": "x"}, tokens.introspection) as server:
        yield server


@pytest.fixture(autouse=True)
def empty(dovecot: Dovecot) -> None:
    for name in ("cur", "new"):
        for file in (dovecot.maildir(USER) / name).iterdir():
            file.unlink()


def make(club: Organisation, dovecot: Dovecot, kind: str = "imap", **settings: object) -> Mailbox:
    values = {
        "host": "127.0.0.1",
        "port": getattr(dovecot, kind),
        "username": USER,
        "password": PASSWORD,
        "ca_file": str(dovecot.certificates.authority),
    }
    mailbox = Mailbox(organisation=club, name="Bounces", kind=kind)
    put_settings(mailbox, {n: v for n, v in {**values, **settings}.items() if v is not None})  # type: ignore[misc]
    mailbox.save()
    return mailbox


@pytest.mark.parametrize("kind", ["imap", "pop3"])
def test_a_bounce_is_fetched_digested_and_deleted(
    club: Organisation, ann: Delivery, dovecot: Dovecot, kind: str
) -> None:
    mailbox = make(club, dovecot, kind)
    dovecot.deliver(USER, bounce(return_path("b@club.test", ann.pk), "ann@example.test"))
    assert door.look(mailbox.pk) == 1
    assert ReturnedMail.objects.get().way == kind
    assert dovecot.mails(USER) == 0
    digest_waiting()
    ann.refresh_from_db()
    assert ann.status == "bounced"
    mailbox.refresh_from_db()
    assert (mailbox.down_reason, mailbox.failures) == ("", 0)
    assert mailbox.look_at > timezone.now()


@pytest.mark.parametrize("kind", ["imap", "pop3"])
def test_many_are_fetched_in_one_look(club: Organisation, dovecot: Dovecot, kind: str) -> None:
    mailbox = make(club, dovecot, kind)
    count = 2 * door.SLICE + 7
    dovecot.deliver(USER, *(letter("b@club.test", number=n) for n in range(count)))
    assert door.look(mailbox.pk) == count
    assert (dovecot.mails(USER), ReturnedMail.objects.count()) == (0, count)


@pytest.mark.parametrize("kind", ["imap", "pop3"])
def test_what_could_not_be_kept_stays_in_the_mailbox(
    club: Organisation, dovecot: Dovecot, kind: str
) -> None:
    mailbox = make(club, dovecot, kind)
    dovecot.deliver(USER, letter("b@club.test"))
    with patch.object(door, "keep", side_effect=OperationalError), pytest.raises(OperationalError):
        door.look(mailbox.pk)
    assert dovecot.mails(USER) == 1
    assert door.look(mailbox.pk) == 1
    assert dovecot.mails(USER) == 0


def test_a_death_between_keeping_and_deleting_fetches_twice_and_counts_once(
    club: Organisation, ann: Delivery, dovecot: Dovecot
) -> None:
    mailbox = make(club, dovecot)
    dovecot.deliver(USER, bounce(return_path("b@club.test", ann.pk), "ann@example.test"))
    with patch.object(Imap, "remove", side_effect=SystemExit), pytest.raises(SystemExit):
        door.look(mailbox.pk)
    digest_waiting()
    assert door.look(mailbox.pk) == 1
    digest_waiting()
    assert ann.events.filter(kind="bounced").count() == 1
    assert not ReturnedMail.objects.exists()


def test_what_is_left_in_the_mailbox_is_read_once(club: Organisation, dovecot: Dovecot) -> None:
    mailbox = make(club, dovecot, afterwards="leave")
    dovecot.deliver(USER, *(letter("office@club.test", number=n) for n in range(3)))
    assert door.look(mailbox.pk) == 3
    assert door.look(mailbox.pk) == 0
    dovecot.deliver(USER, letter("office@club.test", number=9))
    assert door.look(mailbox.pk) == 1
    assert dovecot.mails(USER) == 4
    assert not list((dovecot.maildir(USER) / "cur").glob("*S*")), "nothing is marked as read"
    digest_waiting()
    assert not ReturnedMail.objects.exists(), "people's mail is none of our business"


def test_another_folder_can_be_read(club: Organisation, dovecot: Dovecot) -> None:
    mailbox = make(club, dovecot, folder='No such "folder"')
    works, said = probe(mailbox)
    assert not works
    assert 'There is no folder "No such "folder"" that can be opened' in said


@pytest.mark.parametrize("kind", ["imap", "pop3"])
@pytest.mark.parametrize("tls", ["starttls", "none"])
def test_other_ways_of_encryption(
    club: Organisation, dovecot: Dovecot, kind: str, tls: str
) -> None:
    mailbox = make(club, dovecot, kind, tls=tls, port=getattr(dovecot, f"{kind}_plain"))
    assert probe(mailbox) == (True, "It works. There is no mail in it now.")


@pytest.mark.parametrize("kind", ["imap", "pop3"])
def test_one_signs_in_by_tokens(
    club: Organisation, dovecot: Dovecot, tokens: TokenServer, kind: str
) -> None:
    mailbox = make(club, dovecot, kind, password=None, **tokens.settings)
    dovecot.deliver(USER, letter("x"))
    assert probe(mailbox) == (True, "It works. There is one mail in it now.")
    tokens.withdraw()  # the one that was kept no longer holds; a fresh one is asked for
    assert probe(mailbox)[0]
    tokens.answer = (400, '{"error": "invalid_grant"}')
    tokens.withdraw()
    try:
        works, said = probe(mailbox)
    finally:
        tokens.answer = None
    assert not works
    assert "the permission was withdrawn" in said


@pytest.mark.parametrize("kind", ["imap", "pop3"])
@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"password": "wrong"}, "127.0.0.1 did not accept the sign-in"),
        ({"host": "no.such.host.invalid"}, "There is no server of the name no.such.host.invalid"),
        ({"port": 1}, "127.0.0.1 cannot be reached: connection refused"),
        ({"ca_file": ""}, "The certificate of 127.0.0.1 is not trusted"),
    ],
)
def test_what_is_wrong_is_said_with_its_remedy(
    club: Organisation, dovecot: Dovecot, kind: str, settings: dict[str, object], words: str
) -> None:
    mailbox = make(club, dovecot, kind, **settings)
    works, said = probe(mailbox)
    assert not works
    assert said.startswith(words)
    assert "Check " in said
    assert door.look(mailbox.pk) == 0
    mailbox.refresh_from_db()
    assert mailbox.down_reason == said
    assert mailbox.failures == 1


def test_a_mailbox_that_fails_is_left_alone_longer_each_time(
    club: Organisation, dovecot: Dovecot
) -> None:
    mailbox = make(club, dovecot, port=1)
    pauses = []
    for _ in range(9):
        before = timezone.now()
        door.look(mailbox.pk)
        mailbox.refresh_from_db()
        pauses.append(round((mailbox.look_at - before) / timedelta(minutes=1)))
    assert pauses == [1, 2, 4, 8, 16, 32, 60, 60, 60]
    assert door.due(timezone.now()) == []
    assert door.due(timezone.now() + timedelta(hours=2)) == [mailbox.pk]
    Mailbox.objects.update(active=False)
    assert door.due(timezone.now() + timedelta(hours=2)) == []


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"host": "a b"}, "host is"),
        ({"host": None}, "host is missing"),
        ({"username": "x\r\nA1 LOGOUT"}, "username holds a character"),
        ({"folder": "x\r\nA1 LOGOUT"}, "folder holds a character"),
        ({"folder": "Bücher"}, "folder is a name"),
        ({"password": ""}, "password is missing"),
        ({"port": 70000}, "port is a number"),
        ({"tls": "ssl"}, "tls is one of"),
        ({"auth": "xoauth2"}, "token_url is missing"),
        (
            {"auth": "xoauth2", "token_url": "http://x.example", "client_id": "i",
             "refresh_token": "r"},
            "token_url begins with https",
        ),
    ],
)  # fmt: skip
def test_settings_that_cannot_work_are_refused(
    club: Organisation, dovecot: Dovecot, settings: dict[str, object], words: str
) -> None:
    with pytest.raises(BadConfig, match=words):
        make(club, dovecot, **settings)


def test_a_password_is_stored_encrypted(club: Organisation, dovecot: Dovecot) -> None:
    mailbox = make(club, dovecot)
    assert PASSWORD not in mailbox.secrets
    assert "password" not in mailbox.config
