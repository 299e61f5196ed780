"""A real Postfix that refuses, delays and hangs up: each ends where it belongs, in plain words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.chaos.conftest import MakeSite
from tests.chaos.site import Site, time_flies
from tests.rigs.hanging_up import Relay
from tests.rigs.postfix import Postfix
from tests.rigs.sink import Plants

pytestmark = pytest.mark.postfix

MOVING = ["queued", "sending"]
FINE = [f"fine.{n}@example.test" for n in range(20)]


@dataclass(frozen=True)
class Case:
    """What Postfix does with a recipient, and how the delivery stands first, at last, and why."""

    rule: str
    first: str
    last: str
    reason: str


CASES = {
    "busy": Case(
        "450 4.2.1 Mailbox busy",
        "deferred",
        "error",
        "The receiving server asks us to try again later.",
    ),
    "grey": Case(
        "451 4.7.1 Greylisted",
        "deferred",
        "error",
        "The receiving server takes mail at a second try.",
    ),
    "nobody": Case("550 5.1.1 User unknown", "bounced", "bounced", "There is no such mailbox."),
    "full": Case("552 5.2.2 Mailbox full", "bounced", "bounced", "The mailbox is full."),
    "spam": Case(
        "550 5.7.1 This looks like spam",
        "error",
        "error",
        "The receiving server took the message for spam or refused what it contains.",
    ),
    "blocked": Case(
        "554 5.7.1 Your server is on a blocklist",
        "deferred",
        "error",
        "The receiving server blocks our sending server at the moment.",
    ),
    "cut": Case("DUNNO", "sent", "sent", ""),
    "slow": Case("sleep 2", "sent", "sent", ""),
    "mute": Case(
        "DUNNO",
        "deferred",
        "sent",
        "The connection ended after the message was handed over, before the answer came.",
    ),
}


def mailbox(name: str) -> str:
    """Give the address that Postfix treats so."""
    return f"{name}@example.test"


@pytest.fixture
def postfix() -> Iterator[Postfix]:
    rules = ", ".join(f"{{ {mailbox(name)} = {case.rule} }}" for name, case in CASES.items())
    more = (
        f"smtpd_recipient_restrictions = check_recipient_access inline:{{ {rules} }}\n"
        "smtpd_discard_ehlo_keywords = chunking\n"
    )
    with Postfix([*map(mailbox, CASES), *FINE], more=more) as server:
        yield server


def test_each_recipient_ends_in_the_right_status_with_the_right_words(
    make_site: MakeSite, postfix: Postfix, tmp_path: Path
) -> None:
    with Relay(postfix.port, cut=[mailbox("cut")], mute=[mailbox("mute")]) as relay:
        site = make_site(Plants(), relay.url)
        file = tmp_path / "all.csv"
        addresses = [*FINE[:10], *map(mailbox, CASES), *FINE[10:]]
        file.write_text("First name,Email\n" + "".join(f"Ann,{each}\n" for each in addresses))
        site.home.run("import", file, "--org", "aqua-club", "--group", "All")
        site.start_worker()
        sendout = site.send()
        site.wait_for("SELECT 1 FROM deliveries_count WHERE n > 0 AND status = ANY(%s)", MOVING)
        first = ending(site, sendout)
        assert first == {
            **{name: (case.first, case.reason) for name, case in CASES.items()},
            **{each.partition("@")[0]: ("sent", "") for each in FINE},
        }
        with time_flies(site):
            site.wait_until_finished()
        last = ending(site, sendout)
    for name, case in CASES.items():
        assert last[name] == (case.last, case.reason if case.last != "sent" else "")
    listed = site.ask("SELECT address, reason FROM suppression_suppression")
    assert listed == [(mailbox("nobody"), "bad_email")]
    came = {mailbox("slow"): 1, mailbox("cut"): 1, mailbox("mute"): 2, **dict.fromkeys(FINE, 1)}
    assert postfix.wait_for(sum(came.values())) == came
    marked = "SELECT address FROM deliveries_event JOIN deliveries_delivery d ON d.id = delivery_id"
    assert site.ask(f"{marked} WHERE kind = 'unsure'") == [(mailbox("mute"),)]


def ending(site: Site, sendout: int) -> dict[str, tuple[str, str]]:
    """Give status and reason of each recipient, by the name before the @."""
    rows = site.home.deliveries(sendout)
    return {row["address"].partition("@")[0]: (row["status"], row["reason"]) for row in rows}
