"""How a provider of SMS calls us back: where, by which name it knows a message, and what came."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, ClassVar, Protocol, runtime_checkable
from urllib.parse import parse_qsl, urlsplit

from sendout.core import tokens
from sendout.core.providers.heard import Heard
from sendout.core.providers.near import is_near

PURPOSE = ord("s")
MOST_FIELDS = 200  # of a request
FORM = "application/x-www-form-urlencoded"


class Forged(Exception):
    """The call does not come from the provider, or is an old one again."""


class Malformed(ValueError):
    """The call is not what the provider sends."""


def _passing_keys() -> tuple[bytes, ...]:
    return (secrets.token_bytes(16),)


@dataclass(frozen=True, slots=True)
class WayBack:
    """Where a provider tells what became of a message, and our own name for each delivery.

    address: ends with a slash, holds a secret; empty where nobody could call us. keys: sign the
    names, since a provider tells of a whole account, and of other programs' messages too.
    """

    address: str = ""
    keys: Sequence[bytes] = field(default_factory=_passing_keys)

    def name(self, delivery: int) -> str:
        """Name a delivery; a test, which is none (0), gets a name of its own that nobody knows."""
        return tokens.sign(self.keys, PURPOSE, delivery) if delivery else secrets.token_hex(15)

    def delivery(self, name: str) -> int:
        """Give the delivery that we named so. Raises BadToken."""
        return tokens.read(self.keys, name, PURPOSE).delivery

    def address_for(self, name: str, api_url: str) -> str:
        """Give the address at which to tell of the message with this name.

        Empty where the provider at `api_url` could not reach it: some refuse a message for that.
        """
        theirs, ours = urlsplit(api_url).hostname or "", urlsplit(self.address).hostname or ""
        reachable = self.address and (is_near(theirs) or not is_near(ours))
        return f"{self.address}{name}/" if reachable else ""


@dataclass(frozen=True, slots=True)
class Call:
    """A request of a provider. url: the whole, as it was given to the provider.

    name: what stood behind the address, our name of a delivery. headers: by lower-case name.
    """

    method: str
    url: str
    name: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

    def query(self, encoding: str = "utf-8") -> list[tuple[str, str]]:
        """Give the fields behind the question mark. Raises Malformed."""
        return _fields(urlsplit(self.url).query, encoding)

    def form(self, encoding: str = "utf-8") -> list[tuple[str, str]]:
        """Give the fields of the body; none where it is no form. Raises Malformed."""
        if not self.headers.get("content-type", "").startswith(FORM):
            return []
        return _fields(self.body.decode("latin-1"), encoding)

    def json(self) -> Any:
        """Read the body. Raises Malformed."""
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError):
            raise Malformed("the body is not JSON") from None


def _fields(text: str, encoding: str) -> list[tuple[str, str]]:
    try:
        return parse_qsl(
            text,
            keep_blank_values=True,
            encoding=encoding,
            errors="replace",
            max_num_fields=MOST_FIELDS,
        )
    except ValueError as error:
        raise Malformed(str(error)) from None


def time_of(text: object) -> datetime | None:
    """Read a time as ISO 8601 or in seconds or milliseconds since 1970; None where it is none."""
    told = str(text or "").strip()
    try:
        if told.isascii() and told.isdigit():
            number = int(told)
            return datetime.fromtimestamp(number / 1000 if number > 10**11 else number, UTC)
        at = datetime.fromisoformat(told)
    except (ValueError, OverflowError, OSError):
        return None
    return at if at.tzinfo else at.replace(tzinfo=UTC)


@runtime_checkable
class CallsBack(Protocol):
    """A provider that tells by HTTP what became of messages, and what phones send.

    label: its name for the staff. place: where the address is entered there. signing: the setting
    with which it signs its calls, empty for none. methods: that it calls with. thanks: content type
    and body of our answer.
    """

    label: str
    place: str
    signing: str
    way_back: WayBack
    methods: ClassVar[frozenset[str]]
    thanks: ClassVar[tuple[str, str]]

    def verify(self, call: Call, now: datetime) -> None:
        """Prove that a call comes from the provider. Raises Forged, Malformed."""
        ...

    def hear(self, call: Call) -> list[Heard]:
        """Read what a call tells. Raises Malformed."""
        ...
