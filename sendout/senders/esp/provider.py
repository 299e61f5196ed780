"""Email through an email service: each connection a thread, each thread a session kept open.

Anymail is synchronous, so a connection hands one call over after the other in a thread of its own;
a sender's `connections` say how many there are at most.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from itertools import accumulate
from typing import ClassVar, Self
from urllib.parse import urlsplit

import requests

from sendout.core.delivery.outcome import Accepted, Blame, Refused, Unsure
from sendout.core.providers.base import Answer as Tell
from sendout.core.providers.base import Config, Envelope, SenderDown
from sendout.core.providers.setting import BadConfig, Setting, Value, read_all, read_url
from sendout.senders.esp.answers import Answer, NotNow, Unreachable, of_broken
from sendout.senders.esp.calls import CONNECTING, Caller, api_url, make_backend, make_caller
from sendout.senders.esp.catalogue import CHOICE, SERVICES, SETTINGS

PATIENCE = 5.0  # seconds that a slice waits when the service asks to be slower
CALL_BYTES = 10_000_000  # of several messages together; one may be larger
TRIES = 4  # of a call, as long as the service asks to be slower
REST = 20.0  # seconds without a try after the service said that it takes nothing from us
BAD = 3  # answers in a row that are no answers, until the service is left alone

INTERRUPTED = "we stopped waiting for the service's answer"
TROUBLE = Refused(
    False,
    "connect",
    "the service fails again and again; it is left alone for a while",
    Blame.SENDER,
)


class EspProvider:
    """Email through the API of an email service."""

    channel: ClassVar[str] = "email"
    kind: ClassVar[str] = "esp"
    keeps_copy: ClassVar[bool] = False
    chains: ClassVar[bool] = False
    tells_arrival: ClassVar[bool] = True
    settings: ClassVar[tuple[Setting, ...]] = SETTINGS

    def __init__(self, values: Mapping[str, Value]) -> None:
        self._values = values
        self.service = SERVICES[str(values[CHOICE])]
        self._rests_until = 0.0
        self._why = TROUBLE
        self._bad = 0

    @classmethod
    def from_config(cls, config: Config) -> Self:
        """Read settings by name. Raises BadConfig, also when a package is missing."""
        values = read_all(SETTINGS, config)
        if urlsplit(api_url(values)).scheme not in ("https", "http"):
            raise BadConfig("api_url is an address that begins with https://.")
        if not float(values["timeout"]) > 0:
            raise BadConfig("timeout is a number of seconds above 0.")
        make_backend(SERVICES[str(values[CHOICE])], values)
        return cls(values)

    @staticmethod
    def read_url(url: str) -> dict[str, Value]:
        """Read postmark:?server_token=...&message_stream=broadcast. Raises BadConfig."""
        return read_url(url, {name: {CHOICE: name} for name in SERVICES})

    async def connect(self) -> EspConnection:
        """Reach the service, so that nothing is claimed while it cannot be. Raises SenderDown."""
        if self.resting:
            raise SenderDown(self._why)
        pool = ThreadPoolExecutor(1, thread_name_prefix="esp")
        opened = False
        try:
            caller = await asyncio.get_running_loop().run_in_executor(pool, self._open)
            opened = True
        finally:
            if not opened:
                pool.shutdown(wait=False)
        return EspConnection(self, caller, pool)

    @property
    def resting(self) -> bool:
        """Whether the service is left alone at the moment."""
        return time.monotonic() < self._rests_until

    def rest(self, refusal: Refused, seconds: float = REST) -> None:
        """Leave the service alone, for the reason given."""
        text = f"{self.service.label}: {refusal.text}"
        self._why = replace(refusal, text=text, permanent=False)
        self._rests_until = time.monotonic() + seconds

    def heard(self, answer: Answer) -> None:
        """Count answers that are none: a service in trouble is not asked for every message."""
        trouble = isinstance(answer, Unsure) or (
            isinstance(answer, Refused) and answer.code.startswith("5") and answer.code.isdigit()
        )
        self._bad = self._bad + 1 if trouble else 0
        if self._bad >= BAD:
            self._bad = 0
            self.rest(TROUBLE)

    def _open(self) -> Caller:
        url = api_url(self._values)
        try:
            requests.head(url, timeout=CONNECTING, allow_redirects=False)
        except requests.RequestException as error:
            broken = of_broken(error)
            text = getattr(broken, "refusal", TROUBLE).text
            code = getattr(broken, "refusal", TROUBLE).code
            name = f"{self.service.label} ({urlsplit(url).netloc})"
            raise SenderDown(Refused(False, code, f"{name}: {text}", Blame.SENDER)) from None
        return make_caller(self._values)


class EspConnection:
    """One thread's way to the service; see `base.Connection`."""

    def __init__(self, provider: EspProvider, caller: Caller, pool: ThreadPoolExecutor) -> None:
        self._provider = provider
        self._caller = caller
        self._pool = pool
        self._open = True

    @property
    def usable(self) -> bool:
        """False once it was closed, lost the service, or the service wants nothing from us."""
        return self._open and not self._provider.resting

    async def send(self, envelopes: Iterable[Envelope], answer: Tell) -> None:
        """Hand the envelopes over, as many in a call as the service takes."""
        left = list(envelopes)
        while left and self.usable:
            count = _fitting(left[: self._caller.most])
            group, left = left[:count], left[count:]
            await self._hand_over(group, answer)

    async def _hand_over(self, group: Sequence[Envelope], tell: Tell) -> None:
        """Call until the service does not ask for patience, then tell what came of it."""
        for tried in range(1, TRIES + 1):
            answers = await self._call(group, tell)
            waits = [a.wait for a in answers if isinstance(a, NotNow) and a.wait is not None]
            wait = max(waits, default=0.0)
            slower = bool(waits) and len(waits) == len(answers)
            if not slower or wait > PATIENCE or tried == TRIES:
                break
            await asyncio.sleep(wait)
        for envelope, answer in zip(group, answers, strict=True):
            self._take(envelope, answer, tell)

    async def _call(self, group: Sequence[Envelope], tell: Tell) -> list[Answer]:
        loop = asyncio.get_running_loop()
        try:
            return await loop.run_in_executor(self._pool, self._caller.call, group)
        except asyncio.CancelledError:
            self._open = False
            for envelope in group:
                tell(envelope, Unsure(INTERRUPTED))
            raise

    def _take(self, envelope: Envelope, answer: Answer, tell: Tell) -> None:
        """Tell an outcome; what was not handed over gets none, and another connection tries."""
        self._provider.heard(answer)
        match answer:
            case Unreachable():
                self._open = False
            case NotNow(refusal, wait):
                self._provider.rest(refusal, max(wait or REST, 1.0))
            case Accepted() | Refused() | Unsure():
                tell(envelope, answer)

    async def close(self) -> None:
        """Let go; a call under way ends by itself."""
        self._open = False
        self._pool.shutdown(wait=False)
        with suppress(Exception):
            self._caller.close()


def _fitting(envelopes: Sequence[Envelope]) -> int:
    """Give how many of these go into one call, 1 or more."""
    sizes = accumulate(envelope.size for envelope in envelopes)
    return max(1, sum(size <= CALL_BYTES for size in sizes))
