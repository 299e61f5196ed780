"""`sendout sender add` gives an organisation a way out, and keeps its password to itself."""

from __future__ import annotations

import argparse

import pytest

from sendout.accounts.models import Organisation
from sendout.cli import sender as command
from sendout.cli.problem import Problem
from sendout.senders.models import Sender
from sendout.senders.vault import unseal

SMTP = ["--channel", "email", "--kind", "smtp", "--from", "office@example.org"]


def run(*words: str) -> int:
    parser = argparse.ArgumentParser()
    command.register(parser.add_subparsers())
    arguments = parser.parse_args(["sender", "add", "--org", "aqua-club", *words])
    return int(arguments.perform(arguments))


def test_a_mail_server_is_stored_with_its_password_sealed(
    club: Organisation, capsys: pytest.CaptureFixture[str]
) -> None:
    run(*SMTP, "--url", "smtp://office:s3cr%40t@mail.example.org:587/?tls=starttls")
    sender = Sender.objects.get()
    assert sender.config["host"] == "mail.example.org"
    assert unseal(sender.secrets) == {"password": "s3cr@t"}
    assert "s3cr" not in capsys.readouterr().out + str(sender.config)


def test_the_first_sender_of_a_channel_is_its_default_until_another_is_asked_for(
    club: Organisation,
) -> None:
    url = ["--url", "smtp://localhost:2525"]
    run(*SMTP, *url, "--name", "One")
    run(*SMTP, *url, "--name", "Two")
    assert Sender.objects.get(is_default=True).name == "One"
    run(*SMTP, *url, "--name", "Three", "--default")
    assert Sender.objects.get(is_default=True).name == "Three"


def test_a_sandbox_needs_nothing_more(club: Organisation) -> None:
    run("--channel", "sms", "--kind", "sandbox")
    run("--channel", "email", "--kind", "sandbox", "--url", "sandbox:?bounce_rate=0.02")
    assert [(s.channel, s.name, s.is_default) for s in Sender.objects.order_by("channel")] == [
        ("email", "Email (sandbox)", True),
        ("sms", "SMS (sandbox)", True),
    ]


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (SMTP, "--url is missing"),
        ([*SMTP, "--url", "http://x"], "--url: .*begins with smtp"),
        ([*SMTP, "--url", "smtp://h:1/?tls=maybe"], "--url: tls is one of"),
        ([*SMTP, "--url", "smtp://u:s3cret@h:port/"], "--url: .*port"),
        (["--channel", "sms", "--kind", "smtp", "--url", "smtp://h"], "--from is missing"),
        (["--channel", "email", "--kind", "smtp", "--url", "smtp://h"], "--from is missing"),
        ([*SMTP[:-1], "office", "--url", "smtp://h"], "--from: .*has no @"),
    ],
)
def test_bad_input_is_said_with_the_option_and_leaves_nothing(
    club: Organisation, words: list[str], sentence: str
) -> None:
    with pytest.raises(Problem, match=sentence) as problem:
        run(*words)
    assert "s3cret" not in str(problem.value)
    assert not Sender.objects.exists()


def test_an_unknown_organisation_is_said_with_the_remedy(db: None) -> None:
    with pytest.raises(Problem, match='no organisation "aqua-club"; `sendout org create'):
        run(*SMTP, "--url", "smtp://h")


def test_a_name_that_is_taken_is_said(club: Organisation) -> None:
    run(*SMTP, "--url", "smtp://h", "--name", "Post")
    with pytest.raises(Problem, match='has a sender "Post" already'):
        run(*SMTP, "--url", "smtp://h", "--name", "Post")
