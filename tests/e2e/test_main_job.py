"""The main job as a new user does it: participants in, email and SMS out, every delivery seen."""

from __future__ import annotations

import json
import subprocess
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from math import ceil
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.conftest import Home
from tests.e2e.families import Person, by_mailbox, make_list, read_list
from tests.rigs import require
from tests.rigs.postfix import Postfix

pytestmark = pytest.mark.postfix

ROOT = Path(__file__).parents[2]
SHARED = ROOT.parent / "shared" / "data"
PEERS = ROOT / "tests" / "peers"
NEWSLETTER = """<!doctype html><html><head><title>Aqua Club news</title></head><body>
<h1>For {{ first_name }} {{ last_name }}</h1><p>Hi {{ first_name }},</p>
<p>Here is what is new for {{ Child }} in {{ Activity }}. .</p>
<p><a href="https://aquaclub.example.org/register?a=1&amp;b=2">Read more</a></p></body></html>
"""
CANCELLATION = (
    "Bonjour {{ first_name }}, le cours de {{ Child }} ({{ Activity }}) est annulé ce soir : la "
    "piscine est fermée jusqu'à 20 h. Reprise samedi à 9 h. Détails : https://aquaclub.example.org/"
)
# 3GPP TS 23.038, tables 6.2.1 and 6.2.1.1
GSM = set(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    "ÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
GSM_TWICE = set("^{}\\[~]|€\f")


@dataclass(frozen=True)
class Case:
    """A list to send to, and what is said."""

    people: list[Person]
    file: Path
    html: Path
    sms: Path
    once_per: str

    @property
    def expected(self) -> dict[str, list[Person]]:
        """Give whom each mailbox gets a mail for."""
        shared = by_mailbox(self.people)
        most = 1 if self.once_per == "address" else None
        return {mailbox: people[:most] for mailbox, people in shared.items()}


@pytest.fixture(params=["families", "families, each", "clean.csv"])
def case(request: pytest.FixtureRequest, tmp_path: Path) -> Case:
    """A list of 260 made here; with the sample files at hand also their 3,000."""
    if request.param == "clean.csv":
        if not SHARED.is_dir():
            pytest.skip("the sample files are not here")
        file = SHARED / "participants" / "clean.csv"
        html, sms = (SHARED / "messages" / n for n in ("newsletter.html", "cancellation.fr.txt"))
        return Case(read_list(file), file, html, sms, "address")
    file, html, sms = (tmp_path / n for n in ("families.csv", "newsletter.html", "closed.txt"))
    make_list(file, families=200)
    html.write_text(NEWSLETTER)
    sms.write_text(CANCELLATION)
    once_per = "participant" if request.param == "families, each" else "address"
    return Case(read_list(file), file, html, sms, once_per)


@pytest.fixture
def postfix(case: Case) -> Iterator[Postfix]:
    with Postfix(case.expected) as server:
        yield server


def test_everybody_gets_what_is_theirs(home: Home, case: Case, postfix: Postfix) -> None:
    answer = send(home, case, postfix)
    rows = home.deliveries(answer["id"])
    check_rows(rows, case, home)
    check_totals(answer, rows)
    check_segments(rows, case)
    wanted = {mailbox: len(people) for mailbox, people in case.expected.items()}
    assert postfix.wait_for(sum(wanted.values())) == wanted
    mails = read_mails(postfix)
    check_mails(mails, case)
    check_by_a_second_parser(mails)
    again = home.json("status", str(answer["id"]), "--json")
    assert again == answer | {"counts": again["counts"], "status": again["status"]}


def send(home: Home, case: Case, postfix: Postfix) -> dict[str, Any]:
    """Do what a new user does, from the first command to the last."""
    org = ("--org", "aqua-club")
    mail = ("--url", postfix.url + "/?tls=none", "--from", "office@aquaclub.example.org")
    home.run("sender", "add", *org, "--channel", "email", "--kind", "smtp", *mail)
    home.run("sender", "add", *org, "--channel", "sms", "--kind", "sandbox")
    home.run("import", case.file, *org)
    texts = ("--html", case.html, "--sms", case.sms, "--category", "marketing")
    more = ("--once-per", case.once_per, "--wait", "--json")
    answer: dict[str, Any] = home.json("send", *org, "--to", case.file, *texts, *more)
    return answer


def check_rows(rows: list[dict[str, Any]], case: Case, home: Home) -> None:
    """Everybody has one row for each channel, with a reason where nothing was sent."""
    exported = ("export", "participants", "--org", "aqua-club", "--format", "json")
    known = {person["id"]: person for person in home.json(*exported)}
    assert len(known) == len(case.people)
    seen = Counter((row["participant"], row["channel"]) for row in rows)
    assert seen == {(pk, channel): 1 for pk in known for channel in ("email", "sms")}
    reached = sum(len(people) for people in case.expected.values())
    sent = [row for row in rows if row["channel"] == "email" and row["status"] != "skipped"]
    assert len(sent) == reached
    assert {row["status"] for row in sent} == {"sent"}
    assert len({row["provider_ref"] for row in sent}) == reached
    assert all(bool(row["reason"]) == (row["status"] == "skipped") for row in rows)
    assert all(row["sent_at"] for row in sent)


def check_totals(answer: dict[str, Any], rows: list[dict[str, Any]]) -> None:
    """The totals by status add up to the rows."""
    assert answer["state"] == "finished"
    assert answer["seconds"] > 0
    for channel in ("email", "sms"):
        statuses = Counter(row["status"] for row in rows if row["channel"] == channel)
        counts = answer["counts"][channel]
        assert sum(counts.values()) == statuses.total()
        assert counts.get("skipped", 0) == statuses["skipped"]
    assert answer["counts"]["email"] == Counter(
        row["status"] for row in rows if row["channel"] == "email"
    )


def check_segments(rows: list[dict[str, Any]], case: Case) -> None:
    """Each SMS is billed as many parts as its own text has; those skipped as none."""
    template = case.sms.read_text().strip()
    expected = [segments_of(template, person) for person in case.people]
    texts = sorted((row for row in rows if row["channel"] == "sms"), key=lambda r: r["participant"])
    for row, segments in zip(texts, expected, strict=True):
        assert row["segments"] == (0 if row["status"] == "skipped" else segments)
    assert len(set(expected)) > 1


def segments_of(template: str, person: Person) -> int:
    """Count the parts of one person's text, by the standard."""
    text = template.replace("{{ first_name }}", person.first_name)
    text = text.replace("{{ Child }}", person.child).replace("{{ Activity }}", person.activity)
    if set(text) <= GSM | GSM_TWICE:
        units, single, part = sum(1 + (c in GSM_TWICE) for c in text), 160, 153
    else:
        units, single, part = len(text.encode("utf-16-le")) // 2, 70, 67
    return 1 if units <= single else ceil(units / part)


def read_mails(postfix: Postfix) -> dict[Path, EmailMessage]:
    """Read everything that arrived with the standard library; by maildir file."""
    files = sorted((postfix.folder / "mail").glob("*/*/new/*"))
    return {file: message_from_bytes(file.read_bytes(), policy=policy.default) for file in files}


def check_mails(mails: dict[Path, EmailMessage], case: Case) -> None:
    """By the standard library every mail is whole, and speaks to its own reader."""
    by_mailbox = defaultdict(list)
    for file, mail in mails.items():
        mailbox = f"{file.parent.parent.name}@{file.parent.parent.parent.name}"
        check_mail(mail, mailbox)
        by_mailbox[mailbox].append(mail)
    for mailbox, people in case.expected.items():
        for person in people:
            assert any(speaks_to(mail, person) for mail in by_mailbox[mailbox]), person
    assert len({mail["Message-ID"] for mail in mails.values()}) == len(mails)


def check_mail(mail: EmailMessage, mailbox: str) -> None:
    assert not [defect for part in mail.walk() for defect in part.defects]
    assert mail.get_content_type() == "multipart/alternative"
    assert mail["To"].addresses[0].addr_spec.lower() == mailbox
    assert mail["Subject"] == "Aqua Club news"
    assert mail["Date"].datetime is not None
    assert mail["Message-ID"].endswith("@aquaclub.example.org>")
    assert mail["List-Unsubscribe"].startswith("<http")
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    for kind in ("plain", "html"):
        assert "{{" not in mail.get_body((kind,)).get_content()


def speaks_to(mail: EmailMessage, person: Person) -> bool:
    plain = mail.get_body(("plain",)).get_content()
    return f"Hi {person.first_name}," in plain and f" {person.child} " in plain


def check_by_a_second_parser(mails: dict[Path, EmailMessage]) -> None:
    """By another library every mail says the same."""
    node = require("node")
    if not (PEERS / "node_modules" / "mailparser").is_dir():
        subprocess.run([require("npm"), "ci", "--silent"], cwd=PEERS, check=True)
    done = subprocess.run(
        [node, str(PEERS / "read-mails.cjs")],
        input="\n".join(map(str, mails)),
        capture_output=True,
        text=True,
        check=True,
    )
    read = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(read) == len(mails)
    for theirs in read:
        check_agreement(theirs, mails[Path(theirs["file"])])


def check_agreement(theirs: dict[str, Any], ours: EmailMessage) -> None:
    """Two parsers read the same out of one mail."""
    assert theirs["attachments"] == 0
    assert theirs["subject"] == ours["Subject"]
    assert theirs["messageId"] == ours["Message-ID"]
    assert theirs["date"].startswith(f"{ours['Date'].datetime:%Y-%m-%dT%H:%M:%S}")
    for name in ("from", "to"):
        address = ours[name].addresses[0]
        assert theirs[name] == [{"address": address.addr_spec, "name": address.display_name}]
    assert f"<{theirs['unsubscribe']}>" == ours["List-Unsubscribe"]
    assert theirs["oneClick"] == "List-Unsubscribe=One-Click"
    for name, kind in (("text", "plain"), ("html", "html")):
        content = ours.get_body((kind,)).get_content().replace("\r\n", "\n")
        assert theirs[name].strip() == content.strip()
