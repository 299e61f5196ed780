"""The signed report: everybody is in it, it reads back, and whatever is changed is noticed."""

from __future__ import annotations

import argparse
import csv
import hashlib
import io
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob
from pypdf import PdfReader, PdfWriter

from sendout.accounts.models import Organisation, User
from sendout.cli import report as command
from sendout.cli.problem import Problem
from sendout.deliveries.freeze import send_now
from sendout.deliveries.models import Delivery
from sendout.deliveries.record import Happening, record
from sendout.people.models import Participant
from sendout.reports import apart, making
from sendout.reports.asking import OUR_FAULT, TASK, ask
from sendout.reports.files import copy
from sendout.reports.keys import make_key, signing_key
from sendout.reports.models import Report, SigningKey
from sendout.reports.signing import NotAReport, examine
from sendout.senders.models import Sender
from sendout.sendouts.models import SendOut
from tests.cast import sign_in
from tests.deliveries.conftest import MakeSendOut, sendout

__all__ = ["sendout"]

pytestmark = pytest.mark.django_db
PEOPLE = 130
LONG = "a" * 60 + "@" + "b" * 60 + ".example.org"


@pytest.fixture
def closure(
    club: Organisation, email_sender: Sender, sms_sender: Sender, sendout: MakeSendOut
) -> SendOut:
    Participant.objects.bulk_create(
        Participant(
            organisation=club,
            first_name="Zoé",
            last_name=f"Lévesque-Ørsted {n:03}",
            email=LONG if n == 7 else f"zoe{n}@example.org",
            email_normal=LONG if n == 7 else f"zoe{n}@example.org",
            phone=f"+1514555{n:04}",
        )
        for n in range(PEOPLE)
    )
    Participant.objects.create(organisation=club, first_name="=Nobody", last_name="Łódź")
    made = sendout(channels="both")
    SendOut.objects.filter(pk=made.pk).update(name="Fermé mardi")
    made.refresh_from_db()
    made.message.subject = "Fermé mardi"
    made.message.sms_text = "Fermé, {{ first_name }}"
    made.message.save()
    send_now(made)
    first = Delivery.objects.filter(sendout=made, channel="email").order_by("pk")[0]
    record([Happening(first.pk, "bounced", timezone.now(), "test", code="5.1.1")])
    return made


def make(closure: SendOut, member: User) -> Report:
    """Ask for the report on the page, and do the job as a worker does."""
    slug = closure.organisation.slug
    page = f"/o/{slug}/messages/{closure.pk}/signed-report/"
    before = ProcrastinateJob.objects.filter(task_name=TASK).count()
    for _ in range(2):  # whoever presses twice waits for the same one
        assert sign_in(member).post(page).status_code == 302
    assert ProcrastinateJob.objects.filter(task_name=TASK).count() == before + 1
    report = Report.objects.latest("pk")
    making.make(report.pk)
    report.refresh_from_db()
    assert report.state == "ready", report.error
    return report


def contents(report: Report, kind: str) -> bytes:
    file = io.BytesIO()
    copy(report, kind, file)
    return file.getvalue()


def test_everybody_is_in_it_and_it_reads_back(closure: SendOut, alice: User) -> None:
    report = make(closure, alice)
    pdf, rows = contents(report, "pdf"), contents(report, "csv")
    pages = [page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages]
    text = "\n".join(pages)
    for n in range(PEOPLE):
        assert text.count(f"Zoé Lévesque-Ørsted {n:03}") == 2  # by email, and by SMS
    for word in (
        "Report of “Fermé mardi”", "=Nobody Łódź", "12 Pool Street, Montréal QC", "Everyone",
        "There is no such mailbox", "No phone number is known", "America/Toronto",
        "Fermé, {{ first_name }}", hashlib.sha256(rows).hexdigest(),
    ):  # fmt: skip
        assert word in text, word
    assert LONG in text.replace("\n", "")  # in several lines of its cell
    assert all("Recipient" in page for page in pages[1:-1])  # the head of the table again
    assert pages[3].rstrip().endswith("4")
    found = list(csv.DictReader(io.StringIO(rows.decode("utf-8-sig"))))
    assert len(found) == report.recipients == 2 * (PEOPLE + 1)

    verdict = examine(io.BytesIO(pdf))
    assert verdict.unchanged
    assert verdict.signer == "Aqua Club"
    assert verdict.fingerprint == SigningKey.objects.get().fingerprint
    assert verdict.csv_sha256 == hashlib.sha256(rows).hexdigest()


