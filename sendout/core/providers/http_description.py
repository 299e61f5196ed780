"""What a described gateway asks for and says, as its settings or `gateways.toml` tell."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from functools import cache
from importlib.resources import files
from typing import Any, Self

from sendout.core.providers import http_slots
from sendout.core.providers.setting import BadConfig

SETTINGS = frozenset({"username", "password", "secret", "basic"})
MESSAGE = frozenset({"to", "to_digits", "from", "from_digits", "text", "id", "callback", "coding"})
STATUSES = re.compile(r"[1-5]\d\d(-[1-5]\d\d)?")
WAYS = {"query": {"GET", "POST"}, "form": {"POST"}, "json": {"POST", "PUT"}}


@dataclass(frozen=True, slots=True)
class Description:
    """A gateway. Words are parted by blanks; a field of a call is a name, or a path into JSON.

    method, sends: how a request goes; fields, headers: its templates. taken: statuses of an answer
    that say so, such as "200-299"; taken_words: an expression that its body must match besides.
    reference: where the gateway's id stands in it: a path, or an expression with a group; empty for
    our own. number_words, busy_words, login_words: expressions by which a refusal is understood.
    signature_header, signature_time_header: HMAC-SHA256 of body and time in hexadecimal.
    receipt_name: where our {id} comes back. delivered, failed, passed: words of receipt_status;
    bad_number: those of receipt_status or receipt_code that blame the number.
    """

    label: str = "SMS gateway"
    place: str = "Enter it where the gateway asks for receipts and for texts that come in."
    asks: tuple[str, ...] = ()
    api_url: str = ""
    method: str = "POST"
    sends: str = "form"
    fields: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    taken: str = "200-299"
    taken_words: str = ""
    reference: str = ""
    number_words: str = ""
    busy_words: str = ""
    login_words: str = ""
    signature_header: str = ""
    signature_time_header: str = ""
    receipt_name: str = ""
    receipt_reference: str = ""
    receipt_status: str = ""
    delivered: str = ""
    failed: str = ""
    passed: str = ""
    bad_number: str = ""
    receipt_code: str = ""
    receipt_text: str = ""
    receipt_at: str = ""
    reply_from: str = ""
    reply_to: str = ""
    reply_text: str = ""
    reply_charset: str = ""
    reply_id: str = ""
    reply_at: str = ""

    @classmethod
    def read(cls, told: Mapping[str, Any]) -> Self:
        """Read one that settings describe. Raises BadConfig, with the setting first."""
        names = {each.name for each in fields(cls)}
        values = {name: value for name, value in told.items() if name in names}
        values |= {name: _object(name, told.get(name, "")) for name in ("fields", "headers")}
        return cls(**values).checked()

    def checked(self) -> Self:
        """Give this description. Raises BadConfig where it cannot be followed."""
        known = SETTINGS | MESSAGE
        for name in ("api_url", "fields"):
            http_slots.check(name, getattr(self, name), known)
        http_slots.check("headers", self.headers, known - {"text"})
        if self.method not in WAYS[self.sends]:
            ways = " or ".join(sorted(WAYS[self.sends]))
            raise BadConfig(f"method is {ways} where sends is {self.sends}.")
        for name in ("taken_words", "number_words", "busy_words", "login_words"):
            _expression(name, getattr(self, name))
        if "(" in self.reference and _expression("reference", self.reference).groups != 1:
            raise BadConfig("reference is a path, or an expression with one group in it.")
        if not self.taken.split() or not all(map(STATUSES.fullmatch, self.taken.split())):
            raise BadConfig("taken is one or more HTTP statuses, such as 200-299 or 200 202.")
        if not {"{to}", "{to_digits}"} & set(_slots(self)) or "{text}" not in _slots(self):
            raise BadConfig("fields must have the slots {to} or {to_digits}, and {text}.")
        return self

    def takes(self, status: int) -> bool:
        """Tell whether this status says that the message was taken."""
        for each in self.taken.split():
            first, _, last = each.partition("-")
            if int(first) <= status <= int(last or first):
                return True
        return False


def _slots(description: Description) -> list[str]:
    text = json.dumps([description.api_url, description.fields])
    return [f"{{{slot}}}" for slot in http_slots.SLOT.findall(text)]


def _object(name: str, text: Any) -> Mapping[str, Any]:
    try:
        told = json.loads(text or "{}")
    except (ValueError, RecursionError):
        told = None
    if not isinstance(told, dict):
        raise BadConfig(f'{name} is a JSON object, such as {{"to": "{{to}}", "text": "{{text}}"}}.')
    return told


def _expression(name: str, text: str) -> re.Pattern[str]:
    try:
        return re.compile(text)
    except re.error as error:
        raise BadConfig(f"{name} is no regular expression: {error}.") from None


@cache
def presets() -> Mapping[str, Description]:
    """Give the gateways that ship, by name."""
    told = tomllib.loads(files(__package__).joinpath("gateways.toml").read_text())
    return {
        name: Description(**{**each, "asks": tuple(each["asks"])}).checked()
        for name, each in told.items()
    }
