"""Email and SMS that go nowhere: rehearse a send-out, or try the whole product, without a network.

What becomes of a message is decided by its address, else by the rates in the settings. Rates are
drawn from a hash of seed, delivery and address, so that the same send-out always ends the same.

Email to WORD@sandbox.test or WORD+anything@sandbox.test:

| word       | what happens                                                               |
|------------|----------------------------------------------------------------------------|
| deliver    | accepted and delivered                                                     |
| open       | delivered, then opened by a person                                         |
| machine    | delivered, then opened by a mail program's privacy proxy, by nobody        |
| click      | delivered, opened, a link followed                                         |
| complain   | delivered, then marked as spam                                             |
| bounce     | accepted, then reported as an unknown mailbox (5.1.1)                       |
| full       | accepted, then reported as a full mailbox (5.2.2)                          |
| block      | accepted, then reported as refused because of our sending server (5.7.1)   |
| refuse     | refused at once, unknown mailbox (5.1.1)                                   |
| defer      | refused for now at the first attempt (4.2.0), delivered at the next        |
| unsure     | the connection "breaks" before the answer; at the next attempt delivered   |

SMS to any North American number 555-01xx, which are set aside for fiction (ATIS-0300115),
such as +1 514 555 0142; the last two digits decide:

| digits | what happens                                                                    |
|--------|---------------------------------------------------------------------------------|
| 00-09  | accepted and delivered                                                          |
| 10-19  | accepted, then reported as a number that does not exist (5.1.1)                 |
| 20-29  | refused for now at the first attempt (4.2.0), delivered at the next             |
| 30-39  | refused at once, not a number that can get SMS (5.1.1)                          |
| 40-49  | delivered, then a friendly reply                                                |
| 50-59  | delivered, then the reply STOP                                                  |
| 60-69  | delivered, then a reply that means stop and does not say it right               |
| 70-79  | accepted, then reported as switched off for too long (5.4.7)                    |
| 80-89  | accepted, then reported as blocked by the operator (5.7.1)                      |
| 90-99  | the connection "breaks" before the answer; at the next attempt delivered        |
"""

from __future__ import annotations

import asyncio
import math
import re
import struct
from collections.abc import Callable, Iterable
from hashlib import blake2b
from typing import ClassVar, Self

from sendout.core.bounces.codes import blame
from sendout.core.delivery.outcome import Accepted, Later, Outcome, Refused, Unsure
from sendout.core.providers.base import Answer, Config, Envelope
from sendout.core.providers.setting import BadConfig, Setting, Value, read_all, read_url

TRY_AGAIN = 60.0  # seconds
REST = 256  # messages after which other work gets its turn

NO_MAILBOX = ("5.1.1", "The email account that you tried to reach does not exist")
FULL = ("5.2.2", "The recipient's mailbox is full")
BLOCKED = ("5.7.1", "Service unavailable; client host blocked using a block list")
NOT_NOW = ("4.2.0", "The recipient's server is busy, try again in 60 seconds")
NO_NUMBER = ("5.1.1", "The number does not exist")
NO_SMS = ("5.1.1", "The number is a landline and is not a valid recipient")
SWITCHED_OFF = ("5.4.7", "The phone was switched off for too long")
BY_OPERATOR = ("5.7.1", "Refused by the operator")
REPLIES = ("Thanks!", "Merci beaucoup", "OK, see you on Tuesday", "We will be there")
STOP, WRONG_WORD = "STOP", "stop texting me!!"

_LOCAL = re.compile(r"([a-z]+)(\+.*)?@sandbox\.test", re.IGNORECASE)
_FICTION = re.compile(r"\+1\d{3}55501(\d)\d")


def _rate(name: str, help_: str) -> Setting:
    return Setting(f"{name}_rate", float, f"share from 0 to 1 of the messages that {help_}", 0.0)


COMMON = (
    Setting("seed", int, "another number draws another fate for everybody", 1),
    Setting("speed", float, "how many times faster than in life things happen", 1.0),
    _rate("bounce", "are reported undeliverable after they were accepted"),
    _rate("defer", "are refused for now at the first attempt"),
)
EMAIL_SETTINGS = (
    *COMMON,
    _rate("complain", "are marked as spam by those who get them"),
    _rate("open", "are opened"),
    _rate("machine_open", "are opened by a privacy proxy"),
    _rate("click", "have a link followed (they are opened too)"),
)
SMS_SETTINGS = (
    *COMMON,
    _rate("reply", "are replied to"),
    _rate("stop", "are replied to with STOP"),
)


