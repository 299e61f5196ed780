"""Where the link of a button or a picture leads."""

from __future__ import annotations

import re

_WHOLE = re.compile(r"(?:https?://[^/\s]|mailto:.|tel:.|sms:.)\S*", re.I)
_FIELD = re.compile(r"\{\{")
_MAILBOX = re.compile(r"[^\s@/:]+@[^\s@/:]+\.[^\s@/:]+")
_HOST = re.compile(r"(?:[\w-]+\.)+[a-z]{2,}(?:[/?#:]\S*)?", re.I)


def destination(typed: str) -> str:
    """Give the address that a typed link means: `club.example` is https://club.example.

    Empty for what leads nowhere from a mailbox. A merge field may stand anywhere in it.
    """
    if _WHOLE.match(typed) or _FIELD.match(typed):
        return typed
    if _MAILBOX.fullmatch(typed):
        return f"mailto:{typed}"
    return f"https://{typed}" if _HOST.fullmatch(typed) else ""
