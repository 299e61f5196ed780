"""`sendout status` says how far a send-out has come, and who waits for it hears what for."""

from __future__ import annotations

import argparse
import json
from datetime import UTC, datetime

import pytest
from django.utils import timezone

from sendout.accounts.models import Organisation
from sendout.cli import status
from sendout.cli.problem import Problem
from sendout.cli.waiting import Watch
from sendout.deliveries.claim import claim
from sendout.deliveries.models import Delivery
from sendout.deliveries.record import Happening, record
from sendout.people.models import Participant
from sendout.senders.health import mark_down
from sendout.senders.models import Sender
from sendout.sendouts.models import SendOut
from tests.cli.sending import HTML, Files, ann, files, run, send

__all__ = ["ann", "files"]


def test_the_status_says_why_some_are_skipped(
    club: Organisation, email_sender: Sender, files: Files, capsys: pytest.CaptureFixture[str]
) -> None:
    people = "First name,Email\nAnn,a@example.org\nBen,a@example.org\nCem,\nDan,\n"
    assert send(*files(html=HTML, to=people)) == 0
    status.perform(argparse.Namespace(id=SendOut.objects.get().pk, org=None, json=False))
    said = capsys.readouterr().out.splitlines()
    assert said[-3:] == [
        "  Email: 4 recipients: 1 queued, 3 skipped",
        "    2 skipped: No email address is known.",
        "    1 skipped: Somebody else with the same email address gets it already.",
    ]


def test_the_status_of_a_send_out_is_said_in_words_and_by_exit_code(
    ann: Participant,
    email_sender: Sender,
    sms_sender: Sender,
    files: Files,
    capsys: pytest.CaptureFixture[str],
) -> None:
    send("--group", "Masters", *files(html=HTML, sms="Closed"))
    pk = SendOut.objects.get().pk
    for channel, kind in (("email", "bounced"), ("sms", "accepted")):
        (row,) = claim(pk, channel, 1, 10).claimed
        record([Happening(row.id, kind, datetime.now(UTC))])
    assert run(status, "status", str(pk)) == 0
    SendOut.objects.update(state="finished")
    capsys.readouterr()
    assert run(status, "status", str(pk)) == 1
    first, email, sms = capsys.readouterr().out.splitlines()
    assert first.startswith(f"Send-out {pk}, “Aqua Club news”: Sent")
    assert email == "  Email: 1 recipient: 1 bounced"
    assert sms == "  SMS: 1 recipient: 1 sent"
    with pytest.raises(Problem, match="there is no send-out 999999"):
        run(status, "status", "999999")


def test_the_newest_send_outs_of_an_organisation_are_listed(
    club: Organisation,
    ann: Participant,
    email_sender: Sender,
    files: Files,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run(status, "status", "--org", club.slug) == 0
    assert capsys.readouterr().out == f"{club.name} has sent nothing yet.\n"
    for _ in range(2):
        send("--group", "Masters", *files(html=HTML))
    newest, first = SendOut.objects.order_by("-pk")
    capsys.readouterr()
    assert run(status, "status", "--org", club.slug) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split(",")[0] for line in lines if not line.startswith(" ")] == [
        f"Send-out {newest.pk}",
        f"Send-out {first.pk}",
    ]
    assert run(status, "status", "--org", club.slug, "--json") == 0
    told = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [each["id"] for each in told] == [newest.pk, first.pk]
    with pytest.raises(Problem, match="there is no organisation"):
        run(status, "status", "--org", "nobody")


def test_who_waits_hears_once_that_a_sender_is_down(
    ann: Participant, email_sender: Sender, files: Files, capsys: pytest.CaptureFixture[str]
) -> None:
    send("--group", "Masters", *files(html=HTML))
    mark_down(email_sender.pk, "mail.example.org refuses the connection.")
    watch = Watch(SendOut.objects.get())
    capsys.readouterr()
    watch.look()
    watch.look()
    said = capsys.readouterr().err
    assert said.count("“Sandbox email” does not work: mail.example.org refuses") == 1


def test_who_waits_hears_what_for(
    ann: Participant, email_sender: Sender, files: Files, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ("--group", "Masters", *files(html=HTML))
    summer = datetime.now(UTC).year + 1
    send(*words, "--at", f"{summer}-07-01T09:30")
    send(*words)
    planned, begun = SendOut.objects.order_by("pk")
    refused = Delivery.objects.get(sendout=begun)
    record([Happening(refused.pk, "deferred", timezone.now(), attempt=1)])
    capsys.readouterr()
    for sendout, sentence in (
        (planned, f"waiting: it is scheduled for {summer}-07-01 09:30"),
        (begun, "some are refused for now and tried again by themselves"),
    ):
        watch = Watch(sendout)
        watch.look()
        watch.look()
        assert capsys.readouterr().err.count(sentence) == 1