Numbers = tuple[float, ...]
"""Numbers from 0 up to 1 that belong to one delivery for good."""

Fate = Callable[[Envelope, Numbers], Outcome]


def _numbers(seed: int, envelope: Envelope) -> Numbers:
    told = f"{seed}/{envelope.delivery}/{envelope.to}".encode()
    drawn = struct.unpack("<12I", blake2b(told, digest_size=48).digest())
    return tuple(number / 2**32 for number in drawn)


def _arrival(numbers: Numbers) -> float:
    return 1 + 5 * numbers[-1]


def _minutes(mean: float, number: float) -> float:
    """Give seconds as people take them: most soon, some late (an exponential spread)."""
    return 60 * mean * -math.log(1 - number)


def _accepted(envelope: Envelope, *later: Later) -> Accepted:
    return Accepted(f"sandbox-{envelope.delivery}-{envelope.attempt}", later)


def _refused(permanent: bool, why: tuple[str, str]) -> Refused:
    code, text = why
    wait = None if permanent else TRY_AGAIN
    return Refused(permanent, code, text, blame(code, text), wait)


# fates


def _arrives(*facts: str, reply: str = "") -> Fate:
    """Delivered, and then each of the facts after the one before it."""

    def fate(envelope: Envelope, numbers: Numbers) -> Outcome:
        at = _arrival(numbers)
        later = [Later(at, "delivered")]
        for fact, number in zip(facts, numbers[-6:], strict=False):
            at += 2 + (20 * number if fact == "machine_opened" else _minutes(5, number))
            text = (reply or REPLIES[int(number * len(REPLIES))]) if fact == "reply" else ""
            later.append(Later(at, fact, text))
        return _accepted(envelope, *later)

    return fate


def _comes_back(why: tuple[str, str]) -> Fate:
    """Accepted, and some seconds later reported undeliverable."""
    text = " ".join(why)
    return lambda envelope, numbers: _accepted(envelope, Later(_arrival(numbers), "bounced", text))


def _refuses(why: tuple[str, str]) -> Fate:
    return lambda _envelope, _numbers: _refused(True, why)


def _at_first(outcome: Outcome) -> Fate:
    """This outcome at the first attempt, delivered at the next."""
    delivers = _arrives()

    def fate(envelope: Envelope, numbers: Numbers) -> Outcome:
        return outcome if envelope.attempt <= 1 else delivers(envelope, numbers)

    return fate


_DEFERS = _at_first(_refused(False, NOT_NOW))
_UNSURE = _at_first(Unsure("The sandbox broke the connection before its answer."))

EMAIL_FATES: dict[str, Fate] = {
    "deliver": _arrives(),
    "open": _arrives("opened"),
    "machine": _arrives("machine_opened"),
    "click": _arrives("opened", "clicked"),
    "complain": _arrives("complained"),
    "bounce": _comes_back(NO_MAILBOX),
    "full": _comes_back(FULL),
    "block": _comes_back(BLOCKED),
    "refuse": _refuses(NO_MAILBOX),
    "defer": _DEFERS,
    "unsure": _UNSURE,
}
SMS_FATES: tuple[Fate, ...] = (  # by the last digit but one
    _arrives(),
    _comes_back(NO_NUMBER),
    _DEFERS,
    _refuses(NO_SMS),
    _arrives("reply"),
    _arrives("reply", reply=STOP),
    _arrives("reply", reply=WRONG_WORD),
    _comes_back(SWITCHED_OFF),
    _comes_back(BY_OPERATOR),
    _UNSURE,
)


