"""Mails of servers that nobody sent us: written anew, for the reader to have never seen them."""

from __future__ import annotations

import pytest

from sendout.core.bounces.reading import read
from tests.core.bounces.unseen import answers, exchange, gateways, unix, webmail
from tests.core.bounces.unseen.case import Case, Told

ALL: dict[str, Case] = {
    name: case
    for family in (exchange, unix, webmail, gateways, answers)
    for name, case in family.CASES.items()
}


@pytest.mark.parametrize("name", ALL)
def test_a_mail_never_seen_is_understood(name: str) -> None:
    case = ALL[name]
    reading = read(case.raw)
    found = [Told(each.action, each.cause, each.hard, each.address) for each in reading.reports]
    assert (reading.kind, found) == (case.kind, list(case.told))


@pytest.mark.parametrize("name", [name for name in ALL if ALL[name].kind == "bounce"])
def test_what_it_means_is_said_to_the_staff(name: str) -> None:
    for each in read(ALL[name].raw).reports:
        assert each.plain.endswith(".")


def test_there_are_many_and_no_two_are_the_same() -> None:
    families = (exchange, unix, webmail, gateways, answers)
    assert len(ALL) == sum(len(family.CASES) for family in families) >= 100
    assert len({case.raw for case in ALL.values()}) == len(ALL)
