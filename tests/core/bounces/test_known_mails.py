"""The mails that flufl.bounce is tested with: a quarter of a century of servers.

`.ci/run` unpacks its source package; its own tests say which addresses each mail is about, and
whether for good.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from sendout.core.bounces.reading import read
from sendout.core.bounces.verdicts import Cause
from tests.rigs import give_up

FETCHED = Path(__file__).parents[2] / "peers" / "fetched" / "mails"
MAILS = 117

# For good says flufl.bounce of each mail that came back; we say of these that it may pass.
SOFT = {
    Cause.MAILBOX_FULL: "dsn_04 hotpop_01 newmailru_01 postfix_04 qmail_02 qmail_06 qmail_07 "
    "simple_01 simple_07 simple_09 simple_14 simple_38 simple_45 yahoo_02 yahoo_04",
    Cause.EXPIRED: "bounce_03 dsn_02 simple_32 smtp32_01 smtp32_02 yahoo_01",
    Cause.NETWORK: "postfix_02 postfix_03 simple_24",
    Cause.ADDRESS: "simple_44",  # 4.4.4, and the domain is not found
}
# What we find where flufl.bounce, or the one part of it that is asked, finds nothing or otherwise.
OTHERWISE = {
    "bounce_01": {""},  # a bounce, of a name without a domain
    "dumbass_01": {"python-list@python.org"},  # from the returned headers
    "simple_42": {"david...@gmail.com"},
    "simple_43": {"test-a@listserv.our-domain.de"},  # from the returned headers
    "yale_01": {"userx@mr2.its.yale.edu"},  # a name without a domain, at the server that wrote
}


@pytest.fixture(scope="module")
def source() -> Path:
    """Give the unpacked source package."""
    found = next(FETCHED.glob("flufl_bounce-*"), None) if FETCHED.exists() else None
    return found or give_up("flufl.bounce is not unpacked in tests/peers/fetched/mails")


@pytest.fixture(scope="module")
def expected(source: Path) -> dict[str, tuple[set[str], bool]]:
    """Give the addresses that each mail is about, and whether they are only delayed."""
    found: dict[str, tuple[set[str], bool]] = {"llnl_01": ({"user1@example.gov"}, False)}
    for _, file, addresses, delayed in _table(source / "tests" / "test_detectors.py"):
        name = file.removesuffix(".txt")
        known, _ = found.get(name, (set(), False))
        found[name] = (known | {each.decode().lower() for each in addresses}, delayed)
    return found


def _table(tests: Path) -> list[tuple[str, str, list[bytes], bool]]:
    for statement in ast.parse(tests.read_text()).body:
        match statement:
            case ast.Assign(targets=[ast.Name(id="DETECTORS")], value=value):
                table: list[tuple[str, str, list[bytes], bool]] = ast.literal_eval(value)
                return table
    raise AssertionError(f"{tests} has no table DETECTORS")


def mails(source: Path) -> Iterator[tuple[str, bytes]]:
    """Give each mail with its name."""
    for path in sorted((source / "tests" / "data").glob("*.txt")):
        yield path.stem, path.read_bytes()


def test_every_address_is_found(source: Path, expected: dict[str, tuple[set[str], bool]]) -> None:
    found = {
        name: {each.address.lower() for each in read(raw).reports} for name, raw in mails(source)
    }
    assert len(found) == MAILS
    wanted = {name: OTHERWISE.get(name, expected.get(name, (set(), False))[0]) for name in found}
    assert found == wanted


def test_each_is_hard_or_soft_as_its_reason_is(
    source: Path, expected: dict[str, tuple[set[str], bool]]
) -> None:
    soft = {name: cause for cause, names in SOFT.items() for name in names.split()}
    for name, raw in mails(source):
        delayed = expected.get(name, (set(), False))[1]
        for each in read(raw).reports:
            assert each.action == ("delayed" if delayed else "failed"), name
            assert each.hard == (not delayed and name not in soft), name
            assert each.cause == soft.get(name, each.cause), name


def test_what_is_no_bounce_names_nobody(source: Path) -> None:
    kinds = {name: read(raw).kind for name, raw in mails(source)}
    others = {name: kind for name, kind in kinds.items() if kind != "bounce"}
    assert others == {"groupwise_03": "unknown", "qmail_08": "auto_reply"}