class _Sandbox:
    """What email and SMS have in common: settings, and the same fate at every attempt."""

    kind: ClassVar[str] = "sandbox"
    keeps_copy: ClassVar[bool] = True
    chains: ClassVar[bool] = False
    leaves_as_written: ClassVar[bool] = True
    tells_arrival: ClassVar[bool] = True
    settings: ClassVar[tuple[Setting, ...]]
    bounces: ClassVar[tuple[tuple[str, str], ...]]

    def __init__(self, config: Config) -> None:
        values = read_all(self.settings, config)
        self._rates = {name: float(value) for name, value in values.items() if "_rate" in name}
        self._seed, self._speed = int(values["seed"]), float(values["speed"])
        for name, rate in self._rates.items():
            if not 0 <= rate <= 1:
                raise BadConfig(f"{name} is a share from 0 to 1, not {rate}.")
        if not self._speed > 0:
            raise BadConfig(f"speed is a number above 0, not {self._speed}.")

    @classmethod
    def from_config(cls, config: Config) -> Self:
        """Read settings by name. Raises BadConfig."""
        return cls(config)

    @staticmethod
    def read_url(url: str) -> dict[str, Value]:
        """Read sandbox:?bounce_rate=0.02&speed=60. Raises BadConfig."""
        return read_url(url, {"sandbox": {}})

    async def connect(self) -> SandboxConnection:
        """Open a connection to nowhere."""
        return SandboxConnection(self.outcome)

    def outcome(self, envelope: Envelope) -> Outcome:
        """Tell what becomes of this message."""
        numbers = _numbers(self._seed, envelope)
        fate = self._by_address(envelope.to) or self._by_rates(envelope, numbers)
        outcome = fate(envelope, numbers)
        if not isinstance(outcome, Accepted) or self._speed == 1:
            return outcome
        later = (Later(each.after / self._speed, each.kind, each.text) for each in outcome.later)
        return Accepted(outcome.ref, tuple(later))

    def _by_rates(self, envelope: Envelope, numbers: Numbers) -> Fate:
        """Draw a fate; each rate looks at a number of its own."""
        if envelope.attempt <= 1 and numbers[0] < self._rates["defer_rate"]:
            return _DEFERS
        if numbers[1] < self._rates["bounce_rate"]:
            return _comes_back(self.bounces[int(numbers[2] * len(self.bounces))])
        return self._life(numbers[3:])

    def _by_address(self, to: str) -> Fate | None:
        raise NotImplementedError

    def _life(self, numbers: Numbers) -> Fate:
        raise NotImplementedError


class EmailSandbox(_Sandbox):
    """Email that goes nowhere; see the table above."""

    channel: ClassVar[str] = "email"
    settings: ClassVar[tuple[Setting, ...]] = EMAIL_SETTINGS
    bounces = (NO_MAILBOX, NO_MAILBOX, FULL, BLOCKED)

    def _by_address(self, to: str) -> Fate | None:
        found = _LOCAL.fullmatch(to)
        return EMAIL_FATES.get(found.group(1).lower(), EMAIL_FATES["deliver"]) if found else None

    def _life(self, numbers: Numbers) -> Fate:
        rates = self._rates
        facts = ["machine_opened"] if numbers[0] < rates["machine_open_rate"] else []
        clicks = numbers[1] < rates["click_rate"]
        # Those who click are among those who open, unless more click than open.
        if clicks or numbers[1] < rates["open_rate"]:
            facts.append("opened")
        if clicks:
            facts.append("clicked")
        if numbers[2] < rates["complain_rate"]:
            facts.append("complained")
        return _arrives(*facts)


class SmsSandbox(_Sandbox):
    """SMS that go nowhere; see the table above."""

    channel: ClassVar[str] = "sms"
    settings: ClassVar[tuple[Setting, ...]] = SMS_SETTINGS
    bounces = (NO_NUMBER, NO_NUMBER, SWITCHED_OFF, BY_OPERATOR)

    def _by_address(self, to: str) -> Fate | None:
        found = _FICTION.fullmatch(to)
        return SMS_FATES[int(found.group(1))] if found else None

    def _life(self, numbers: Numbers) -> Fate:
        if numbers[0] < self._rates["stop_rate"]:
            return _arrives("reply", reply=STOP)
        return _arrives("reply") if numbers[1] < self._rates["reply_rate"] else _arrives()


class SandboxConnection:
    """A connection to nowhere; see `base.Connection`."""

    usable = True

    def __init__(self, outcome: Callable[[Envelope], Outcome]) -> None:
        self._outcome = outcome

    async def send(self, envelopes: Iterable[Envelope], answer: Answer) -> None:
        """Answer each envelope."""
        for number, envelope in enumerate(envelopes, 1):
            answer(envelope, self._outcome(envelope))
            if number % REST == 0:
                await asyncio.sleep(0)

    async def close(self) -> None:
        """There is nothing to let go."""
        self.usable = False
