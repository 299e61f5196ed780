"""No slice outlives the lease on its rows, and no connection the settings it was opened with."""

from __future__ import annotations

import asyncio
import time
from types import SimpleNamespace
from typing import Any

import pytest

from sendout import settings
from sendout.core.delivery.outcome import Outcome
from sendout.core.providers.smtp import SmtpConfig, SmtpProvider
from sendout.engine import lane as lanes_module
from sendout.engine.lane import LONGEST, Lane, Lanes
from tests.engine.test_lane import kinds, lane_to, one_slice
from tests.rigs.smtp_script import HANG_UP, SILENT, SmtpScript


def test_a_slice_is_over_before_its_lease() -> None:
    assert LONGEST < settings.LEASE_SECONDS


async def test_what_waits_in_line_does_not_wait_longer_than_its_lease(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(lanes_module, "TO_LEAVE", 1.0)
    monkeypatch.setattr(lanes_module, "SLOW", 0.05)
    async with SmtpScript(delay=0.15) as script:
        lane = lane_to(script, 1)
        begun = time.monotonic()

        async def one(first: int) -> tuple[float, dict[int, Outcome]]:
            answers = await one_slice(lane, first, 40)
            return time.monotonic() - begun, answers

        ended = await asyncio.gather(*(one(1 + 100 * n) for n in range(4)))
        await lane.close()
    assert max(seconds for seconds, _ in ended) < 3
    said = kinds({n: o for _, answers in ended for n, o in answers.items()})
    assert said.keys() == {"Accepted", "Refused"}, "nothing is in doubt"
    assert said.total() == 160


async def test_a_server_that_greets_nobody_any_more_holds_up_no_slice(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(lanes_module, "TO_LEAVE", 1.0)
    monkeypatch.setattr(lanes_module, "SLOW", 0.05)
    async with SmtpScript(faults={(".", 5): HANG_UP, ("HELLO", 2): SILENT}) as script:
        config = SmtpConfig(host="127.0.0.1", port=script.port, tls="none", timeout=10.0)
        lane = Lane(SmtpProvider(config), 1)
        begun = time.monotonic()
        answers = await one_slice(lane, 1, 40)
        assert time.monotonic() - begun < 5
    assert kinds(answers)["Refused"] >= 34


async def test_connections_end_with_the_settings_that_they_were_opened_with(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with SmtpScript() as script:
        config = SmtpConfig(host="127.0.0.1", port=script.port, tls="none")
        monkeypatch.setattr(lanes_module, "made_of", lambda sender: (sender.config,))
        monkeypatch.setattr(lanes_module, "provider_of", lambda _: SmtpProvider(config))
        lanes = Lanes()

        def lane_of(settings: int) -> Lane:
            sender: Any = SimpleNamespace(pk=1, config=settings, connections=4)
            return lanes.of(sender)

        old = lane_of(1)
        async with old.turn() as turn:
            assert lane_of(2) is not old
            await lanes.close_idle(60)
            await turn.send([], lambda *_: None)
            await one_slice(old, 1, 5)
        await asyncio.sleep(0.05)
        assert old.idle == 1
        await lanes.close_idle(60)
        assert old.over
        await lanes.close()
