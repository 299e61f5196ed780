"""What was to be filled in and was not."""

from __future__ import annotations

import pytest

from sendout.core.message.blanks import blanks, example_links
from sendout.sendouts.ready_made import READY_MADE


def test_blanks_are_named_once_and_in_their_order() -> None:
    texts = ["Closed on [day]: [Place]", "**[place]** is closed on [day], [2 h] [heures d'été]"]
    assert blanks(texts) == ["[day]", "[Place]", "[heures d'été]"]


@pytest.mark.parametrize("text", ["[1] and [ ]", "[x\ny]", "[]", "]day[", "{{ first_name|there }}"])
def test_what_is_no_blank_is_left_alone(text: str) -> None:
    assert blanks([text]) == []


@pytest.mark.parametrize("ready", READY_MADE, ids=lambda ready: ready.key)
def test_every_text_that_comes_along_has_blanks(ready: object) -> None:
    texts = [ready.subject, ready.body, ready.sms]  # type: ignore[attr-defined]
    assert blanks(texts)


def test_links_to_examples_are_found() -> None:
    leads = [
        "https://example.org",
        "https://www.example.com/x",
        "https://club.example.ca",
        "http://[",
    ]
    assert example_links(leads) == leads[:2]
