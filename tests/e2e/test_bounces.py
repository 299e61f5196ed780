"""A thousand emails through a relay that takes them all; what became of them comes back as mail."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.e2e.conftest import Home
from tests.rigs.dovecot import Dovecot
from tests.rigs.greylist import Greylist
from tests.rigs.postfix import Postfix

pytestmark = pytest.mark.postfix

PASSWORD = "swim&skate"
PATIENCE = 150.0  # seconds until everything has come back
LATE = 9.0  # seconds that greylisted mail waits; the relay tells us so before


@dataclass(frozen=True)
class Kind:
    """Some recipients: what the far server says to them, and what becomes of their message."""

    count: int
    rule: str
    status: str
    reason: str = ""
    listed: bool = False


KINDS = {
    "fine": Kind(900, "", "sent"),
    "nobody": Kind(
        40, "550 5.1.1 User unknown", "bounced", "There is no such mailbox.", listed=True
    ),
    "full": Kind(20, "552 5.2.2 Mailbox full", "bounced", "The mailbox is full."),
    "blocked": Kind(
        20,
        "554 5.7.1 Your server is on a blocklist",
        "bounced",
        "The receiving server blocks our sending server at the moment.",
    ),
    "grey": Kind(20, "", "sent"),
}
TOTAL = sum(kind.count for kind in KINDS.values())
RELAY = """\
mynetworks = 127.0.0.0/8
smtpd_relay_restrictions = permit_mynetworks, reject
relay_domains = example.test
relay_transport = smtp:[127.0.0.1]:{far}
recipient_delimiter = +
queue_run_delay = 2s
minimal_backoff_time = 2s
maximal_backoff_time = 3s
delay_warning_time = 3s
"""
ADD_MAILBOX = """
from sendout.accounts.models import Organisation
from sendout.returns.entering import put_settings
from sendout.returns.models import Mailbox
mailbox = Mailbox(organisation=Organisation.objects.get(), name="Bounces", kind="imap")
put_settings(mailbox, {settings})
mailbox.save()
"""


def addresses(name: str) -> list[str]:
    """Give the addresses of one kind of recipients."""
    return [f"{name}.{number}@example.test" for number in range(KINDS[name].count)]


@dataclass(frozen=True)
class Post:
    """The relay, and the mailbox that it brings bounces to."""

    relay: Postfix
    grey: Greylist
    dovecot: Dovecot


@pytest.fixture
def post() -> Iterator[Post]:
    """Run the far server, the relay before it, and the mailbox."""
    everybody = [each for name in KINDS for each in addresses(name)]
    rules = ", ".join(
        f"{{ {each} = {kind.rule} }}"
        for name, kind in KINDS.items()
        for each in addresses(name)
        if kind.rule
    )
    with ExitStack() as stack:
        grey = stack.enter_context(Greylist(addresses("grey"), LATE))
        policy = f"check_policy_service inet:127.0.0.1:{grey.port}"
        access = f"check_recipient_access inline:{{ {rules} }}"
        more = f"smtpd_recipient_restrictions = {access}, {policy}\n"
        far = stack.enter_context(Postfix(everybody, more=more))
        near = Postfix(["bounces@club.test"], more=RELAY.format(far=far.port))
        relay = stack.enter_context(near)
        dovecot = stack.enter_context(Dovecot({"bounces": PASSWORD}))
        (dovecot.folder / "mail" / "bounces").symlink_to(relay.folder / "mail/club.test/bounces")
        yield Post(relay, grey, dovecot)


@pytest.fixture
def site(home: Home, post: Post, tmp_path: Path) -> Home:
    """Have everybody imported, a sender with a bounce address, and its mailbox."""
    people = tmp_path / "people.csv"
    rows = (f"Ann,{each}\n" for name in KINDS for each in addresses(name))
    people.write_text("First name,Email\n" + "".join(rows))
    words = ("--kind", "smtp", "--url", post.relay.url, "--from", "office@club.test")
    home.run("sender", "add", "--org", "aqua-club", "--channel", "email", *words)
    home.ask("UPDATE senders_sender SET bounce_address = 'bounces@club.test'")
    home.run("import", people, "--org", "aqua-club", "--group", "All")
    settings = {
        "host": "127.0.0.1",
        "port": post.dovecot.imap,
        "username": "bounces",
        "password": PASSWORD,
        "ca_file": str(post.dovecot.certificates.authority),
    }
    script = ADD_MAILBOX.replace("{settings}", repr(settings))
    home.run("manage", "shell", "--no-imports", "--command", script)
    return home


def statuses(home: Home) -> Counter[tuple[str, str]]:
    """Count the kinds of recipients by status."""
    rows = home.ask("SELECT address, status FROM deliveries_delivery")
    return Counter((address.partition(".")[0], status) for address, status in rows)


def delays(home: Home) -> int:
    """Count those whose delay was told."""
    [[count]] = home.ask(
        "SELECT count(DISTINCT delivery_id) FROM deliveries_event WHERE kind = 'delayed'"
    )
    return int(count)


def test_each_message_ends_as_its_bounce_says(site: Home, post: Post, tmp_path: Path) -> None:
    worker = site.start("worker")
    news = tmp_path / "news.html"
    news.write_text("<title>News</title><p>Hi {{ first_name }}, the pool is open.</p>")
    site.run("send", "--org", "aqua-club", "--group", "All", "--html", news)
    expected = Counter({(name, kind.status): kind.count for name, kind in KINDS.items()})
    end = time.monotonic() + PATIENCE
    while statuses(site) != expected or delays(site) < KINDS["grey"].count:
        site.ask("UPDATE returns_mailbox SET look_at = now()")
        assert time.monotonic() < end, (statuses(site), delays(site), worker.said)
        time.sleep(0.5)
    [[sendout]] = site.ask("SELECT id FROM sendouts_sendout")
    reasons = {(r["address"].partition(".")[0], r["reason"]) for r in site.deliveries(sendout)}
    assert reasons == {(name, kind.reason) for name, kind in KINDS.items()}
    listed = site.ask("SELECT address, reason FROM suppression_suppression")
    assert sorted(listed) == sorted((each, "bad_email") for each in addresses("nobody"))
    assert set(post.grey.refused) == set(addresses("grey"))
    assert site.ask("SELECT state, reason FROM returns_returnedmail") == []
    assert post.dovecot.mails("bounces") == 0
    assert worker.end() == 0
