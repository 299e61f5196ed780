"""`sendout sender add` gives an organisation a way out, and keeps its password to itself."""

from __future__ import annotations

import argparse
from pathlib import Path

import pytest

from sendout.accounts.models import Organisation
from sendout.cli import sender as command
from sendout.cli.problem import Problem
from sendout.core.message.dkim import make_key, to_pem
from sendout.senders import signing
from sendout.senders.models import Sender
from sendout.senders.vault import unseal

SMTP = ["--channel", "email", "--kind", "smtp", "--from", "office@example.org"]


TWILIO = ["--channel", "sms", "--kind", "twilio", "--from", "+15145550100"]


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
    club: Organisation, capsys: pytest.CaptureFixture[str]
) -> None:
    url = ["--url", "smtp://localhost:2525"]
    run(*SMTP, *url, "--name", "One")
    assert capsys.readouterr().out == 'Aqua Club sends Email through "One" now.\n'
    run(*SMTP, *url, "--name", "Two")
    assert 'Aqua Club goes on with "One" where no sender is named' in capsys.readouterr().out
    assert Sender.objects.get(is_default=True).name == "One"
    run(*SMTP, *url, "--name", "Three", "--default")
    assert 'sends Email through "Three" now' in capsys.readouterr().out
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
        ([*TWILIO, "--url", "twilio:?account_sid=s3cret"], "--url: auth_token is missing"),
        ([*TWILIO, "--url", "https://api.twilio.com"], "--url: .*begins with twilio:"),
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


@pytest.mark.parametrize(
    ("kind", "url", "hidden"),
    [
        ("twilio", f"twilio:?account_sid=AC{'0a' * 16}&auth_token=s3cr%26t", "auth_token"),
        ("vonage", "vonage:?api_key=abcd1234&api_secret=s3cr%26t", "api_secret"),
        ("http", "kannel:?username=sendout&password=s3cr%26t", "password"),
        ("http", "android:?username=sms&password=s3cr%26t", "password"),
    ],
)
def test_a_provider_of_texts_is_stored_and_told_where_to_call(
    club: Organisation, capsys: pytest.CaptureFixture[str], kind: str, url: str, hidden: str
) -> None:
    run("--channel", "sms", "--kind", kind, "--from", "514 555-0100", "--url", url)
    sender = Sender.objects.get()
    assert (sender.from_address, sender.is_default) == ("+15145550100", True)
    assert unseal(sender.secrets) == {hidden: "s3cr&t"}
    said = capsys.readouterr().out
    assert "/hooks/sms/" in said
    assert "s3cr" not in said


def test_an_unknown_organisation_is_said_with_the_remedy(db: None) -> None:
    with pytest.raises(Problem, match='no organisation "aqua-club"; `sendout org create'):
        run(*SMTP, "--url", "smtp://h")


def test_a_name_that_is_taken_is_said(club: Organisation) -> None:
    run(*SMTP, "--url", "smtp://h", "--name", "Post")
    with pytest.raises(Problem, match='has a sender "Post" already'):
        run(*SMTP, "--url", "smtp://h", "--name", "Post")


def test_bounces_come_back_to_an_address_of_their_own(club: Organisation) -> None:
    url = ["--url", "smtp://localhost:2525"]
    run(*SMTP, *url, "--bounces", "bounces@example.org")
    assert Sender.objects.get().bounce_address == "bounces@example.org"
    for wrong in ("nobody", "a-very-long-word-for-bounces@example.org"):
        with pytest.raises(Problem, match="--bounces: "):
            run(*SMTP, *url, "--name", "Two", "--bounces", wrong)
    with pytest.raises(Problem, match="esp takes bounces itself"):
        run("--channel", "email", "--kind", "esp", "--from", "a@x.org", "--bounces", "b@x.org")


def sign(*words: str) -> int:
    parser = argparse.ArgumentParser()
    command.register(parser.add_subparsers())
    arguments = parser.parse_args(["sender", "dkim", "--org", "aqua-club", *words])
    return int(arguments.perform(arguments))


@pytest.fixture
def office(club: Organisation) -> Sender:
    run(*SMTP, "--url", "smtp://localhost:2525", "--name", "Office")
    return Sender.objects.get()


