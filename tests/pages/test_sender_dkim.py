"""An owner has emails signed; keys go in and never come out; others see nothing."""

from __future__ import annotations

import html
import socket

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from sendout.accounts.models import Organisation, Role, User
from sendout.cli.sender_dkim import quoted
from sendout.senders import signing
from sendout.senders.models import Sender
from tests.cast import sign_in
from tests.rigs.name_server import NameServer

ED25519 = signing.make_keys(["ed25519"])["ed25519"]
RSA = signing.make_keys(["rsa"])["rsa"]


def at(name: str, sender: Sender) -> str:
    return reverse(f"pages:{name}", args=["aqua-club", sender.pk])


def typed(**more: object) -> dict[str, object]:
    return {
        "domain": "club.example",
        "selector": "s1",
        "keys": "make",
        "algorithms": ["rsa"],
        "pem": "",
        **more,
    }


@pytest.fixture
def office(club: Organisation) -> Sender:
    return Sender.objects.create(
        organisation=club, name="Office", channel="email", kind="smtp",
        from_address="office@mail.club.example", config={"host": "localhost"},
    )  # fmt: skip


@pytest.fixture
def owner(alice: User) -> Client:
    return sign_in(alice)


def test_an_owner_makes_keys_and_gets_the_records_to_publish(owner: Client, office: Sender) -> None:
    assert "no keys yet" in owner.get(at("sender_dkim", office)).content.decode()
    answer = owner.post(
        at("sender_dkim", office), typed(algorithms=["rsa", "ed25519"]), follow=True
    )
    office.refresh_from_db()
    page = html.unescape(answer.content.decode())
    for record in signing.records(office):
        assert f'value="{record.name}"' in page
        assert record.value in page
    assert "PRIVATE" not in page
    assert not office.dkim_on


def test_it_is_switched_on_and_off(owner: Client, office: Sender) -> None:
    owner.post(at("sender_dkim", office), typed())
    owner.post(at("sender_dkim_switch", office), {"on": "yes"})
    assert Sender.objects.get(pk=office.pk).dkim_on
    assert "Emails are signed for club.example" in owner.get(at("sender", office)).content.decode()
    owner.post(at("sender_dkim_switch", office), {"on": "no"})
    assert not Sender.objects.get(pk=office.pk).dkim_on


def test_without_a_key_it_cannot_be_switched_on(owner: Client, office: Sender) -> None:
    answer = owner.post(at("sender_dkim_switch", office), {"on": "yes"}, follow=True)
    assert "there is no key" in answer.content.decode()
    assert not Sender.objects.get(pk=office.pk).dkim_on


@pytest.mark.parametrize("pem", [RSA, ED25519, f"{RSA}\n{ED25519}"])
def test_own_keys_are_taken_and_never_shown(owner: Client, office: Sender, pem: str) -> None:
    answer = owner.post(at("sender_dkim", office), typed(keys="paste", pem=pem), follow=True)
    office.refresh_from_db()
    assert len(signing.records(office)) == pem.count("BEGIN")
    assert "PRIVATE" not in answer.content.decode()


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"keys": "paste", "pem": "no key"}, "no private key in PEM format"),
        ({"keys": "paste", "pem": ""}, "no private key in PEM format"),
        ({"algorithms": []}, "Choose at least one kind of key"),
        ({"domain": "club example"}, "is no domain"),
        ({"selector": "a;b"}, "is no selector"),
        ({"keys": "keep"}, "Select a valid choice"),
        ({"selector": "s" * 56}, "at most 55 characters"),
    ],
)
def test_what_does_not_fit_is_said(
    owner: Client, office: Sender, more: dict[str, object], words: str
) -> None:
    answer = owner.post(at("sender_dkim", office), typed(**more))
    assert answer.status_code == 422
    assert words in html.unescape(answer.content.decode())
    assert Sender.objects.get(pk=office.pk).dkim_keys == ""


def test_a_refused_key_is_not_repeated(owner: Client, office: Sender) -> None:
    short = RSA.replace("A", "B", 3)
    answer = owner.post(at("sender_dkim", office), typed(keys="paste", pem=short))
    assert answer.status_code == 422
    assert short.splitlines()[3] not in answer.content.decode()


