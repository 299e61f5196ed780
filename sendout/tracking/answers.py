"""What a request is about and what it gets: the same at every door, whatever server asks.

Nothing is looked up: the token says which delivery, the sealed link says where to.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import quote

from sendout.core import tokens
from sendout.core.message import links
from sendout.core.tokens import BadToken
from sendout.core.tracking.requests import look
from sendout.deliveries.links import CLICK, OPEN
from sendout.tracking.hits import Row

OPENS, CLICKS, PIXEL = "/o/", "/c/", ".gif"
METHODS = ("GET", "HEAD")
LONGEST_PATH = 9_000  # bytes; the longest sealed link has about 8,000

# A transparent picture of one point, the smallest that every mail program shows.
GIF = bytes.fromhex(
    "47494638396101000100800000000000ffffff21f90401000000002c00000000010001000002024401003b"
)
Headers = tuple[tuple[str, str], ...]
_FRESH = ("cache-control", "no-store, max-age=0")
_PRIVATE = (
    ("referrer-policy", "no-referrer"),
    ("x-robots-tag", "noindex, nofollow"),
    ("x-content-type-options", "nosniff"),
)
_TEXT = ("content-type", "text/plain; charset=utf-8")


@dataclass(frozen=True, slots=True, eq=False)
class Answer:
    """What is sent back. Each is the same as itself alone, so that doors may keep its bytes."""

    status: int
    headers: Headers
    body: bytes = b""


def sentence(status: int, words: str, *more: tuple[str, str]) -> Answer:
    """Give an answer of one plain sentence; nothing of the request is in it."""
    body = f"{words}\n".encode()
    return Answer(status, (_TEXT, _FRESH, *_PRIVATE, *more, _length(body)), body)


def _length(body: bytes) -> tuple[str, str]:
    return ("content-length", str(len(body)))


PICTURE = Answer(200, (("content-type", "image/gif"), _FRESH, *_PRIVATE, _length(GIF)), GIF)
NOT_OURS = sentence(
    404, "This link is not complete or not ours. Open it again from the message it came with."
)
NOT_SO = sentence(405, "This address can be opened, and nothing else.", ("allow", "GET, HEAD"))
TOO_LONG = sentence(414, "This address is longer than any of our links.")


def is_ours(path: str) -> bool:
    """Tell whether the path is one of a picture or a tracked link."""
    if path.startswith(CLICKS):
        return True
    return path.startswith(OPENS) and path.endswith(PIXEL) and path.count("/") == 2


def answer(
    keys: Sequence[bytes], method: str, path: str, headers: Mapping[str, str]
) -> tuple[Answer, Row | None]:
    """Give the answer, and the hit to commit before it leaves; no hit where nothing is ours.

    path: decoded. headers: lower-case names, those of `core.tracking.requests.HEADERS`.
    """
    if method not in METHODS:
        return NOT_SO, None
    if len(path) > LONGEST_PATH:
        return TOO_LONG, None
    try:
        if path.startswith(OPENS):
            token, link, url = path[len(OPENS) : -len(PIXEL)], 0, ""
            delivery, given = tokens.read(keys, token, OPEN).delivery, PICTURE
        else:
            token, _, sealed = path[len(CLICKS) :].partition("/")
            delivery = tokens.read(keys, token, CLICK).delivery
            link, url, given = _open(tuple(keys), sealed)
    except BadToken:
        return NOT_OURS, None
    seen = look(method, headers)
    return given, Row(delivery, link, seen.sign, seen.client, time.time(), url)


@lru_cache(maxsize=1024)
def _open(keys: tuple[bytes, ...], sealed: str) -> tuple[int, str, Answer]:
    """Open a sealed link, which is the same for everybody who got the message."""
    link = links.open(keys, sealed)
    return link.number, link.url, redirect(link.url)


def redirect(url: str) -> Answer:
    """Lead to a sealed address; what a header cannot hold is written as RFC 3987 3.1 says."""
    place = quote(url, safe="%/:=&?~#+!$,;'@()*[]|")
    return Answer(302, (("location", place), _FRESH, *_PRIVATE, ("content-length", "0")))
