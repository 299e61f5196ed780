"""Log lines for people and for machines: the words, and the facts given as `extra`.

A line is `time LEVEL logger: words sendout=12 channel=email`, or the same as one JSON object.
"""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime

# What the standard library puts on a record, and what Django does: its request says nothing more.
_PLAIN = logging.makeLogRecord({}).__dict__.keys() | {"message", "asctime", "request"}


def facts_of(record: logging.LogRecord) -> dict[str, object]:
    """Give what was passed as `extra`."""
    return {name: value for name, value in record.__dict__.items() if name not in _PLAIN}


class Line(logging.Formatter):
    """One line for people; facts follow as key=value, quoted where they hold a space."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s")

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - logging's name
        """Add the facts to the words."""
        facts = [f"{name}={_shown(value)}" for name, value in facts_of(record).items()]
        return " ".join([super().formatMessage(record), *facts])


def _shown(value: object) -> str:
    text = str(value)
    return json.dumps(text, ensure_ascii=False) if not text or set(text) & set(' "=\n') else text


class JsonLine(logging.Formatter):
    """One JSON object on one line; times in UTC."""

    def format(self, record: logging.LogRecord) -> str:
        """Put words, facts and, of an exception, its traceback into one object."""
        entry: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            **facts_of(record),
        }
        if record.exc_info:
            entry["exception"] = self.formatException(record.exc_info)
        return json.dumps(entry, ensure_ascii=False, default=str)
