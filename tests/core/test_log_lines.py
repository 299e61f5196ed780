"""Log lines carry their facts, one line each, for people and for machines."""

from __future__ import annotations

import json
import logging

from sendout.core.log_lines import JsonLine, Line


def record(words: str = "slice settled", **facts: object) -> logging.LogRecord:
    at = {"created": 1777888800.25, "levelname": "INFO", "name": "sendout.engine"}
    return logging.makeLogRecord({"msg": words, **at, **facts})


def test_a_line_for_people_ends_with_the_facts() -> None:
    line = Line().format(record(sendout=12, sender="Our mail server", code=""))
    assert line.endswith(
        'INFO sendout.engine: slice settled sendout=12 sender="Our mail server" code=""'
    )


def test_a_line_for_machines_is_one_object() -> None:
    entry = json.loads(JsonLine().format(record(sendout=12, sender="Zoé")))
    assert entry == {
        "at": "2026-05-04T10:00:00.250+00:00",
        "level": "INFO",
        "logger": "sendout.engine",
        "message": "slice settled",
        "sendout": 12,
        "sender": "Zoé",
    }


def test_strangers_words_cannot_begin_a_line_of_their_own() -> None:
    nasty = 'no\n2026-05-04 INFO sendout: "all is well"'
    assert "\n" not in Line().format(record(answer=nasty))
    assert "\n" not in JsonLine().format(record(answer=nasty))


def test_an_exception_stays_inside_its_object() -> None:
    try:
        raise ValueError("no such thing")
    except ValueError as error:
        told = record("failed", exc_info=(ValueError, error, error.__traceback__))
    assert json.loads(JsonLine().format(told))["exception"].endswith("ValueError: no such thing")
