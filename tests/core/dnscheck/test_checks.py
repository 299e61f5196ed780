"""SPF, DKIM, DMARC and MX as receivers read them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest

from sendout.core.dnscheck import dkim, dmarc, mailbox, spf
from sendout.core.dnscheck.finding import Mark

CLUB = "club.ca"
KEY = "v=DKIM1; k=rsa; p=MIIBI jANB"


class Known:
    """A DNS of which a test says what it knows."""

    def __init__(self, zone: Mapping[tuple[str, str], Sequence[str]]) -> None:
        self.zone = zone
        self.asked: list[str] = []

    def ask(self, name: str, kind: str) -> list[str]:
        self.asked.append(name)
        return list(self.zone.get((name, kind), ()))


def texts(**zone: Sequence[str]) -> Known:
    """Know TXT records; `__` in a name stands for a dot."""
    return Known({(name.replace("__", "."), "TXT"): found for name, found in zone.items()})


@pytest.mark.parametrize(
    ("records", "mark", "words"),
    [
        ([], Mark.BAD, "has no SPF record"),
        (["google-site-verification=x", "v=spf10 -all"], Mark.BAD, "has no SPF record"),
        (["v=spf1 -all", "V=SPF1 ~all"], Mark.BAD, "has 2 SPF records"),
        (["v=spf1 a mx +all"], Mark.BAD, "lets everybody"),
        (["v=spf1 all"], Mark.BAD, "lets everybody"),
        (["v=spf1 mx ?all"], Mark.WARN, "does not say"),
        (["v=spf1 mx"], Mark.WARN, "does not say"),
        (["v=spf1 redirect=other.ca"], Mark.GOOD, "says which servers"),
        (["v=spf1 ip4:192.0.2.1 ~all"], Mark.GOOD, "says which servers"),
        (
            ["v=spf1 " + " ".join(f"include:{n}.ca" for n in range(11)) + " -all"],
            Mark.BAD,
            "than 10",
        ),
    ],
)
def test_spf(records: list[str], mark: Mark, words: str) -> None:
    found = spf.check(texts(club__ca=records), CLUB)
    assert (found.mark, words in found.words) == (mark, True), found


def test_spf_counts_what_included_records_ask_and_never_goes_in_circles() -> None:
    dns = texts(
        a__ca=["v=spf1 mx a include:b.ca ~all"], b__ca=["v=spf1 include:a.ca exists:%{i}.c"]
    )
    assert spf.count_lookups(dns, CLUB, "v=spf1 include:a.ca include:a.ca ip4:1.2.3.4 -all") == 7
    assert dns.asked == ["a.ca", "b.ca"]


def test_a_tree_of_spf_records_is_not_walked_to_its_end() -> None:
    class Endless(Known):
        def ask(self, name: str, kind: str) -> list[str]:
            super().ask(name, kind)
            return [f"v=spf1 include:a{name} include:b{name} -all"]

    dns = Endless({})
    assert spf.count_lookups(dns, CLUB, "v=spf1 include:x.ca -all") > spf.MOST_LOOKUPS
    assert len(dns.asked) < 15


@pytest.mark.parametrize(
    ("records", "mark", "words"),
    [
        ([], Mark.BAD, "enter this as TXT record at s._domainkey.club.ca"),
        (["v=DKIM1; k=rsa; p="], Mark.BAD, "withdrawn"),
        (["v=DKIM1; p=AAAA"], Mark.BAD, "Another key"),
        (["v=DKIM1; k=rsa; p=MIIBIjANB"], Mark.GOOD, "stands at"),
        (["p=MIIB IjANB ; v=DKIM1"], Mark.GOOD, "stands at"),
        (["v=DKIM1; p=AAAA", KEY], Mark.GOOD, "stands at"),
    ],
)
def test_the_key_sendout_signs_with(records: list[str], mark: Mark, words: str) -> None:
    found = dkim.check_own(texts(s___domainkey__club__ca=records), "s._domainkey.club.ca", KEY)
    assert (found.mark, words in found.words) == (mark, True), found
    assert found.record == ("" if mark is Mark.GOOD else KEY)


def test_the_key_of_a_provider_is_looked_for_where_it_usually_is() -> None:
    dns = Known({("google._domainkey.club.ca", "TXT"): [KEY]})
    assert "google._domainkey.club.ca" in dkim.check_usual(dns, CLUB).words
    assert dkim.check_usual(texts(), CLUB).mark is Mark.UNKNOWN
    withdrawn = Known({("google._domainkey.club.ca", "TXT"): ["v=DKIM1; p="]})
    assert dkim.check_usual(withdrawn, CLUB).mark is Mark.UNKNOWN


@pytest.mark.parametrize(
    ("records", "mark", "words"),
    [
        ([], Mark.BAD, "has no DMARC record"),
        (["v=DMARC10; p=none"], Mark.BAD, "has no DMARC record"),
        (["v=DMARC1; p=none", "v=DMARC1; p=reject"], Mark.BAD, "2 DMARC records"),
        (["v=DMARC1"], Mark.WARN, "does not say what to do"),
        (["v=DMARC1; p=perhaps"], Mark.WARN, "does not say what to do"),
        (["v=DMARC1;p=none"], Mark.GOOD, "only to watch"),
        (["v = DMARC1 ; p = Reject"], Mark.GOOD, "refuse what fails"),
    ],
)
def test_dmarc(records: list[str], mark: Mark, words: str) -> None:
    found = dmarc.check(texts(_dmarc__club__ca=records), CLUB)
    assert (found.mark, words in found.words) == (mark, True), found


def test_dmarc_is_looked_for_above_the_domain_too() -> None:
    dns = texts(_dmarc__club__ca=["v=DMARC1; p=reject; sp=none"])
    assert "club.ca asks receivers only to watch" in dmarc.check(dns, "news.mail.club.ca").words
    assert dns.asked == ["_dmarc.news.mail.club.ca", "_dmarc.mail.club.ca", "_dmarc.club.ca"]
    assert len(dmarc.walk(".".join("abcdefghijklmnop"))) == 8
    assert dmarc.walk("ca") == ["ca"]


@pytest.mark.parametrize(
    ("zone", "mark"),
    [
        ({("club.ca", "MX"): ["10 mx.club.ca."]}, Mark.GOOD),
        ({("club.ca", "MX"): ["0 ."], ("club.ca", "A"): ["192.0.2.1"]}, Mark.BAD),
        ({("club.ca", "A"): ["192.0.2.1"]}, Mark.WARN),
        ({("club.ca", "AAAA"): ["2001:db8::1"]}, Mark.WARN),
        ({}, Mark.BAD),
    ],
)
def test_whether_a_domain_gets_mail(zone: dict[tuple[str, str], list[str]], mark: Mark) -> None:
    assert mailbox.check(Known(zone), CLUB).mark is mark
