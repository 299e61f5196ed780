"""DKIM of a sender: kept encrypted, published under its names, never silently left out."""

from __future__ import annotations

import pytest
from pytest_django import Settings

from sendout.accounts.models import Organisation
from sendout.core.delivery.outcome import Accepted, Refused
from sendout.core.message.dkim import BadKey
from sendout.core.providers.base import Envelope
from sendout.senders import signing
from sendout.senders.models import OutboxCopy, Sender
from sendout.senders.probe import deliver_now
from sendout.senders.trial import send_test

KEYS = signing.make_keys(["rsa", "ed25519"])
OLD, NEW = (bytes([n]) * 32 for n in (1, 2))


def office(**more: object) -> Sender:
    said = {"channel": "email", "kind": "smtp", "from_address": "office@club.example", **more}
    return Sender(name="Office", **said)


def signing_office(**more: object) -> Sender:
    sender = office(**more)
    signing.put_keys(sender, "Club.Example", "S1", KEYS)
    sender.dkim_on = True
    return sender


def test_each_key_has_a_record_of_its_own() -> None:
    rsa, ed25519 = signing.records(signing_office())
    assert (rsa.name, rsa.value[:17]) == ("s1._domainkey.club.example", "v=DKIM1; k=rsa; p")
    assert ed25519.name == "s1-ed25519._domainkey.club.example"
    assert ed25519.value.startswith("v=DKIM1; k=ed25519; p=")


def test_what_signs_is_what_the_records_say() -> None:
    signers = signing.signers_of(signing_office())
    names = [f"{each.selector}._domainkey.{each.domain}" for each in signers]
    assert names == [record.name for record in signing.records(signing_office())]


def test_the_keys_are_sealed() -> None:
    sender = signing_office()
    assert "PRIVATE" not in sender.dkim_keys
    assert signing.read_keys(sender) == KEYS


def test_a_sender_that_is_off_signs_nothing() -> None:
    sender = signing_office()
    sender.dkim_on = False
    assert signing.signers_of(sender) == ()


@pytest.mark.parametrize("kind", ["esp", "sandbox"])
def test_only_what_leaves_as_written_is_signed(kind: str) -> None:
    assert bool(signing.signers_of(signing_office(kind=kind))) is (kind == "sandbox")


def test_other_records_switch_it_off_until_they_are_published() -> None:
    sender = signing_office()
    signing.put_keys(sender, "club.example", "s1", KEYS)
    assert sender.dkim_on
    signing.put_keys(sender, "club.example", "s2", KEYS)
    assert not sender.dkim_on


def test_a_key_of_an_installation_long_gone_is_said_and_not_passed_over(settings: Settings) -> None:
    settings.FIELD_KEYS = [OLD]
    sender = signing_office()
    assert signing.signers_of(sender)
    settings.FIELD_KEYS = [NEW]
    with pytest.raises(signing.CannotSign, match="put the old key back into SENDOUT_KEYS"):
        signing.signers_of(sender)
    settings.FIELD_KEYS = [NEW, OLD]
    assert signing.signers_of(sender)


@pytest.mark.parametrize(
    ("change", "words"),
    [({"dkim_keys": ""}, "there is no key"), ({"dkim_domain": "no domain"}, "is no domain")],
)
def test_a_row_that_cannot_be_signed_with_is_said(change: dict[str, str], words: str) -> None:
    sender = signing_office()
    for name, value in change.items():
        setattr(sender, name, value)
    with pytest.raises(signing.CannotSign, match=words):
        signing.signers_of(sender)


@pytest.mark.parametrize(
    ("domain", "selector", "keys"),
    [
        ("", "s1", KEYS),
        ("club.example", "", KEYS),
        ("club.example", "a b", KEYS),
        ("club.example", "été", KEYS),
        ("club.example;x=", "s1", KEYS),
        ("club.example", "s1", {}),
        ("club.example", "s1", {"rsa": "no key"}),
    ],
)
def test_what_cannot_be_signed_with_is_not_taken(
    domain: str, selector: str, keys: dict[str, str]
) -> None:
    sender = office()
    with pytest.raises(BadKey):
        signing.put_keys(sender, domain, selector, keys)
    assert (sender.dkim_domain, sender.dkim_selector, sender.dkim_keys) == ("", "", "")


@pytest.fixture
def rehearsing(club: Organisation) -> Sender:
    sender = signing_office(organisation=club, kind="sandbox")
    sender.save()
    return sender


def test_a_test_mail_is_signed_like_all_others(rehearsing: Sender) -> None:
    assert isinstance(send_test(rehearsing, "alice@example.org"), Accepted)
    [copy] = OutboxCopy.objects.all()
    assert bytes(copy.content).count(b"DKIM-Signature:") == 2


def test_a_test_that_cannot_be_signed_says_why(rehearsing: Sender) -> None:
    rehearsing.dkim_keys = "sealed elsewhere"
    [outcome] = deliver_now(rehearsing, [Envelope(0, "a@x.example", "b@x.example", b"\r\n\r\n")])
    assert isinstance(outcome, Refused)
    assert "cannot be read" in outcome.text