def test_a_sender_gets_a_signature_and_its_owner_the_records(
    office: Sender, capsys: pytest.CaptureFixture[str]
) -> None:
    sign("--name", "Office", "--make", "both", "--on")
    office.refresh_from_db()
    rsa, ed25519 = signing.records(office)
    said = capsys.readouterr().out
    assert f'{ed25519.name}. IN TXT "{ed25519.value}"' in said
    [line] = [line for line in said.splitlines() if line.startswith("sendout._domainkey.")]
    pieces = line.partition(" IN TXT ")[2].split('"')[1::2]
    assert "".join(pieces) == rsa.value
    assert max(map(len, pieces)) <= 255
    assert "signed now" in said
    assert "PRIVATE" not in said
    assert office.dkim_on


def test_new_keys_wait_until_they_are_switched_on(office: Sender) -> None:
    sign("--name", "Office", "--on")
    sign("--name", "Office", "--make", "rsa")
    office.refresh_from_db()
    assert not office.dkim_on
    sign("--name", "Office", "--on")
    sign("--name", "Office")
    office.refresh_from_db()
    assert office.dkim_on
    sign("--name", "Office", "--off")
    office.refresh_from_db()
    assert not office.dkim_on


def test_a_key_of_ones_own_is_taken_from_a_file(office: Sender, tmp_path: Path) -> None:
    file = tmp_path / "key.pem"
    file.write_text(to_pem(make_key("ed25519")))
    sign("--name", "Office", "--key", str(file), "--domain", "Club.example", "--selector", "s9")
    office.refresh_from_db()
    [record] = signing.records(office)
    assert record.name == "s9-ed25519._domainkey.club.example"


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--name", "Nobody"], 'there is no sender "Nobody" to sign for; there are "Office"'),
        (["--name", "Office", "--key", "/nowhere/key.pem"], "--key: .* cannot be read"),
        (["--name", "Office", "--key", __file__], "no private key in PEM format"),
        (["--name", "Office", "--domain", "a b"], "is no domain"),
    ],
)
def test_a_signature_that_cannot_be_is_said(
    office: Sender, words: list[str], sentence: str
) -> None:
    with pytest.raises(Problem, match=sentence):
        sign(*words)
    office.refresh_from_db()
    assert office.dkim_keys == ""


def test_senders_work_together_and_a_new_domain_is_warmed_up(club: Organisation) -> None:
    url = ["--url", "smtp://mail.example.org"]
    run(*SMTP, *url, "--name", "One", "--pool", "post", "--weight", "3")
    run(*SMTP, *url, "--name", "Two", "--pool", "post", "--warm-up", "100", "5000")
    one, two = Sender.objects.order_by("pk")
    assert (one.pool, one.weight, one.warmup_from) == ("post", 3, None)
    assert (two.pool, two.weight, two.warmup_first, two.warmup_target) == ("post", 1, 100, 5000)
    assert two.warmup_from is not None


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (["--weight", "0"], "from 1 to 100"),
        (["--weight", "101"], "from 1 to 100"),
        (["--warm-up", "100", "0"], "two numbers"),
        (["--pool", "post"], "choose another pool"),
    ],
)
def test_what_cannot_work_together_is_refused(
    club: Organisation, words: list[str], reason: str
) -> None:
    run("--channel", "email", "--kind", "sandbox", "--name", "Rehearsal", "--pool", "post")
    with pytest.raises(Problem, match=reason):
        run(*SMTP, "--url", "smtp://mail.example.org", *words)
    assert Sender.objects.count() == 1


def test_a_provider_of_sms_is_added_by_its_url(club: Organisation) -> None:
    url = "smpp://club:p%40ss@smpp.example.org:2776/?window=30&ids=hex-decimal"
    run("--channel", "sms", "--kind", "smpp", "--url", url, "--from", "AquaClub")
    sender = Sender.objects.get()
    assert (sender.config["port"], sender.config["window"]) == (2776, "30")
    assert unseal(sender.secrets) == {"password": "p@ss"}


def test_an_smpp_url_without_a_name_is_refused_without_its_password(club: Organisation) -> None:
    url = "smpp://:pa55@smpp.example.org"
    with pytest.raises(Problem, match="--url: username is missing") as caught:
        run("--channel", "sms", "--kind", "smpp", "--url", url, "--from", "AquaClub")
    assert "pa55" not in str(caught.value)