def test_a_french_club_reads_reasons_in_french(closure: SendOut, alice: User) -> None:
    closure.organisation.language = "fr"
    closure.organisation.save()
    pages = PdfReader(io.BytesIO(contents(make(closure, alice), "pdf"))).pages
    text = "\n".join(page.extract_text() for page in pages)
    for word in ("Rapport", "Retourné", "Cette boîte aux lettres", "Aucun numéro de téléphone"):
        assert word in text, word
    for word in ("Bounced", "There is no such mailbox", "No phone number is known"):
        assert word not in text, word


def test_whatever_is_changed_is_noticed(
    closure: SendOut, alice: User, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    report = make(closure, alice)
    pdf, rows = contents(report, "pdf"), contents(report, "csv")
    (file := tmp_path / "report.pdf").write_bytes(pdf)
    (table := tmp_path / "report.csv").write_bytes(rows)

    def verify() -> int:
        given = argparse.Namespace(file=file, csv=table, json=False)
        return command.perform_verify(given)

    assert verify() == 0
    assert "signed by the organisation Aqua Club" in capsys.readouterr().out
    table.write_bytes(rows.replace(b"Bounced", b"Delivered"))
    assert verify() == 1
    assert "NOT the one that came with it" in capsys.readouterr().out
    table.write_bytes(rows)
    place = pdf.index(b"stream") + 200
    file.write_bytes(pdf[:place] + bytes([pdf[place] ^ 1]) + pdf[place + 1 :])
    assert verify() == 1
    assert "CHANGED" in capsys.readouterr().out
    file.write_bytes(pdf + b"\n% and more\n")
    assert verify() == 1
    file.write_bytes(pdf)
    SigningKey.objects.all().delete()
    assert verify() == 1
    assert "does NOT know" in capsys.readouterr().out
    for rubbish in (b"", b"%PDF-1.4 no", rows):
        file.write_bytes(rubbish)
        with pytest.raises(Problem, match="cannot be read as a signed PDF"):
            verify()


def test_a_new_key_signs_and_the_old_one_is_still_known(closure: SendOut, alice: User) -> None:
    first = signing_key(closure.organisation)
    old = contents(make(closure, alice), "pdf")
    second = make_key(closure.organisation)
    new = contents(make(closure, alice), "pdf")
    assert examine(io.BytesIO(old)).fingerprint == first.fingerprint
    assert examine(io.BytesIO(new)).fingerprint == second.fingerprint
    assert "PRIVATE" not in first.sealed
    with pytest.raises(NotAReport, match="not signed"):
        examine(_unsigned())


def _unsigned() -> io.BytesIO:
    file = io.BytesIO()
    writer = PdfWriter()
    writer.add_blank_page(100, 100)
    writer.write(file)
    file.seek(0)
    return file


def test_a_process_that_dies_over_a_report_leaves_a_sentence(
    closure: SendOut, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    report = ask(closure, alice)
    dies = [sys.executable, "-c", "import os; os.abort()"]
    monkeypatch.setattr(apart, "CHILD", dies)
    with pytest.raises(subprocess.CalledProcessError):
        apart.run_report(report.pk)
    report.refresh_from_db()
    assert (report.state, report.error) == ("failed", OUR_FAULT)


def test_a_report_that_was_made_meanwhile_stays(
    closure: SendOut, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As when a worker dies over it, and its process goes on beside the one of another worker."""
    report = ask(closure, alice)
    write = making.write

    def write_late(*words: Any) -> int:
        monkeypatch.setattr(making, "write", write)
        making.make(report.pk)
        return write(*words)

    monkeypatch.setattr(making, "write", write_late)
    making.make(report.pk)
    report.refresh_from_db()
    assert report.state == "ready"
    assert examine(io.BytesIO(contents(report, "pdf"))).unchanged


def test_what_has_not_left_has_no_report(
    club: Organisation, alice: User, email_sender: Sender, sendout: MakeSendOut
) -> None:
    draft, browser = sendout(), Client()
    browser.force_login(alice)
    page = f"/o/aqua-club/messages/{draft.pk}/signed-report/"
    assert "has not been sent" in browser.post(page, follow=True).content.decode()
    assert not Report.objects.exists()
