"""Thousands of texts through an SMPP provider that makes trouble, and through a worker's death."""

from __future__ import annotations

import csv
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

import pytest
from phonenumbers import parse, region_code_for_number

from sendout.core.addresses import read_phone
from sendout.core.money import read_amount
from tests.e2e.conftest import Home, Started
from tests.e2e.families import Person, make_list, read_list
from tests.e2e.test_main_job import CANCELLATION, SHARED, segments_of
from tests.rigs.smsc import Plan, Smsc

PACE = 100  # texts a second
TROUBLE = Plan(
    undeliv=0.03,
    expired=0.02,
    throttled=0.01,
    drop_at=(700,),
    answer_after=30,
    receipt_after=3_000,
    seed=26,
)
ENDS = {"DELIVRD": "delivered", "UNDELIV": "bounced", "EXPIRED": "bounced"}
PRICES = {"CA": 13_999, "": 90_001}  # millionths that a part costs: to Canada, to all others
ENDING_SECONDS = 120.0
MOST_LOST = 80  # texts on the way at once: four connections with a window of 20


@dataclass(frozen=True)
class Site:
    """An installation that sends SMS through the provider."""

    home: Home
    smsc: Smsc
    file: Path
    text: Path
    people: dict[str, Person]  # by E.164, who gets a text

    def send(self) -> None:
        """Start the send-out; the workers do the rest."""
        words = ("--to", self.file, "--sms", self.text, "--category", "operational")
        self.home.run("send", "--org", "aqua-club", *words)

    def statuses(self) -> dict[str, int]:
        """Give how many deliveries have which status."""
        sql = (
            "SELECT status, count(*) FROM deliveries_delivery WHERE status <> 'skipped' GROUP BY 1"
        )
        return dict(self.home.ask(sql))

    def lost(self) -> set[str]:
        """Give to whom something was on its way to the provider and never came, by its record."""
        parts, template = self.smsc.parts(), self.text.read_text().strip()
        wanted = {phone: segments_of(template, person) for phone, person in self.people.items()}
        return {phone for phone, segments in wanted.items() if parts[phone] < segments}

    def wait_until_all_is_told(self) -> None:
        """Wait until every delivery has come to its end, but for what the network swallowed."""
        end = time.monotonic() + ENDING_SECONDS
        while set(self.statuses()) - {"unknown"} != {"delivered", "bounced"} or (
            self.statuses().get("unknown", 0) > len(self.lost())  # receipts are still to come
        ):
            assert time.monotonic() < end, (
                self.statuses(),
                self.smsc.order("counts"),
                *(each.said[-2000:] for each in self.home.started),
            )
            time.sleep(0.3)


@pytest.fixture
def site(home: Home, tmp_path: Path) -> Iterator[Site]:
    file, text = tmp_path / "families.csv", tmp_path / "closed.txt"
    if SHARED.is_dir():
        file = SHARED / "participants" / "clean.csv"
        text = SHARED / "messages" / "cancellation.fr.txt"
    else:
        make_list(file, families=2_400)
        text.write_text(CANCELLATION)
    people: dict[str, Person] = {}
    for person in read_list(file):
        if phone := read_phone(person.phone, "CA"):
            people.setdefault(phone.normal, person)
    with Smsc(tmp_path, TROUBLE) as smsc:
        url = smsc.url + "?bad_number_errors=001&timeout=10"
        how = ("--channel", "sms", "--kind", "smpp", "--url", url, "--from", "AquaClub")
        home.run("sender", "add", "--org", "aqua-club", *how)
        home.ask("UPDATE senders_sender SET pace_count = %s", PACE)
        home.run("import", file, "--org", "aqua-club")
        for country, price in PRICES.items():
            home.ask(
                "INSERT INTO usage_price (organisation_id, channel, direction, country, price)"
                " SELECT id, 'sms', 'out', %s, %s FROM accounts_organisation",
                country,
                price,
            )
        yield Site(home, smsc, file, text, people)


def start(site: Site) -> Started:
    """Start a worker, and wait until it listens."""
    binds = site.smsc.order("counts").get("bind_receiver", 0)
    worker = site.home.start("worker")
    site.smsc.wait_for("bind_receiver", binds + 1, 60)
    return worker


