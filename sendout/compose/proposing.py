"""An SMS proposed from the first lines of the email: as many sentences as one SMS holds."""

from __future__ import annotations

import re
from collections.abc import Iterator

from sendout.accounts.models import Organisation
from sendout.compose.closing import closing
from sendout.compose.converting import written_html
from sendout.compose.models import Message
from sendout.core.message.plain import plain_text
from sendout.core.message.sms import measure
from sendout.core.message.template import parse
from sendout.core.message.texting import closed

_SENTENCE_END = re.compile(r"(?<=[.!?…])\s+")
_RULE = re.compile(r"-{3,}")


def propose_sms(message: Message, organisation: Organisation) -> str:
    """Give the first sentences of the email that fit one SMS with its closing words.

    The first sentence is given whole, however long. Empty when the email says nothing.
    """
    plain = plain_text(written_html(message))
    proposed = ""
    for piece in _pieces(plain):
        longer = (proposed + piece).strip()
        if proposed and _parts(longer, message, organisation) > 1:
            break
        proposed = longer
    return proposed


def _pieces(plain: str) -> Iterator[str]:
    """Cut into sentences, each after what stands before it; merge fields stay whole."""
    for line in plain.splitlines():
        if not line or _RULE.fullmatch(line):
            continue
        begun, before = "", "\n"
        for sentence in _SENTENCE_END.split(line):
            begun = f"{begun} {sentence}" if begun else sentence
            if begun.count("{{") <= begun.count("}}"):
                yield before + begun
                begun, before = "", " "
        if begun:
            yield before + begun


def _parts(text: str, message: Message, organisation: Organisation) -> int:
    words = closing(parse(text), organisation, message.category)
    return measure(closed(text, words)).segments
