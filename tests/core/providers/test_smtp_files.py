"""Messages that go on with files shared by all recipients: whole, announced right, in pieces."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from sendout.core.delivery.outcome import Accepted, Refused
from sendout.core.message.attached import Attached, tail
from sendout.core.providers.base import Envelope
from sendout.core.providers.smtp_chunks import GROUP, Chunks
from sendout.core.providers.smtp_dialogue import Dialogue, Waits
from sendout.core.providers.smtp_envelope import PIECE
from sendout.core.providers.smtp_replies import Extensions
from sendout.core.providers.smtp_transfer import LARGE, Transfer
from tests.core.providers.contract import Answers
from tests.core.providers.smtp_scripted import CHUNKS, PLAIN, all_ways, letters, outcomes
from tests.rigs.smtp_script import OFFERS, SmtpScript

SMALL = tail([Attached("Été.txt", "text/plain", b"\n.\n..\r\n" * 40)], "=_files")
LARGE_TAIL = tail([Attached("Plan.pdf", "application/pdf", bytes(range(256)) * 4_000)], "=_files")
WAITS = Waits.scaled(300)


def with_files(count: int, end: bytes) -> list[Envelope]:
    return [replace(envelope, tail=end) for envelope in letters(count)]


def writes(dialogue: Dialogue[None]) -> list[bytes]:
    """Give what leaves before an answer is waited for."""
    said, wanted, *_ = next(dialogue)
    found = []
    while said and not wanted:
        found.append(said)
        said, wanted, *_ = dialogue.send([])
    return found


@all_ways
@pytest.mark.parametrize("end", [SMALL, LARGE_TAIL], ids=["small", "large"])
async def test_each_message_arrives_with_its_files(offers: tuple[str, ...], end: bytes) -> None:
    async with SmtpScript(offers=offers) as script:
        answers = await outcomes(script, with_files(3, end))
    assert answers.accepted == [1, 2, 3]
    for received, envelope in zip(script.accepted, letters(3), strict=True):
        assert received.content == envelope.content + end
        assert received.recipients == [envelope.to]


@pytest.mark.parametrize("more", [(), ("CHUNKING",)])
async def test_the_announced_size_is_that_of_the_whole(more: tuple[str, ...]) -> None:
    offers = (*[each for each in OFFERS if not each.startswith("SIZE")], "SIZE 2000000", *more)
    async with SmtpScript(offers=offers) as script:
        await outcomes(script, with_files(1, LARGE_TAIL))
    [announced] = re.findall(r"SIZE=(\d+)", "\n".join(script.log))
    assert int(announced) == len(script.accepted[0].content)


@pytest.mark.parametrize("more", [(), ("CHUNKING",)])
async def test_a_server_that_takes_less_is_not_asked(more: tuple[str, ...]) -> None:
    offers = (*[each for each in OFFERS if not each.startswith("SIZE")], "SIZE 1000000", *more)
    async with SmtpScript(offers=offers) as script:
        answers = await outcomes(script, [*letters(1), *with_files(2, LARGE_TAIL)[1:]])
    refused = answers.outcomes[2]
    assert answers.accepted == [1]
    assert isinstance(refused, Refused)
    assert (refused.code, refused.permanent) == ("5.3.4", True)


@pytest.mark.parametrize("at", ["MAIL", "RCPT", "."])
@pytest.mark.parametrize("offers", [OFFERS, PLAIN, CHUNKS])
async def test_a_refusal_is_of_that_message_alone(at: str, offers: tuple[str, ...]) -> None:
    async with SmtpScript(offers=offers, faults={(at, 2): "550 5.7.1 No files here"}) as script:
        answers = await outcomes(script, with_files(3, LARGE_TAIL))
    assert answers.accepted == [1, 3]
    assert [received.content[-30:] for received in script.accepted] == [LARGE_TAIL[-30:]] * 2
    assert not isinstance(answers.outcomes[2], Accepted)


def test_chunks_hold_no_more_than_a_piece_of_large_files() -> None:
    dialogue = Chunks(Extensions(pipelining=True, chunking=True), WAITS).deliver(
        with_files(2, LARGE_TAIL), Answers()
    )
    written = writes(dialogue)
    assert max(map(len, written)) <= PIECE
    assert b"".join(written).count(b"BDAT") == 1  # the second waits: so much is on its way
    assert b"".join(written).endswith(LARGE_TAIL)


def test_chunks_with_small_files_leave_together() -> None:
    dialogue = Chunks(Extensions(pipelining=True, chunking=True), WAITS).deliver(
        with_files(3, SMALL), Answers()
    )
    assert [said.count(b"BDAT") for said in writes(dialogue)] == [3]
    assert len(SMALL) * 3 < GROUP


def test_data_holds_no_more_than_a_piece_of_large_files() -> None:
    dialogue = Transfer(Extensions(pipelining=True), WAITS).deliver(
        with_files(1, LARGE_TAIL), Answers()
    )
    next(dialogue)
    said, wanted, *_ = dialogue.send([b"250 Ok", b"250 Ok", b"354 Go on"])
    written = []
    while not wanted:
        written.append(said)
        said, wanted, *_ = dialogue.send([])
    assert (max(map(len, written)), said) == (PIECE, b".\r\n")
    assert b"".join(written) == letters(1)[0].content + LARGE_TAIL
    assert len(LARGE_TAIL) > LARGE
