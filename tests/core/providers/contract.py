"""What every provider must keep. Each one has a subclass of `ProviderContract` in its test."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field

import pytest

from sendout.core.delivery.outcome import Accepted, Outcome
from sendout.core.providers.base import Connection, Envelope, Provider, SenderDown
from sendout.core.providers.registry import Kind, find
from sendout.core.providers.setting import BadConfig


@dataclass
class Answers:
    """Collects what a provider answers, and how often."""

    outcomes: dict[int, Outcome] = field(default_factory=dict)
    times: Counter[int] = field(default_factory=Counter)

    def __call__(self, envelope: Envelope, outcome: Outcome) -> None:
        """Be the lane's `answer`."""
        self.outcomes[envelope.delivery] = outcome
        self.times[envelope.delivery] += 1

    @property
    def accepted(self) -> list[int]:
        """Give the deliveries that were accepted, in the order of their answers."""
        return [n for n, outcome in self.outcomes.items() if isinstance(outcome, Accepted)]


async def send_all(connection: Connection, envelopes: list[Envelope]) -> Answers:
    """Send and close; give the answers."""
    answers = Answers()
    await connection.send(envelopes, answers)
    await connection.close()
    return answers


class ProviderContract:
    """Subclass it; give a provider whose other side accepts everything."""

    channel: str
    kind: str
    down: dict[str, str | int] | None = None  # settings with which nobody answers, if there are

    def world(self) -> AbstractAsyncContextManager[Provider]:
        """Give a provider that works, for as long as the context is open."""
        raise NotImplementedError

    def envelopes(self, count: int) -> list[Envelope]:
        """Give envelopes that are fine."""
        to = "reader{}@example.test" if self.channel == "email" else "+1514555{:04}"
        content = b"Subject: Pool closed\r\n\r\nSee you on Tuesday.\r\n"
        return [Envelope(n, "club@example.org", to.format(n), content) for n in range(1, count + 1)]

    @pytest.fixture
    async def provider(self) -> AsyncIterator[Provider]:
        """Open the world for one test."""
        async with self.world() as provider:
            yield provider

    async def test_each_envelope_is_answered_once(self, provider: Provider) -> None:
        answers = await send_all(await provider.connect(), self.envelopes(40))
        assert set(answers.times.values()) == {1}
        assert sorted(answers.accepted) == list(range(1, 41))

    async def test_every_acceptance_has_a_reference(self, provider: Provider) -> None:
        answers = await send_all(await provider.connect(), self.envelopes(3))
        refs = [
            outcome.ref for outcome in answers.outcomes.values() if isinstance(outcome, Accepted)
        ]
        assert len(set(refs)) == 3
        assert all(refs)

    async def test_a_connection_is_used_again(self, provider: Provider) -> None:
        connection, answers = await provider.connect(), Answers()
        for envelope in self.envelopes(5):
            assert connection.usable
            await connection.send([envelope], answers)
        await connection.close()
        assert answers.accepted == [1, 2, 3, 4, 5]

    async def test_sending_nothing_is_fine(self, provider: Provider) -> None:
        assert not (await send_all(await provider.connect(), [])).outcomes

    async def test_closing_twice_is_fine_and_ends_the_use(self, provider: Provider) -> None:
        connection = await provider.connect()
        await connection.close()
        await connection.close()
        assert not connection.usable

    async def test_nobody_there_is_said_in_plain_words(self) -> None:
        if self.down is None:
            pytest.skip("this provider cannot be down")
        provider = find(self.channel, self.kind).from_config(self.down)
        with pytest.raises(SenderDown) as caught:
            await provider.connect()
        refusal = caught.value.refusal
        assert not refusal.permanent
        assert refusal.code in {"connect", "dns", "tls", "login", "greeting"}
        assert refusal.text

    def test_its_settings_can_be_shown_in_a_form(self) -> None:
        chosen: type[Kind] = find(self.channel, self.kind)
        assert (chosen.channel, chosen.kind) == (self.channel, self.kind)
        for setting in chosen.settings:
            assert setting.help
            assert setting.default is None or isinstance(setting.default, setting.kind)

    def test_an_unknown_setting_is_refused(self) -> None:
        with pytest.raises(BadConfig, match="colour"):
            find(self.channel, self.kind).from_config({"colour": "blue"})