def test_keys_survive_a_change_of_the_mail_server(owner: Client, office: Sender) -> None:
    owner.post(at("sender_dkim", office), typed())
    kept = Sender.objects.get(pk=office.pk)
    answer = owner.post(
        at("sender", office),
        {
            "name": "Office", "from_address": "office@mail.club.example", "connections": 4,
            "pace_count": 0, "pace_period": "second", "setting_host": "mail.example.org",
            "setting_port": 587, "setting_tls": "starttls", "setting_verify": "on",
            "setting_timeout": 60, "setting_username": "u", "setting_password": "p",
            "bounce_address": "bounces@club.example",
        },
    )  # fmt: skip
    assert answer.status_code == 302, answer.content.decode()
    changed = Sender.objects.get(pk=office.pk)
    assert changed.config["host"] == "mail.example.org"
    assert changed.bounce_address == "bounces@club.example"
    assert signing.read_keys(changed) == signing.read_keys(kept)


def test_a_domain_that_is_not_the_from_addresses_is_warned_of(
    owner: Client, office: Sender
) -> None:
    fits = owner.post(at("sender_dkim", office), typed(), follow=True).content.decode()
    assert "Receivers compare the two" not in fits
    other = typed(domain="other.example")
    page = owner.post(at("sender_dkim", office), other, follow=True).content.decode()
    assert "Receivers compare the two" in page


def test_keys_that_cannot_be_read_are_said_and_made_anew(owner: Client, office: Sender) -> None:
    office.dkim_on, office.dkim_keys, office.dkim_domain = True, "sealed elsewhere", "club.example"
    office.save()
    assert "put the old key back" in owner.get(at("sender_dkim", office)).content.decode()
    owner.post(at("sender_dkim", office), typed())
    office.refresh_from_db()
    assert signing.records(office)


@pytest.mark.parametrize("more", [{"channel": "sms", "kind": "sandbox"}, {"kind": "esp"}])
def test_what_is_not_written_here_is_not_signed_here(
    owner: Client, office: Sender, more: dict[str, str]
) -> None:
    Sender.objects.filter(pk=office.pk).update(**more)
    assert owner.get(at("sender_dkim", office)).status_code == 404
    assert owner.post(at("sender_dkim_switch", office), {"on": "yes"}).status_code == 404


def test_only_owners_come_near(office: Sender, bob: User, charlie: User) -> None:
    bob.memberships.update(role=Role.SENDER)
    for user, status in ((bob, 403), (charlie, 404)):
        browser = sign_in(user)
        assert browser.get(at("sender_dkim", office)).status_code == status
        assert browser.post(at("sender_dkim", office), typed()).status_code == status
        assert browser.post(at("sender_dkim_switch", office), {"on": "yes"}).status_code == status
    assert Sender.objects.get(pk=office.pk).dkim_keys == ""


@pytest.mark.parametrize(
    ("address", "words"),
    [("nobody", "422"), ("a-very-long-word-for-bounces@club.example", "at most 21 characters")],
)
def test_an_address_that_bounces_cannot_come_back_to_is_refused(
    owner: Client, office: Sender, address: str, words: str
) -> None:
    said = {"name": "Office", "from_address": "office@club.example", "bounce_address": address}
    answer = owner.post(at("sender", office), said)
    assert words in f"{answer.status_code} {answer.content.decode()}"


def switch_on(owner: Client, office: Sender) -> str:
    answer = owner.post(at("sender_dkim_switch", office), {"on": "yes"}, follow=True)
    assert Sender.objects.get(pk=office.pk).dkim_on
    return html.unescape(answer.content.decode())


def test_records_that_are_not_published_are_warned_of(
    owner: Client, office: Sender, settings: Settings
) -> None:
    signing.put_keys(office, "club.ca", "s1", {"rsa": RSA, "ed25519": ED25519})
    office.save()
    rsa, ed25519 = signing.records(office)
    zone = {(rsa.name, "TXT"): [quoted(rsa.value)]}
    with NameServer(zone) as server:
        settings.DNS_SERVERS = [server.address]
        assert f"enter this as TXT record at {ed25519.name}" in switch_on(owner, office)
        zone[ed25519.name, "TXT"] = ['"v=DKIM1; k=ed25519; p=AAAA"']
    with NameServer(zone) as server:
        settings.DNS_SERVERS = [server.address]
        assert "Another key than Sendout's stands" in switch_on(owner, office)
    with NameServer(zone | {(ed25519.name, "TXT"): [quoted(ed25519.value)]}) as server:
        settings.DNS_SERVERS = [server.address]
        page = switch_on(owner, office)
        assert "so-toast-success" in page
        assert "so-toast-warning" not in page


def test_a_dns_that_does_not_answer_keeps_nobody_from_signing(
    owner: Client, office: Sender, settings: Settings
) -> None:
    signing.put_keys(office, "club.ca", "s1", {"rsa": RSA})
    office.save()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as deaf:
        deaf.bind(("127.0.0.1", 0))
        settings.DNS_SERVERS = [f"127.0.0.1:{deaf.getsockname()[1]}"]
        assert "cannot be seen from here" in switch_on(owner, office)
