"""Files that go along with emails through services."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Iterator
from email import message_from_bytes
from email.policy import SMTP, default
from typing import Any

import pytest

from sendout.core.delivery.outcome import Accepted
from sendout.core.message.attached import Attached, tail
from sendout.core.providers.base import Envelope
from sendout.senders.esp import provider
from sendout.senders.esp.mail import files_of
from tests.rigs.esp_service import Call
from tests.senders.esp_worlds import EVERY, RAW, leaves, letter, send, world

PDF = b"%PDF-1.7\n" + bytes(range(256)) * 40
PLAN = tail([Attached("Été à l'eau.pdf", "application/pdf", PDF)], "=_files")
AGENDA = tail(
    [Attached("a.csv", "text/csv", b"x,y\n"), Attached("p.pdf", "application/pdf", PDF)], "b"
)


def with_files(delivery: int = 17, files: bytes = PLAN, boundary: str = "=_files") -> Envelope:
    """Write a letter that goes on with files, as the engine does."""
    plain = message_from_bytes(letter(delivery).content, policy=SMTP)
    said = {name: plain[name] for name in plain.keys() if name != "Content-Type"}  # noqa: SIM118
    fields = "".join(f"{name}: {value}\r\n" for name, value in said.items())
    inner = bytes(plain).partition(b"\r\n\r\n")[2]
    head = f'Content-Type: multipart/mixed; boundary="{boundary}"\r\n\r\n--{boundary}\r\n'
    kind = f'Content-Type: multipart/alternative; boundary="{plain.get_boundary()}"\r\n\r\n'
    content = (fields + head + kind).encode() + inner + b"\r\n"
    return Envelope(delivery, "bounces@club.example", f"r{delivery}@x.example", content, 1, files)


def files_in(call: Call) -> dict[str, bytes]:
    """Give the files of a call by name, whatever its form."""
    if call.headers.get("Content-Type", "").startswith("multipart/form-data"):
        head = f"Content-Type: {call.headers['Content-Type']}\r\n\r\n"
        return named(head.encode() + call.body)
    found = leaves(call.data)
    if raw := next((text for text in found if text.startswith(RAW)), ""):
        return named(b64decode(raw))
    return dict(lists(call.data))


def lists(value: Any) -> Iterator[tuple[str, bytes]]:
    """Give name and content of each object that has both."""
    if isinstance(value, dict):
        said = {key.lower(): each for key, each in value.items()}
        name = said.get("filename") or said.get("name")
        content = said.get("content") or said.get("base64content") or said.get("data")
        if isinstance(name, str) and isinstance(content, str) and "email" not in said:
            yield name, b64decode(content)
        for each in value.values():
            yield from lists(each)
    elif isinstance(value, list):
        for each in value:
            yield from lists(each)


def named(whole: bytes) -> dict[str, bytes]:
    parts = message_from_bytes(whole, policy=default).walk()
    return {str(p.get_filename()): p.get_payload(decode=True) for p in parts if p.get_filename()}  # type: ignore[misc]


@EVERY
async def test_every_service_gets_the_files_byte_for_byte(name: str) -> None:
    with world(name) as (service, made):
        answers = await send(made, with_files())
        [call] = service.calls
    assert isinstance(answers.outcomes[17], Accepted)
    assert files_in(call) == {"Été à l'eau.pdf": PDF}


@EVERY
async def test_files_take_nothing_away_from_the_letter(name: str) -> None:
    with world(name) as (service, made):
        await send(made, with_files(files=AGENDA, boundary="b"))
        [call] = service.calls
    assert files_in(call) == {"a.csv": b"x,y\n", "p.pdf": PDF}
    if call.headers.get("Content-Type", "").startswith("multipart/form-data"):
        sent = call.body.decode("utf-8", "replace")
        assert "Fermé mardi." in sent
        assert "<p>Fermé <b>mardi</b>.</p>" in sent
    elif name != "amazon_ses":
        assert any("Fermé mardi.\nÀ bientôt" in text for text in leaves(call.data))


async def test_files_are_read_once_for_all_recipients() -> None:
    files_of.cache_clear()
    with world("sendgrid") as (service, made):
        await send(made, *(with_files(n) for n in range(1, 6)))
    assert [len(files_in(call)) for call in service.calls] == [1] * 5
    assert (files_of.cache_info().misses, files_of.cache_info().hits) == (1, 4)


@pytest.mark.parametrize("name", ["postmark", "mailjet"])
async def test_one_call_does_not_grow_without_bound(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(provider, "CALL_BYTES", 3 * with_files().size)
    with world(name) as (service, made):
        answers = await send(made, *(with_files(n) for n in range(1, 9)))
        assert answers.accepted == list(range(1, 9))
        assert [len(files) for files in map(files_in_all, service.calls)] == [3, 3, 2]


def files_in_all(call: Call) -> list[tuple[str, bytes]]:
    return list(lists(call.data))
