"""What the page says about both domains, asked of a DNS server on loopback."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape

import pytest
from django.conf import LazySettings
from django.core.cache import cache

from sendout.accounts.models import User
from sendout.people.models import Participant
from sendout.senders.models import Sender
from sendout.senders.signing import make_keys, put_keys, records
from tests.cast import sign_in
from tests.deliveries.conftest import MakePerson
from tests.rigs.name_server import NameServer

ZONE = {
    ("club.ca", "TXT"): ['"v=spf1 include:spf.host.ca ~all"'],
    ("spf.host.ca", "TXT"): ['"v=spf1 ip4:192.0.2.0/24 -all"'],
    ("_dmarc.club.ca", "TXT"): ['"v=DMARC1; p=quarantine"'],
    ("selector1._domainkey.club.ca", "TXT"): ['"v=DKIM1; p=AAAA"'],
    ("families.ca", "MX"): ["10 mx.families.ca."],
}
FINDING = re.compile(
    r'<li data-mark="(\w+)">.*?<p class="so-name">(.*?)</p>\s*<p>(.*?)</p>', re.DOTALL
)


@pytest.fixture
def anna(person: MakePerson) -> Participant:
    return person("Anna", "anna@families.ca")


@pytest.fixture
def smtp(email_sender: Sender) -> Sender:
    email_sender.kind = "smtp"
    email_sender.config = {"host": "smtp.host.ca"}
    email_sender.from_address = "office@club.ca"
    email_sender.save()
    return email_sender


@pytest.fixture
def server(settings: LazySettings) -> Iterator[NameServer]:
    cache.clear()
    with NameServer(dict(ZONE)) as server:
        settings.DNS_SERVERS = [server.address]
        yield server


def findings(user: User, anna: Participant) -> dict[str, tuple[str, str]]:
    """Give the mark and words of each finding."""
    answer = sign_in(user).get(
        f"/o/aqua-club/not-received/{anna.pk}/dns/", headers={"HX-Request": "true"}
    )
    assert answer.status_code == 200
    found = FINDING.findall(unescape(answer.content.decode()))
    return {name: (mark, words) for mark, name, words in found}


def test_a_well_kept_domain_is_said_to_be_one(
    bob: User, anna: Participant, smtp: Sender, server: NameServer
) -> None:
    found = findings(bob, anna)
    assert {name: mark for name, (mark, _) in found.items()} == {
        "Mail server": "good",
        "SPF": "good",
        "DKIM": "good",
        "DMARC": "good",
    }
    assert "selector1._domainkey.club.ca" in found["DKIM"][1]


def test_what_is_missing_is_said_with_what_to_enter(
    bob: User, anna: Participant, smtp: Sender, server: NameServer
) -> None:
    server.zone = {}
    found = findings(bob, anna)
    assert [mark for mark, _ in found.values()] == ["bad", "bad", "unknown", "bad"]
    assert "the address must be wrong" in found["Mail server"][1]
    assert "_dmarc.club.ca" in found["DMARC"][1]


def test_the_key_that_sendout_signs_with_is_compared(
    bob: User, anna: Participant, smtp: Sender, server: NameServer
) -> None:
    put_keys(smtp, "club.ca", "office", make_keys(["ed25519"]))
    smtp.dkim_on = True
    smtp.save()
    assert findings(bob, anna)["DKIM"][0] == "bad"
    [wanted] = records(smtp)
    server.zone[wanted.name, "TXT"] = (f'"{wanted.value}"',)
    cache.clear()
    assert findings(bob, anna)["DKIM"][0] == "good"


def test_an_answer_is_kept_and_silence_is_not(
    bob: User, anna: Participant, smtp: Sender, server: NameServer
) -> None:
    server.silent = {"families.ca"}
    assert findings(bob, anna)["Mail server"][0] == "unknown"
    server.silent = set()
    assert findings(bob, anna)["Mail server"][0] == "good"
    asked = server.asked.total()
    findings(bob, anna)
    assert server.asked.total() == asked


def test_nobody_is_asked_about_names_for_tests(
    bob: User, anna: Participant, email_sender: Sender, server: NameServer
) -> None:
    anna.email = anna.email_normal = "anna@sandbox.test"
    anna.save()
    found = findings(bob, anna)
    assert "is a sandbox" in found["Your domain"][1]
    assert "for tests and examples" in found["Mail server"][1]
    assert not server.asked


def test_an_address_at_a_public_provider_is_no_domain_of_ones_own(
    bob: User, anna: Participant, smtp: Sender, server: NameServer
) -> None:
    smtp.from_address = "club@gmail.com"
    smtp.save()
    mark, words = findings(bob, anna)["Your domain"]
    assert (mark, "not at a domain of your own" in words) == ("warn", True)


@pytest.mark.parametrize(
    "address", ["", "anna@", "a@b@c.ca", "anna@" + "x" * 70 + ".ca", "anna@ü.ca", "a@-.ca"]
)
def test_an_address_that_cannot_be_is_no_error(
    bob: User, anna: Participant, smtp: Sender, server: NameServer, address: str
) -> None:
    anna.email, anna.email_normal = address, ""
    anna.save()
    findings(bob, anna)


def test_the_page_itself_asks_nobody(
    bob: User, anna: Participant, smtp: Sender, server: NameServer
) -> None:
    page = sign_in(bob).get(f"/o/aqua-club/not-received/{anna.pk}/").content.decode()
    assert f'data-hx-get="/o/aqua-club/not-received/{anna.pk}/dns/' in page
    assert not server.asked


def test_without_scripts_it_is_a_page_of_its_own(
    bob: User, anna: Participant, smtp: Sender, server: NameServer
) -> None:
    page = sign_in(bob).get(f"/o/aqua-club/not-received/{anna.pk}/dns/").content.decode()
    assert page.lstrip().startswith("<!doctype html>")
