"""What every provider of SMS by HTTP must keep, with a service that plays its other side."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime
from typing import ClassVar

import pytest

from sendout.core.delivery.outcome import Accepted, Blame, Refused, Unsure
from sendout.core.providers.base import Envelope, Provider, SenderDown
from sendout.core.providers.callback import Call, CallsBack, Forged, Malformed, WayBack
from sendout.core.providers.heard import Incoming, Receipt
from sendout.core.providers.registry import build, config_from_url
from sendout.core.providers.setting import BadConfig, Value
from sendout.core.tokens import BadToken
from tests.core.providers.contract import Answers, ProviderContract, send_all
from tests.rigs.esp_service import Call as Got
from tests.rigs.esp_service import EspService, Reply

KEYS = (b"a key of the tests",)
NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
HOOK = "https://sendout.example/hooks/sms/7/secret/"
TEXT = "Pool closed & déjà fermée? 1+1=2 %41 {to} ✓"
Config = dict[str, Value]


class SmsContract(ProviderContract):
    """Subclass it; say how the service answers, and how it calls back."""

    channel = "sms"
    url: str  # as it is documented, all settings in it but api_url
    signs: ClassVar[bool] = True

    def taken(self, got: Got) -> Reply:
        """Answer that a message was taken."""
        raise NotImplementedError

    def said(self, got: Got) -> dict[str, str]:
        """Read from a request: `to`, `from`, `text` and, where it travels, `callback`."""
        raise NotImplementedError

    busy: Reply  # more than it takes at once, with Retry-After: 1
    locked_out: Reply  # our sign-in is refused
    bad_number: Reply | None = None

    def receipt(self, word: str, ref: str = "ref-1", name: str = "") -> Call:
        """Make a signed call: word is "sent", "delivered" or "bounced"."""
        raise NotImplementedError

    def text(self, phone: str, text: str, ref: str = "in-1") -> Call:
        """Make a signed call with a text from a phone."""
        raise NotImplementedError

    # the other side

    def config(self, api_url: str) -> Config:
        return {**config_from_url("sms", self.kind, self.url), "api_url": api_url}

    def make(self, api_url: str, **settings: Value) -> Provider:
        """Give the provider with a way back."""
        provider = build("sms", self.kind, self.config(api_url) | settings)
        assert isinstance(provider, CallsBack)
        provider.way_back = WayBack(HOOK, KEYS)
        return provider  # type: ignore[return-value]

    @pytest.fixture
    def service(self) -> Iterator[EspService]:
        with EspService(self.taken) as service:
            yield service

    @asynccontextmanager
    async def world(self) -> AsyncIterator[Provider]:
        with EspService(self.taken) as service:
            yield self.make(self.at(service))

    def at(self, service: EspService) -> str:
        return service.url

    def texts(self, count: int) -> list[Envelope]:
        return [
            Envelope(n, "+15145550100", f"+1514555{n:04}", TEXT.encode())
            for n in range(1, count + 1)
        ]

    def run(self, service: EspService, count: int = 1, **settings: Value) -> Answers:
        """Send so many texts on one connection."""

        async def go() -> Answers:
            provider = self.make(self.at(service), **settings)
            return await send_all(await provider.connect(), self.texts(count))

        return asyncio.run(go())

    # out

    def test_what_is_said_arrives_whole(self, service: EspService) -> None:
        self.run(service)
        said = self.said(service.calls[0])
        assert said["text"] == TEXT
        assert said["to"].removeprefix("+") == "15145550001"
        assert said["from"].removeprefix("+") == "15145550100"

    def test_the_name_in_what_is_called_back_is_the_deliverys(self, service: EspService) -> None:
        self.run(service)
        if "callback" in self.said(service.calls[0]):
            name = self.said(service.calls[0])["callback"].removeprefix(HOOK).partition("/")[0]
            assert WayBack(HOOK, KEYS).delivery(name) == 1

    def test_several_requests_are_under_way_at_once(self, service: EspService) -> None:
        service.play = lambda got: replace(self.taken(got), late=0.3)
        begun = time.monotonic()
        assert len(self.run(service, 8).accepted) == 8
        assert time.monotonic() - begun < 1.6

    def test_a_busy_service_is_given_time_and_nothing_is_lost(self, service: EspService) -> None:
        service.faults.append(self.busy)
        begun = time.monotonic()
        assert len(self.run(service, 3).accepted) == 3
        assert time.monotonic() - begun >= 1

    def test_a_refused_sign_in_stops_everything_and_blames_nobody(
        self, service: EspService
    ) -> None:
        async def go() -> tuple[Answers, SenderDown]:
            provider = self.make(self.at(service))
            answers = await send_all(await provider.connect(), self.texts(1))
            with pytest.raises(SenderDown) as down:
                await provider.connect()
            return answers, down.value

        service.play = lambda _: self.locked_out
        answers, down = asyncio.run(go())
        assert not answers.outcomes
        assert len(service.calls) == 1
        assert (down.refusal.code, down.refusal.permanent) == ("login", False)

    def test_a_connection_that_breaks_before_the_answer_is_unsure_and_not_asked_again(
        self, service: EspService
    ) -> None:
        service.faults.append(Reply(hang_up=True))
        [outcome] = self.run(service).outcomes.values()
        assert isinstance(outcome, Unsure)
        assert len(service.calls) == 1

    def test_an_answer_that_is_late_is_unsure(self, service: EspService) -> None:
        service.faults.append(Reply(late=3))
        [outcome] = self.run(service, timeout=1.5).outcomes.values()
        assert isinstance(outcome, Unsure)

    def test_an_answer_of_a_proxy_leaves_it_open_whether_it_was_taken(
        self, service: EspService
    ) -> None:
        service.faults.append(Reply(502, "<html>Bad gateway</html>"))
        [outcome] = self.run(service).outcomes.values()
        assert isinstance(outcome, Unsure)

    def test_service_unavailable_hands_nothing_over(self, service: EspService) -> None:
        async def go() -> tuple[Answers, SenderDown]:
            provider = self.make(self.at(service))
            answers = await send_all(await provider.connect(), self.texts(1))
            with pytest.raises(SenderDown) as down:
                await provider.connect()
            return answers, down.value

        service.faults.append(Reply(503, "", {"Retry-After": "600"}))
        answers, down = asyncio.run(go())
        assert not answers.outcomes
        assert (down.refusal.permanent, down.refusal.retry_after) == (False, 600)

    def test_a_service_that_breaks_again_and_again_is_left_alone(self, service: EspService) -> None:
        async def go() -> None:
            provider = self.make(self.at(service))
            for _ in range(3):
                await send_all(await provider.connect(), self.texts(1))
            with pytest.raises(SenderDown, match="again and again"):
                await provider.connect()

        service.play = lambda _: Reply(hang_up=True)
        asyncio.run(go())
        assert len(service.calls) == 3

    def test_who_stops_waiting_leaves_what_was_written_unsure(self, service: EspService) -> None:
        async def go() -> Answers:
            answers = Answers()
            connection = await self.make(self.at(service)).connect()
            with suppress(TimeoutError):
                async with asyncio.timeout(0.3):
                    await connection.send(self.texts(2), answers)
            await connection.close()
            return answers

        service.play = lambda got: replace(self.taken(got), late=1.0)
        outcomes = asyncio.run(go()).outcomes
        assert [type(each) for each in outcomes.values()] == [Unsure, Unsure]

    def test_a_bad_number_is_the_addresss_fault(self, service: EspService) -> None:
        if self.bad_number is None:
            pytest.skip("this gateway does not say so")
        service.faults.append(self.bad_number)
        [outcome] = self.run(service).outcomes.values()
        assert isinstance(outcome, Refused)
        assert (outcome.permanent, outcome.blame) == (True, Blame.ADDRESS)

    @pytest.mark.parametrize("body", ["", "null", "[]", "17", '{"sid": 5}', "\xff" * 10])
    def test_any_answer_is_an_outcome(self, service: EspService, body: str) -> None:
        for status in (200, 201, 202, 204, 302, 400, 404, 422, 500):
            service.faults.append(Reply(status, body))
            assert len(self.run(service).outcomes) <= 1

    @pytest.mark.parametrize(
        "api_url", ["http://sms.example.org/", "ftp://127.0.0.1/", "sms.example.org", "https://"]
    )
    def test_no_password_goes_in_the_clear_over_the_internet(self, api_url: str) -> None:
        with pytest.raises(BadConfig, match="api_url"):
            build("sms", self.kind, self.config(api_url))

    # back

    @contextmanager
    def hearer(self, **settings: Value) -> Iterator[CallsBack]:
        provider = self.make("http://127.0.0.1:9/", **settings)
        assert isinstance(provider, CallsBack)
        yield provider

    def heard(self, call: Call) -> list[Receipt | Incoming]:
        with self.hearer() as provider:
            provider.verify(call, NOW)
            return provider.hear(call)

    @pytest.mark.parametrize("word", ["sent", "delivered", "bounced"])
    def test_a_receipt_names_the_delivery_and_what_became_of_it(self, word: str) -> None:
        name = WayBack(HOOK, KEYS).name(42)
        [told] = self.heard(self.receipt(word, "ref-9", name))
        assert isinstance(told, Receipt)
        assert (told.kind, told.delivery) == (word, 42)
        [again] = self.heard(self.receipt(word, "ref-9", name))
        assert again == told
        assert told.key

    def test_a_receipt_of_another_programs_message_is_not_ours(self) -> None:
        for name in ("17", "0" * 30, WayBack(HOOK, (b"another installation",)).name(42)):
            with pytest.raises(BadToken):
                self.heard(self.receipt("delivered", "ref-9", name))

    def test_a_text_from_a_phone_comes_whole(self) -> None:
        [told] = self.heard(self.text("+15145550142", TEXT, "in-5"))
        assert isinstance(told, Incoming)
        assert (told.phone.removeprefix("+"), told.text, told.ref) == ("15145550142", TEXT, "in-5")

    def test_a_forged_call_is_refused(self) -> None:
        if not self.signs:
            pytest.skip("this gateway does not sign")
        call = self.receipt("delivered", "ref-9", WayBack(HOOK, KEYS).name(42))
        with self.hearer() as provider:
            for forged in self.forgeries(call):
                with pytest.raises(Forged):
                    provider.verify(forged, NOW)

    def forgeries(self, call: Call) -> list[Call]:
        """Give calls that are nearly right."""
        bare = {name: value for name, value in call.headers.items() if "content" in name}
        return [replace(call, headers=bare), replace(call, body=call.body + b" ")]

    @pytest.mark.parametrize(
        "body", [b"", b"{", b"null", b"[]", b"{}", b"\xff\xfe=%ff", b"[" * 50_000, b"a=1&" * 5_000]
    )
    def test_nonsense_is_said_to_be_nonsense(self, body: bytes) -> None:
        call = self.receipt("delivered", "ref-9", "")
        with self.hearer() as provider, suppress(Malformed, BadToken):
            assert provider.hear(replace(call, body=body, url=HOOK, name="")) == []


Make = Callable[[Got], Reply]
__all__ = ["HOOK", "KEYS", "NOW", "TEXT", "Accepted", "Got", "Reply", "SmsContract"]
