"""The sandbox: what an address means, what rates mean, and that nothing changes between runs."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import phonenumbers
import pytest

from sendout.core.bounces.codes import blame
from sendout.core.delivery.outcome import Accepted, Blame, Outcome, Refused, Unsure
from sendout.core.providers.base import Envelope, Provider
from sendout.core.providers.sandbox import EMAIL_FATES, STOP, EmailSandbox, SmsSandbox
from sendout.core.providers.setting import BadConfig
from tests.core.providers.contract import ProviderContract

KINDS = {"delivered", "bounced", "opened", "machine_opened", "clicked", "complained", "reply"}


class TestEmailContract(ProviderContract):
    channel, kind = "email", "sandbox"

    @asynccontextmanager
    async def world(self) -> AsyncIterator[Provider]:
        yield EmailSandbox({})


class TestSmsContract(ProviderContract):
    channel, kind = "sms", "sandbox"

    @asynccontextmanager
    async def world(self) -> AsyncIterator[Provider]:
        yield SmsSandbox({})


def envelope(to: str, attempt: int = 1, delivery: int = 7) -> Envelope:
    return Envelope(delivery, "club@example.org", to, b"Hello", attempt)


def facts(outcome: Outcome) -> list[str]:
    assert isinstance(outcome, Accepted)
    return [later.kind for later in outcome.later]


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("deliver", ["delivered"]),
        ("open", ["delivered", "opened"]),
        ("machine", ["delivered", "machine_opened"]),
        ("click", ["delivered", "opened", "clicked"]),
        ("complain", ["delivered", "complained"]),
        ("bounce", ["bounced"]),
        ("full", ["bounced"]),
        ("block", ["bounced"]),
        ("anything-else", ["delivered"]),
    ],
)
@pytest.mark.parametrize("extra", ["", "+alice", "+bob.2"])
def test_a_word_before_the_at_decides(word: str, extra: str, expected: list[str]) -> None:
    assert facts(EmailSandbox({}).outcome(envelope(f"{word}{extra}@sandbox.test"))) == expected


def test_a_magic_word_works_in_no_other_domain() -> None:
    assert facts(EmailSandbox({}).outcome(envelope("bounce@example.org"))) == ["delivered"]


@pytest.mark.parametrize(
    ("to", "at_fault"),
    [
        ("bounce@sandbox.test", Blame.ADDRESS),
        ("full@sandbox.test", Blame.RECIPIENT),
        ("block@sandbox.test", Blame.SENDER),
    ],
)
def test_a_bounce_carries_code_and_words(to: str, at_fault: Blame) -> None:
    outcome = EmailSandbox({}).outcome(envelope(to))
    assert isinstance(outcome, Accepted)
    code, _, text = outcome.later[0].text.partition(" ")
    assert code.startswith("5.")
    assert blame(code, text) is at_fault


def test_refused_at_once() -> None:
    for outcome in (
        EmailSandbox({}).outcome(envelope("refuse@sandbox.test")),
        SmsSandbox({}).outcome(envelope("+15145550130")),
    ):
        assert isinstance(outcome, Refused)
        assert (outcome.permanent, outcome.blame) == (True, Blame.ADDRESS)


@pytest.mark.parametrize("to", ["defer@sandbox.test", "unsure@sandbox.test"])
def test_what_fails_at_first_is_delivered_next(to: str) -> None:
    sandbox = EmailSandbox({})
    first, second = sandbox.outcome(envelope(to)), sandbox.outcome(envelope(to, attempt=2))
    assert facts(second) == ["delivered"]
    if to.startswith("defer"):
        assert isinstance(first, Refused)
        assert (first.permanent, first.blame, first.retry_after) == (False, Blame.RECIPIENT, 60)
    else:
        assert isinstance(first, Unsure)


@pytest.mark.parametrize(
    ("digits", "expected"),
    [
        ("03", ["delivered"]),
        ("17", ["bounced"]),
        ("41", ["delivered", "reply"]),
        ("59", ["delivered", "reply"]),
        ("60", ["delivered", "reply"]),
        ("72", ["bounced"]),
        ("88", ["bounced"]),
    ],
)
@pytest.mark.parametrize("area", ["514", "604", "212"])
def test_the_last_digits_of_a_number_decide(area: str, digits: str, expected: list[str]) -> None:
    assert facts(SmsSandbox({}).outcome(envelope(f"+1{area}55501{digits}"))) == expected


def test_what_is_replied() -> None:
    texts = {}
    for digits in ("40", "50", "60"):
        outcome = SmsSandbox({}).outcome(envelope(f"+151455501{digits}"))
        assert isinstance(outcome, Accepted)
        texts[digits] = outcome.later[-1].text
    assert texts["50"] == STOP
    assert "stop" in texts["60"]
    assert "stop" not in texts["40"].lower()


def test_the_magic_numbers_are_valid_phone_numbers() -> None:
    for last in range(100):
        number = phonenumbers.parse(f"514 555-01{last:02}", "CA")
        assert phonenumbers.is_valid_number(number)


LIVELY = {
    "bounce_rate": 0.02,
    "defer_rate": 0.1,
    "open_rate": 0.4,
    "click_rate": 0.1,
    "complain_rate": 0.01,
    "machine_open_rate": 0.2,
}


def test_rates_are_met() -> None:
    sandbox, seen = EmailSandbox(LIVELY), Counter[str]()
    for number in range(1, 20_001):
        to = f"parent{number}@example.org"
        first = sandbox.outcome(envelope(to, delivery=number))
        if isinstance(first, Refused):
            seen["deferred"] += 1
        seen.update(facts(sandbox.outcome(envelope(to, attempt=2, delivery=number))))
    assert seen["deferred"] / 20_000 == pytest.approx(0.1, rel=0.1)
    assert seen["opened"] / 20_000 == pytest.approx(0.4, rel=0.1)
    assert seen["clicked"] / 20_000 == pytest.approx(0.1, rel=0.1)
    assert seen["machine_opened"] / 20_000 == pytest.approx(0.2, rel=0.1)
    assert set(seen) <= KINDS | {"deferred"}


def test_the_same_send_out_ends_the_same_and_another_seed_does_not() -> None:
    def run(**config: float) -> list[Outcome]:
        sandbox = EmailSandbox({**LIVELY, **config})
        return [sandbox.outcome(envelope("a@example.org", delivery=n)) for n in range(500)]

    assert run() == run()
    assert run() != run(seed=2)


def test_a_deferred_message_is_not_deferred_for_ever() -> None:
    sandbox = EmailSandbox({"defer_rate": 1})
    assert isinstance(sandbox.outcome(envelope("a@example.org")), Refused)
    assert facts(sandbox.outcome(envelope("a@example.org", attempt=2))) == ["delivered"]


def test_facts_come_in_order_and_speed_shortens_the_wait() -> None:
    slow, fast = EmailSandbox({}), EmailSandbox({"speed": 60})
    one, other = (each.outcome(envelope("click@sandbox.test")) for each in (slow, fast))
    assert isinstance(one, Accepted)
    assert isinstance(other, Accepted)
    times = [later.after for later in one.later]
    assert times == sorted(times)
    assert 1 <= times[0] <= 6
    assert [later.after for later in other.later] == pytest.approx([t / 60 for t in times])


def test_sms_rates() -> None:
    sandbox, texts = SmsSandbox({"stop_rate": 0.1, "reply_rate": 0.5}), Counter[str]()
    for number in range(4000):
        outcome = sandbox.outcome(envelope("+15145551234", delivery=number))
        assert isinstance(outcome, Accepted)
        texts.update("stop" if later.text == STOP else later.kind for later in outcome.later)
    assert texts["stop"] / 4000 == pytest.approx(0.1, rel=0.2)
    assert texts["reply"] / 4000 == pytest.approx(0.45, rel=0.1)


@pytest.mark.parametrize(
    ("config", "words"),
    [
        ({"bounce_rate": 1.5}, "bounce_rate is a share from 0 to 1"),
        ({"speed": 0}, "speed is a number above 0"),
        ({"open_rate": "often"}, 'open_rate must be a number, not "often"'),
        ({"reply_rate": 0.1}, "reply_rate"),
    ],
)
def test_settings_that_cannot_be(config: dict[str, float | str], words: str) -> None:
    with pytest.raises(BadConfig, match=words):
        EmailSandbox(config)


def test_a_url_names_the_rates() -> None:
    config = EmailSandbox.read_url("sandbox:?bounce_rate=1&speed=10")
    assert facts(EmailSandbox(config).outcome(envelope("a@example.org"))) == ["bounced"]


def test_the_page_about_the_sandbox_names_every_word_and_setting() -> None:
    page = (Path(__file__).parents[3] / "docs" / "sandbox.md").read_text()
    for word in EMAIL_FATES:
        assert f"`{word}@sandbox.test`" in page
    for setting in {*EmailSandbox.settings, *SmsSandbox.settings}:
        assert f"`{setting.name}`" in page
