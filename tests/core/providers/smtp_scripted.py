"""The SMTP provider and letters for a scripted server."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from sendout.core.providers.base import Envelope
from sendout.core.providers.smtp import SmtpConfig, SmtpProvider
from tests.core.providers.contract import Answers, send_all
from tests.rigs.smtp_script import OFFERS, SmtpScript

PLAIN = tuple(offer for offer in OFFERS if offer != "PIPELINING")
CHUNKS = (*OFFERS, "CHUNKING")
both_ways = pytest.mark.parametrize("offers", [OFFERS, PLAIN], ids=["pipelined", "step by step"])
all_ways = pytest.mark.parametrize(
    "offers", [OFFERS, PLAIN, CHUNKS], ids=["pipelined", "step by step", "in chunks"]
)


def provider_for(script: SmtpScript, **settings: Any) -> SmtpProvider:
    return SmtpProvider(SmtpConfig("127.0.0.1", script.port, **{"timeout": 5, **settings}))


def letter(number: int, to: str = "", content: bytes = b"") -> Envelope:
    text = content or b"Subject: Letter %d\r\n\r\nDear reader,\r\nthe pool is closed.\r\n" % number
    return Envelope(number, "club@example.org", to or f"reader{number}@example.test", text)


def letters(count: int) -> list[Envelope]:
    return [letter(number) for number in range(1, count + 1)]


async def until(true: Callable[[], bool]) -> None:
    for _ in range(500):
        if true():
            return
        await asyncio.sleep(0.01)
    raise TimeoutError


async def outcomes(script: SmtpScript, envelopes: list[Envelope], **settings: Any) -> Answers:
    connection = await provider_for(script, **settings).connect()
    answers = await send_all(connection, envelopes)
    assert set(answers.times.values()) <= {1}
    assert script.broken_rules == []
    return answers