def check_ends(site: Site) -> None:
    """Everybody got the text once, every row ended as the provider told, and all was taken in."""
    template = site.text.read_text().strip()
    rows = site.home.ask(
        "SELECT address, status, segments, error_code, accepted_at IS NOT NULL "
        "FROM deliveries_delivery WHERE status <> 'skipped'"
    )
    assert {row[0] for row in rows} == set(site.people)
    lost = site.lost()
    assert len(lost) <= MOST_LOST
    for address, status, segments, code, accepted in rows:
        fate = site.smsc.fate(address)
        if address in lost:  # nobody can know, unless a part came and failed: the staff is asked
            assert status == "unknown" or (status, ENDS[fate]) == ("bounced", "bounced")
            continue
        assert (address, status) == (address, ENDS[fate])
        if status == "bounced":
            assert code == {"UNDELIV": "number", "EXPIRED": "phone-off"}[fate]
        assert segments == segments_of(template, site.people[address])
        assert accepted
    people = site.people.items()
    said = {phone: [render(template, person)] for phone, person in people if phone not in lost}
    came = site.smsc.texts()
    assert {phone: texts for phone, texts in came.items() if phone not in lost} == said
    assert max(len(texts) for texts in came.values()) == 1  # nothing came twice
    parts = site.smsc.parts()
    assert all(parts[row[0]] == row[2] for row in rows if row[0] not in lost)
    listed = site.home.ask(
        "SELECT address FROM suppression_suppression WHERE reason = 'bad_number'"
    )
    bad = {row[0] for row in rows if row[3] == "number"}
    assert {address for (address,) in listed} == bad
    # The other parts of a text that bounced by its phone are about nothing any more.
    waiting = {phone for (phone,) in site.home.ask("SELECT phone FROM inbound_hookevent")}
    assert waiting <= {phone for phone in unheard(site) if site.smsc.fate(phone) != "DELIVRD"}


def check_charges(site: Site) -> None:
    """Each part of what was accepted is charged at its country's price, once; all else is free."""
    charged = Counter[str]()
    rows = site.home.ask(
        "SELECT address, country, segments, price, accepted_at IS NOT NULL, quoted IS NOT NULL, "
        "status FROM deliveries_delivery"
    )
    for address, country, segments, price, accepted, waits, status in rows:
        if not accepted:
            assert (address, price) == (address, 0)
            assert waits == (status == "unknown")
            continue
        assert country == region_code_for_number(parse(address))
        assert (address, price) == (address, segments * PRICES.get(country, PRICES[""]))
        charged.update({"n": 1, "segments": segments, "price": price})
    [ledger] = site.home.ask("SELECT sum(n), sum(segments), sum(price) FROM usage_usage")
    assert ledger == (charged["n"], charged["segments"], charged["price"])
    said = csv.DictReader(StringIO(site.home.run("export", "usage", "--org", "aqua-club")))
    assert sum(read_amount(line["price"]) for line in said) == charged["price"] > 0
    free = "SELECT sum(price) FROM deliveries_delivery WHERE status = ANY(%s)"
    assert site.home.ask(free, ["skipped", "error", "cancelled"])[0][0] in (0, None)


def unheard(site: Site) -> set[str]:
    """Give to whom a text was handed over whose answer was never heard."""
    sql = "SELECT DISTINCT address FROM deliveries_event JOIN deliveries_delivery d "
    rows = site.home.ask(f"{sql} ON d.id = delivery_id WHERE kind = 'unsure'")
    return {address for (address,) in rows}


def render(template: str, person: Person) -> str:
    """Fill in what one person reads."""
    text = template.replace("{{ first_name }}", person.first_name)
    return text.replace("{{ Child }}", person.child).replace("{{ Activity }}", person.activity)


def test_texts_through_a_provider_that_makes_trouble(site: Site) -> None:
    worker = start(site)
    begun = time.monotonic()
    site.send()
    site.wait_until_all_is_told()
    assert time.monotonic() - begun > len(site.people) / PACE * 0.9  # the pace was kept
    assert worker.end() == 0
    check_ends(site)
    check_charges(site)
    counts = site.smsc.order("counts")
    assert counts["dropped"] == 1
    assert counts["refused 88"] > 5
    assert counts["queue"] == 0
    assert 0 < len(unheard(site)) <= MOST_LOST


def test_a_killed_worker_leaves_no_text_unknown(site: Site) -> None:
    worker = start(site)
    site.send()
    site.smsc.wait_for("taken", len(site.people) // 3, 60)
    worker.process.kill()
    worker.process.wait()
    time.sleep(0.5)
    assert site.smsc.order("sessions") == []
    start(site)
    site.wait_until_all_is_told()
    check_ends(site)
    check_charges(site)
    assert unheard(site) - site.lost()  # some, and their receipts have told
    binds = Counter(line["bind"] for line in site.smsc.lines() if "bind" in line)
    assert binds["bind_receiver"] == 2
