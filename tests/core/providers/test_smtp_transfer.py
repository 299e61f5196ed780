"""The pure part of the SMTP session, tried with every kind of answer in every order."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import pairwise

from hypothesis import example, given
from hypothesis import strategies as st

from sendout.core.delivery.outcome import Refused, Unsure
from sendout.core.providers.base import Envelope
from sendout.core.providers.smtp_dialogue import Waits
from sendout.core.providers.smtp_replies import (
    GONE,
    Extensions,
    Reply,
    ReplyReader,
    code,
    reference,
    retry_after,
    words,
)
from sendout.core.providers.smtp_transfer import LARGE, Transfer
from tests.core.providers.contract import Answers

ANSWERS = ["yes", "yes", "yes", "450 4.2.0 Busy", "550 5.1.1 Unknown", "421 4.3.2 Bye", "gone"]
WAITS = Waits.scaled(300)


class Server:
    """Follows RFC 5321 and answers each command as the next of `moods` says."""

    def __init__(self, moods: Iterator[str]) -> None:
        self.moods = moods
        self.accepted: list[bytes] = []
        self.gone = False
        self.mail = self.text = False
        self.recipient = b""
        self.held = b""
        self.unanswered: bytes | None = None

    def hear(self, data: bytes, wanted: int) -> list[Reply]:
        replies: list[Reply] = []
        while data and not self.gone:
            if self.text:
                self.held += data
                if not wanted:
                    break
                said, end, data = self.held.partition(b"\r\n.\r\n")
                assert end, "a text without its end"
            else:
                said, _, data = data.partition(b"\r\n")
            self.held = b"\r\n"
            self._answer(said, replies)
        return [*replies, GONE] if self.gone else replies

    def _answer(self, said: bytes, replies: list[Reply]) -> None:
        mood = next(self.moods, "yes")
        at_end, self.text = self.text, False
        usual, then = self._judge(said, at_end)
        if mood == "gone":
            self.gone = True
            self.unanswered = self.recipient if at_end else None
            return
        reply = usual if mood == "yes" or usual[:1] == b"5" else mood.encode()
        if reply is usual and usual[:1] in b"23":
            then()
        elif at_end:
            self.mail, self.recipient = False, b""
        replies.append(reply)
        self.gone = reply.startswith(b"421")

    def _judge(self, said: bytes, at_end: bool) -> tuple[Reply, Callable[[], None]]:
        if at_end:
            return b"250 2.0.0 Ok: queued as Q" + self.recipient, self._accept
        if said == b"RSET":
            return b"250 2.0.0 Ok", self._forget
        if said.startswith(b"MAIL"):
            return (b"503 5.5.1 Nested" if self.mail else b"250 2.1.0 Ok"), self._begin
        if said.startswith(b"RCPT"):
            usual = b"250 2.1.5 Ok" if self.mail else b"503 5.5.1 Need MAIL"
            return usual, lambda: setattr(self, "recipient", said[9:-1])
        assert said == b"DATA", said
        usual = b"354 Go on" if self.recipient else b"554 5.5.1 No recipients"
        return usual, lambda: setattr(self, "text", True)

    def _begin(self) -> None:
        self.mail = True

    def _forget(self) -> None:
        self.mail, self.recipient = False, b""

    def _accept(self) -> None:
        self.accepted.append(self.recipient)
        self._forget()


def letters(sizes: list[int]) -> list[Envelope]:
    return [
        Envelope(number, "club@example.org", f"{number}@example.test", b"x" * size + b"\r\n")
        for number, size in enumerate(sizes, 1)
    ]


def converse(transfer: Transfer, server: Server, envelopes: list[Envelope]) -> Answers:
    """Hold the dialogue between the two, as the session would."""
    answers = Answers()
    dialogue = transfer.deliver(envelopes, answers)
    step = next(dialogue, None)
    while step is not None:
        data, wanted, _, _ = step
        replies = server.hear(data, wanted)
        assert server.gone or len(replies) == wanted
        try:
            step = dialogue.send(replies)
        except StopIteration:
            step = None
    return answers


@given(
    pipelining=st.booleans(),
    moods=st.lists(st.sampled_from(ANSWERS), max_size=40),
    count=st.integers(0, 8),
)
@example(pipelining=True, moods=["yes", "550 5.1.1 Unknown", "yes", "yes"], count=3)
def test_the_server_and_we_agree_on_every_message(
    pipelining: bool, moods: list[str], count: int
) -> None:
    server = Server(iter(moods))
    transfer = Transfer(Extensions(pipelining=pipelining), WAITS)
    answers = converse(transfer, server, letters([5] * count))

    assert set(answers.times.values()) <= {1}
    assert answers.accepted == [int(each.split(b"@")[0]) for each in server.accepted]
    unsure = [n for n, outcome in answers.outcomes.items() if isinstance(outcome, Unsure)]
    assert unsure == ([int(server.unanswered.split(b"@")[0])] if server.unanswered else [])
    for outcome in answers.outcomes.values():
        assert not isinstance(outcome, Refused) or outcome.code in {"4.2.0", "5.1.1", "4.3.2"}
    assert len(answers.outcomes) == count or transfer.tally.over


@given(
    pipelining=st.booleans(),
    moods=st.lists(st.sampled_from(ANSWERS[:-2]), max_size=30),
    most=st.integers(1, 4),
)
@example(pipelining=True, moods=[], most=3)
def test_a_known_limit_of_the_connection_is_kept(
    pipelining: bool, moods: list[str], most: int
) -> None:
    transfer = Transfer(Extensions(pipelining=pipelining), WAITS, most)
    answers = converse(transfer, Server(iter(moods)), letters([5] * 6))
    assert len(answers.outcomes) <= most
    assert transfer.tally.over
    if not moods:
        assert answers.accepted == list(range(1, most + 1))


def test_a_slice_after_a_refused_one_begins_anew() -> None:
    server = Server(iter(["yes", "550 5.1.1 Unknown"]))
    transfer = Transfer(Extensions(pipelining=True), WAITS)
    converse(transfer, server, letters([5]))
    answers = converse(transfer, server, letters([5, 5]))
    assert answers.accepted == [1, 2]


def test_large_messages_and_small_ones_in_turn() -> None:
    server = Server(iter([]))
    sizes = [5, LARGE + 1, 5, LARGE + 1, LARGE + 1]
    for pipelining in (True, False):
        transfer = Transfer(Extensions(pipelining=pipelining), WAITS)
        assert converse(transfer, server, letters(sizes)).accepted == [1, 2, 3, 4, 5]


STREAM = (
    b"220 mail.example.org ESMTP\r\n250-mail.example.org\r\n250-SIZE\r\n250 8BITMIME\r\n"
    b"250\r\n550-5.1.1 No\n550 5.1.1 really\r\n354 Go on\r\n"
)
WHOLE = [
    b"220 mail.example.org ESMTP",
    b"250-mail.example.org\n250-SIZE\n250 8BITMIME",
    b"250",
    b"550-5.1.1 No\n550 5.1.1 really",
    b"354 Go on",
]


@given(cuts=st.lists(st.integers(0, len(STREAM)), max_size=30))
def test_replies_are_the_same_however_they_are_cut(cuts: list[int]) -> None:
    reader, replies = ReplyReader(), list[bytes]()
    edges = [0, *sorted(cuts), len(STREAM)]
    for start, end in pairwise(edges):
        replies += reader.feed(STREAM[start:end])
    assert replies == WHOLE
    assert reader.between


def test_words_and_codes_of_a_reply() -> None:
    assert words(WHOLE[3]) == "No really"
    assert [code(reply) for reply in WHOLE] == ["220", "250", "250", "5.1.1", "354"]
    assert code(b"550 4.1.1 a code of another kind") == "550"


def test_where_servers_put_their_reference() -> None:
    said = {
        b"250 2.0.0 Ok: queued as 4jYCQG49ZLz8Gw": "4jYCQG49ZLz8Gw",
        b"250 OK id=1rABCD-0001Xy-2B": "1rABCD-0001Xy-2B",
        b"250 2.0.0 OK  1700000000 a1-20020a05.7 - gsmtp": "a1-20020a05.7",
        b"250 Ok 0100018c1234abcd-5678-000000": "0100018c1234abcd-5678-000000",
        b"250 2.0.0 3ANHKxYz012345 Message accepted for delivery": "3ANHKxYz012345",
        b"250 2.6.0 <a@b.test> [InternalId=12] Queued mail for delivery": "",
        b"250 OK": "",
    }
    assert {reply: reference(reply) for reply in said} == said


def test_how_long_servers_ask_us_to_wait() -> None:
    said = {
        "Greylisted, please try again in 300 seconds": 300.0,
        "try again in 5 minutes": 300.0,
        "Deferred for 01 h, come back later": 3600.0,
        "Please retry after 90s": 90.0,
        "try again in 100 hours": 86_400.0,
        "Mailbox busy, try later": None,
        "Message exceeds 10 minutes": None,
    }
    assert {text: retry_after(text) for text in said} == said
