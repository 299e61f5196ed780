"""Failures with one cause are one group; what they have in common is said in a sentence."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sendout.core.bounces import verdicts
from sendout.core.bounces.blockers import MICROSOFT, link_for, provider_of, who_blocks
from sendout.core.bounces.clusters import BY_VERDICT, Alike, gather
from sendout.core.bounces.diagnosis import Diagnosis, Heard, diagnose
from sendout.core.bounces.verdicts import Verdict

S3150 = (
    "550 5.7.1 Unfortunately, messages from [203.0.113.7] weren't sent. Please contact your "
    "Internet service provider since part of their network is on our block list (S3150). You can "
    "also refer your provider to http://mail.live.com/mail/troubleshooting.aspx#errors."
)
NO_USER = "550 5.1.1 User unknown"
WORDS = ["", S3150, NO_USER, "452 4.2.2 mailbox full", "greylisted", "spam", "try later", "?"]

alikes = st.builds(
    Alike,
    status=st.sampled_from(["bounced", "error", "deferred", "unknown", "skipped", "cancelled"]),
    n=st.integers(1, 500),
    domain=st.sampled_from(["outlook.com", "hotmail.fr", "gmial.com", "club.test", ""]),
    skip_reason=st.sampled_from(["no_address", "duplicate", "admin"]),
    code=st.sampled_from(["", "5.1.1", "5.7.1", "4.2.2", "connect", "login", "settings", "5.1.2"]),
    shape=st.sampled_from(WORDS),
    example=st.sampled_from(WORDS),
    looked_at=st.booleans(),
)


def refused(n: int, domain: str, words: str, code: str, status: str = "bounced") -> Alike:
    return Alike(status, n, domain, "", code, words, words)


def kinds(found: list[Diagnosis]) -> list[str]:
    return [each.kind for each in found]


@given(st.lists(alikes, max_size=30))
def test_every_delivery_is_in_exactly_one_group(found: list[Alike]) -> None:
    groups = gather(found)
    assert sum(group.n for group in groups) == sum(each.n for each in found)
    assert len({group.key for group in groups}) == len(groups)
    wanted: Counter[str] = Counter()
    for each in found:
        wanted[each.key] += each.n
    assert {group.key: group.n for group in groups} == dict(wanted)
    for group in groups:
        assert sum(group.domains.values()) == group.n
        assert not group.blockers or sum(b.n for b in group.blockers.values()) == group.n


@given(st.lists(alikes, max_size=30), st.randoms())
def test_the_order_in_which_they_come_changes_nothing(found: list[Alike], random: object) -> None:
    other = sorted(found, key=lambda _: random.random())  # type: ignore[attr-defined]
    told = [(d.title, d.text) for d in diagnose(gather(found))]
    assert told == [(d.title, d.text) for d in diagnose(gather(other))]


@given(st.lists(alikes, max_size=30))
def test_no_diagnosis_is_about_more_than_there_are(found: list[Alike]) -> None:
    groups = gather(found)
    for each in diagnose(groups):
        assert 0 < each.n <= sum(group.n for group in groups)


def test_every_verdict_has_its_cause() -> None:
    every = {each for each in vars(verdicts).values() if isinstance(each, Verdict)}
    assert every == set(BY_VERDICT)


def test_all_failures_are_one_provider_blocking_us() -> None:
    found = [refused(200, "outlook.com", S3150, "5.7.1"), refused(14, "live.ca", S3150, "5.7.1")]
    heard = Heard({"outlook.com": (200, 200), "live.ca": (14, 14), "club.test": (90, 0)})
    [told] = diagnose(gather(found), heard)
    assert told.title == (
        "All 214 failures have one cause: our mail server is blocked by Outlook.com and Hotmail."
    )
    assert "nobody was put on the Unsubscribes list" in told.text
    assert "any of the 214 we tried" in told.text
    assert told.link == "http://mail.live.com/mail/troubleshooting.aspx#errors"
    assert (told.n, told.key) == (214, "failed-blocked")


def test_a_part_of_a_provider_is_said_in_percent() -> None:
    groups = gather([refused(30, "gmail.com", "our ip is on a blocklist", "5.7.1")])
    [told] = diagnose(groups, Heard({"gmail.com": (40, 30)}, whole=False))
    assert "turned about 75 % of what we sent it away" in told.text
    [told] = diagnose(groups)
    assert "%" not in told.text


def test_a_list_is_named_by_whomever_it_was_asked() -> None:
    words = "554 5.7.1 Client host blocked using zen.spamhaus.org"
    [told] = diagnose(
        gather([refused(5, "a.test", words, "5.7.1"), refused(4, "b.test", words, "5.7.1")])
    )
    assert told.title.endswith("our mail server is on a block list of Spamhaus.")
    assert told.link == "https://check.spamhaus.org/"


def test_a_typing_mistake_counts_over_all_causes() -> None:
    found = [refused(30, "gmial.com", NO_USER, "5.1.1"), refused(1, "gmial.com", "", "5.1.2")]
    [told] = diagnose(gather(found))
    assert told.title == (
        "31 failures look like a typing mistake: gmial.com, where gmail.com was probably meant."
    )
    assert told.words == "@gmial.com"


def test_a_domain_that_is_gone_is_no_typing_mistake() -> None:
    found = [refused(12, "oldclub.test", "Domain not found", "5.1.2")]
    assert kinds(diagnose(gather(found))) == ["no_domain"]
    assert diagnose(gather([refused(1, "oldclub.test", "", "5.1.2")])) == []


def test_our_own_way_out_comes_first_and_greylisting_last() -> None:
    found = [
        refused(9, "a.test", "greylisted, come again", "4.7.1", "deferred"),
        refused(3, "outlook.com", S3150, "5.7.1"),
        refused(2, "b.test", "authentication failed", "535", "error"),
        refused(4, "c.test", "no DKIM signature", "5.7.20"),
    ]
    told = diagnose(gather(found))
    assert kinds(told) == ["sign_in", "blocked", "proof", "greylist"]
    assert told[-1].title == "9 messages wait for a second try: nothing to do."


def test_what_was_asked_to_come_again_until_the_end_was_given_up() -> None:
    [group] = gather([refused(1, "a.test", "try again later", "4.3.0", "error")])
    assert group.key == "failed-gave_up"
    [group] = gather([refused(1, "a.test", "mailbox full", "4.2.2", "error")])
    assert group.key == "failed-full"


@pytest.mark.parametrize(
    ("domain", "name"),
    [
        ("hotmail.co.uk", "Outlook.com and Hotmail"),
        ("msn.com", "Outlook.com and Hotmail"),
        ("googlemail.com", "Gmail"),
        ("yahoo.com.br", "Yahoo and AOL"),
        ("ns.sympatico.ca", "Bell and Sympatico"),
        ("wanadoo.fr", "Orange"),
        ("live.example.org", ""),
        ("notgmail.com", ""),
        ("gmail.com.evil.test", ""),
    ],
)
def test_a_provider_is_known_by_its_domains(domain: str, name: str) -> None:
    found = provider_of(domain)
    assert (found.name if found else "") == name


def test_a_company_at_a_large_provider_is_recognised_by_the_words() -> None:
    assert who_blocks("club.test", "[BN8.eop-nam11.prod.protection.outlook.com]").name == (
        "Microsoft 365"
    )
    assert who_blocks("club.test", "blocked").name == "club.test"


@pytest.mark.parametrize(
    "link",
    [
        "https://evil.test/sign-in",
        "https://outlook.com.evil.test/",
        "https://outlook.com@evil.test/",
        "https://[bad/",
        "javascript:alert(1)",
    ],
)
def test_a_link_of_a_stranger_is_not_offered(link: str) -> None:
    assert link_for(MICROSOFT, f"550 blocked, see {link}") == MICROSOFT.page


def test_those_that_a_provider_turned_away_for_now_wait_and_have_not_failed() -> None:
    [told] = diagnose(gather([refused(14, "outlook.com", S3150, "5.7.1", "deferred")]))
    assert told.title == (
        "Our mail server is blocked by Outlook.com and Hotmail: 14 messages wait."
    )
    assert "tried again by themselves" in told.text
