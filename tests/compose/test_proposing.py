"""An SMS proposed from the email says its beginning, in whole sentences."""

from __future__ import annotations

import pytest

from sendout.accounts.models import Organisation
from sendout.compose.models import Message
from sendout.compose.proposing import propose_sms

CLUB = Organisation(name="Aqua", stop_words="every")


@pytest.mark.parametrize(
    ("body", "sms"),
    [
        ("", ""),
        ("---", ""),
        ("# Closed\n\nToday, **all day**.\n\n- Read", "Closed\nToday, all day.\n- Read"),
        ("Hi {{ first_name|Mr. X }}. Bye.", "Hi {{ first_name|Mr. X }}. Bye."),
        ("Hi {{ broken. And on.", "Hi {{ broken. And on."),
    ],
)
def test_the_first_lines_of_markdown_become_the_sms(body: str, sms: str) -> None:
    assert propose_sms(Message(body=body), CLUB) == sms


@pytest.mark.parametrize(
    "body",
    [
        "<h1>Pool closed</h1><p>Today.</p><script>no()</script>",
        "<!doctype html><title>x</title><body><h1>Pool closed</h1><p>Today.</p>",
    ],
)
def test_html_is_read_too(body: str) -> None:
    message = Message(body=body, body_format="html")
    assert propose_sms(message, CLUB) == "Pool closed\nToday."


def test_only_whole_sentences_that_fit_one_sms() -> None:
    assert propose_sms(Message(body=f"One. {'a' * 154}. Two."), CLUB) == f"One. {'a' * 154}."
    assert propose_sms(Message(body=f"One. {'a' * 155}. Two."), CLUB) == "One."


def test_the_words_of_unsubscribing_take_their_room() -> None:
    message = Message(body=f"One. {'a' * 140}.", category="marketing")
    assert propose_sms(message, CLUB) == "One."


def test_a_first_sentence_that_is_too_long_is_kept_whole() -> None:
    assert propose_sms(Message(body=f"{'long ' * 60}end. Two."), CLUB) == f"{'long ' * 60}end."
