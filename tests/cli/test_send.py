"""`sendout send` starts what can leave, and says in one sentence why the rest cannot."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from sendout.accounts.models import Organisation
from sendout.cli import send as command
from sendout.cli.commands import parser_of
from sendout.cli.problem import Problem
from sendout.compose.models import Message
from sendout.deliveries.models import Delivery
from sendout.people.models import Group, Import, Participant
from sendout.senders.models import Sender
from sendout.senders.ways import put_settings
from sendout.sendouts.models import SendOut
from tests.cli.sending import HTML, Files, ann, files, run, send
from tests.rigs import free_port
from tests.rigs.postfix import Postfix

__all__ = ["ann", "files"]

LIST = "First name,Email,Phone\nAnn,ann@example.org,416-320-1001\nBen,ben@example.org,\n"
LIST_WITH_FEES = "First name,Email,Fee\nAnn,ann@example.org,1\nBen,ben@example.org,2\n,,3\n"


def nothing_is_left() -> bool:
    return not any(model.objects.exists() for model in (SendOut, Message, Delivery, Import))


def test_a_group_gets_it_by_both_channels(
    ann: Participant,
    email_sender: Sender,
    sms_sender: Sender,
    files: Files,
    capsys: pytest.CaptureFixture[str],
) -> None:
    words = files(html=HTML, sms="Bonjour {{ first_name }}")
    assert send("--group", "Masters", *words, "--category", "marketing", "--urgent", "--json") == 0
    printed = capsys.readouterr()
    sendout = SendOut.objects.get()
    assert json.loads(printed.out)["counts"] == {"email": {"queued": 1}, "sms": {"queued": 1}}
    assert json.loads(printed.out)["id"] == sendout.pk
    assert "no worker runs" in printed.err
    message = sendout.message
    assert (message.subject, message.category) == ("Aqua Club news", "marketing")
    assert (sendout.name, sendout.channels, sendout.urgent) == ("Aqua Club news", "both", True)
    assert (sendout.email_sender, sendout.sms_sender) == (email_sender, sms_sender)
    assert set(Delivery.objects.values_list("participant", "channel")) == {
        (ann.pk, "email"),
        (ann.pk, "sms"),
    }


def test_a_file_is_imported_and_exactly_those_get_it(
    ann: Participant, email_sender: Sender, files: Files, capsys: pytest.CaptureFixture[str]
) -> None:
    words = files(text="Closed <today>\n\nSee you", to=LIST.replace("Ann,ann@", "Eve,eve@"))
    assert send(*words, "--subject", "Closed", "--name", "Closure") == 0
    assert send(*words, "--subject", "Closed", "--name", "Closure") == 0
    assert "Send-out" in capsys.readouterr().out
    first, second = SendOut.objects.order_by("pk")
    assert [g.name for s in (first, second) for g in s.groups.all()] == ["Closure", "Closure (2)"]
    reached = Delivery.objects.filter(sendout=second).values_list("address", flat=True)
    assert sorted(reached) == ["ben@example.org", "eve@example.org"]
    assert Participant.objects.count() == 3
    assert first.message.body == "<p>Closed &lt;today&gt;</p>\n<p>See you</p>"


def test_refused_rows_and_missing_fields_are_said(
    email_sender: Sender, files: Files, capsys: pytest.CaptureFixture[str]
) -> None:
    words = files(html=HTML + "{{ last_name }} {{ Fees }}", to=LIST_WITH_FEES)
    with pytest.raises(Problem, match="nothing is sent with a gap"):
        send(*words, "--no-gaps")
    assert not SendOut.objects.exists()
    assert send(*words) == 0
    said = capsys.readouterr().err
    assert re.search(r"that were refused: 1\n  row \d+: \S", said)
    assert "2 people have no {{ last_name }}" in said
    assert "nobody has {{ Fees }}, there is no such field; did you mean {{ Fee }}?" in said


def test_a_field_that_nobody_has_is_said_and_its_fallback_is_no_gap(
    ann: Participant, email_sender: Sender, files: Files, capsys: pytest.CaptureFixture[str]
) -> None:
    words = files(html=HTML + "{{ Coach|your coach }}")
    assert send(*words, "--group", "Masters", "--no-gaps") == 0
    assert "nobody has {{ Coach }}" in capsys.readouterr().err


def test_a_time_is_read_on_the_organisations_clock(
    ann: Participant, email_sender: Sender, files: Files, capsys: pytest.CaptureFixture[str]
) -> None:
    summer = datetime.now(UTC).year + 1
    assert send("--group", "Masters", *files(html=HTML), "--at", f"{summer}-07-01T09:30") == 0
    sendout = SendOut.objects.get()
    assert sendout.state == "scheduled"
    assert sendout.scheduled_for == datetime(summer, 7, 1, 13, 30, tzinfo=UTC)
    assert not Delivery.objects.exists()
    assert f"Scheduled for {summer}-07-01 09:30" in capsys.readouterr().out


def test_waiting_for_nobody_ends_at_once(
    club: Organisation, email_sender: Sender, files: Files, capsys: pytest.CaptureFixture[str]
) -> None:
    words = files(html=HTML, to="First name,Email,Phone\nAnn,,416-320-1001\n")
    assert send(*words, "--wait", "--json") == 0
    assert json.loads(capsys.readouterr().out)["counts"] == {"email": {"skipped": 1}}


@pytest.mark.parametrize(
    ("given", "words", "sentence"),
    [
        ({}, [], "nothing to send; give --html"),
        ({"html": ""}, [], "--html: .* is empty"),
        ({"html": b"caf\xe9"}, [], "--html: .* is not text in UTF-8"),
        ({"html": b"\x00\x01"}, [], "no text"),
        ({"html": "<p>Hi</p>"}, [], "--subject is missing"),
        ({"html": HTML}, ["--subject", "x" * 301], "--subject is longer"),
        ({"html": HTML + "\n{{ first_name"}, [], r"--html: \S*, line 3: .* is no merge field"),
        ({"text": "Hi\n{{ first_name"}, ["--subject", "Hi"], r"--text: \S*, line 2: .* is no"),
        ({"html": HTML}, ["--subject", "{{"], "--subject: .* is no merge field"),
        ({"html": HTML}, ["--sender", "Post"], 'no sender "Post"; there are "Sandbox'),
        ({"html": HTML}, ["--sender", "Sandbox SMS"], '"Sandbox SMS" sends SMS, and --sms is'),
        ({"html": HTML}, ["--at", "noon"], '"noon" is not a time'),
        ({"html": HTML}, ["--at", "2020-01-01T09:00"], "is past in America/Toronto"),
        ({"html": HTML}, ["--at", "9999-12-31T23:59"], "is too far away"),
        ({"html": HTML}, ["--at", "2099-03-08T02:30"], "there is no 2099-03-08T02:30"),
        ({"html": HTML, "to": ""}, [], "this file is empty"),
        ({"html": HTML, "to": "Name,Email\n"}, [], "no row of people"),
        (
            {"html": HTML, "to": "Name,Email,Fee\n,,free\n"},
            [],
            r"could be imported:\n  row 2: \S",
        ),
        ({"html": HTML}, ["--group", "Beginners"], 'no group "Beginners"; there are "Empty", "Mas'),
        ({"html": HTML}, ["--group", "Empty"], '"Empty" has nobody in it'),
    ],
)
@pytest.mark.usefixtures("email_sender", "sms_sender")
def test_what_cannot_leave_leaves_nothing_behind(
    ann: Participant,
    files: Files,
    given: dict[str, str | bytes],
    words: list[str],
    sentence: str,
) -> None:
    Group.objects.create(organisation=ann.organisation, name="Empty")
    named = files(**given)
    if "to" not in given and "--group" not in words:
        named += ["--group", "Masters"]
    with pytest.raises(Problem, match=sentence):
        send(*named, *words)
    assert nothing_is_left()
    assert set(Group.objects.values_list("name", flat=True)) == {"Masters", "Empty"}
    assert Participant.objects.count() == 1


def test_a_missing_file_or_organisation_is_said(club: Organisation, ann: Participant) -> None:
    with pytest.raises(Problem, match=r"--html: nowhere.html cannot be read: No such file"):
        send("--group", "Masters", "--html", "nowhere.html")
    with pytest.raises(Problem, match='no organisation "nobody"'):
        run(command, "send", "--org", "nobody", "--group", "Masters", "--html", "x.html")


def test_missing_words_are_said_in_one_sentence() -> None:
    with pytest.raises(Problem, match=r"required: --org; see `sendout send --help`"):
        parser_of("send").parse_args(["send", "--group", "Masters"])
    with pytest.raises(Problem, match=r"--to --group is required"):
        parser_of("send").parse_args(["send", "--org", "aqua-club"])


def test_a_channel_without_a_sender_is_said(ann: Participant, files: Files) -> None:
    with pytest.raises(Problem, match="Aqua Club has no sender for Email; `sendout sender add"):
        send("--group", "Masters", *files(html=HTML))
    assert nothing_is_left()


def test_of_several_senders_one_must_be_chosen(
    club: Organisation, ann: Participant, email_sender: Sender, files: Files
) -> None:
    Sender.objects.filter(pk=email_sender.pk).update(is_default=False)
    more = {"channel": "email", "kind": "sandbox", "from_address": "b@example.org"}
    second = Sender.objects.create(organisation=club, name="Second", **more)
    words = ["--group", "Masters", *files(html=HTML)]
    with pytest.raises(Problem, match="several senders send Email; choose one with --sender"):
        send(*words)
    assert send(*words, "--sender", "Second") == 0
    assert SendOut.objects.get().email_sender == second


def test_a_server_that_is_down_is_said_before_anything_starts(
    ann: Participant, email_sender: Sender, files: Files
) -> None:
    use(email_sender, host="127.0.0.1", port=free_port(), tls="none")
    with pytest.raises(Problem, match=r"“Sandbox email” does not work: .* Check host and port"):
        send("--group", "Masters", *files(html=HTML))
    assert nothing_is_left()


def test_a_server_that_is_down_does_not_matter_while_another_stands_in(
    ann: Participant, email_sender: Sender, files: Files
) -> None:
    use(email_sender, host="127.0.0.1", port=free_port(), tls="none")
    Sender.objects.filter(pk=email_sender.pk).update(pool="post")
    second = Sender.objects.create(
        organisation=email_sender.organisation,
        name="Second",
        channel="email",
        kind="sandbox",
        from_address="b@example.org",
        pool="post",
    )
    assert send("--group", "Masters", *files(html=HTML)) == 0
    use(second, host="127.0.0.1", port=free_port(), tls="none")
    with pytest.raises(Problem, match=r"“Sandbox email” does not work: .*“Second” does not work"):
        send("--group", "Masters", *files(html=HTML))


@pytest.fixture
def postfix() -> Iterator[Postfix]:
    with Postfix(passwords={"office": "right-secret"}) as server:
        yield server


@pytest.mark.postfix
@pytest.mark.parametrize(
    "case",
    [
        ("wrong", True, "Check user name and password"),
        ("right", False, "certificate"),
        ("right", True, None),
    ],
)
@pytest.mark.usefixtures("ann")
def test_a_real_server_that_turns_us_away_is_said_before_anything_starts(
    email_sender: Sender, files: Files, postfix: Postfix, case: tuple[str, bool, str | None]
) -> None:
    password, trusted, remedy = case
    assert postfix.certificates is not None
    sign_in = {"username": "office", "password": f"{password}-secret", "tls": "starttls"}
    authority = {"ca_file": str(postfix.certificates.authority)} if trusted else {}
    use(email_sender, host="localhost", port=postfix.port, **sign_in, **authority)
    words = ["--group", "Masters", *files(html=HTML)]
    if remedy is None:
        assert send(*words) == 0
        return
    with pytest.raises(Problem, match=remedy) as problem:
        send(*words)
    assert "\n" not in str(problem.value)
    assert f"{password}-secret" not in str(problem.value)
    assert nothing_is_left()


def use(sender: Sender, **settings: str | int) -> None:
    sender.kind = "smtp"
    put_settings(sender, settings)
    sender.save()


@pytest.mark.usefixtures("ann")
def test_an_estimate_and_a_wrong_group_ask_no_server(email_sender: Sender, files: Files) -> None:
    use(email_sender, host="localhost", port=free_port())
    assert send("--group", "Masters", *files(html=HTML), "--estimate") == 0
    with pytest.raises(Problem, match="no group"):
        send("--group", "Nobody", *files(html=HTML))
    with pytest.raises(Problem, match="does not work"):
        send("--group", "Masters", *files(html=HTML))
    assert nothing_is_left()


@pytest.mark.usefixtures("email_sender", "sms_sender")
def test_a_text_in_the_night_is_refused_unless_it_is_meant(
    club: Organisation, ann: Participant, files: Files
) -> None:
    club.quiet_hours = True
    club.save()
    at_night = ("--at", "2027-01-15T23:10")
    with pytest.raises(Problem) as refused:
        send("--group", "Masters", *files(html=HTML, sms="Closed"), *at_night)
    assert str(refused.value) == (
        "the text would reach 1 person in quiet hours (21:00 to 08:00; 23:10 for 1): "
        "give --at 2027-01-16T08:00, or --in-quiet-hours to send it all the same"
    )
    assert nothing_is_left()
    assert send("--group", "Masters", *files(html=HTML), *at_night) == 0
    assert send("--group", "Masters", *files(sms="Closed"), "--at", "2027-01-16T08:00") == 0
    assert send("--group", "Masters", *files(sms="Closed"), *at_night, "--in-quiet-hours") == 0


def test_what_goes_to_many_needs_the_word_of_two_people_and_leaves_nothing_behind(
    club: Organisation, ann: Participant, files: Files, email_sender: Sender
) -> None:
    Organisation.objects.filter(pk=club.pk).update(approval_above=0)
    words = files(html=HTML)
    with pytest.raises(Problem, match="another member must approve it"):
        send("--group", "Masters", *words)
    with pytest.raises(Problem, match="another member must approve it"):
        send("--group", "Masters", *words, "--at", f"{datetime.now(UTC).year + 1}-12-31T10:00")
    assert not SendOut.objects.exists()
    Organisation.objects.filter(pk=club.pk).update(approval_above=1)
    assert send("--group", "Masters", *words) == 0
