"""What somebody asks for who answers by SMS: to be left alone, to come back, or to be told more."""

from __future__ import annotations

from enum import Enum

from sendout.core.message.stop import is_stop
from sendout.core.message.template import fold

START_WORDS = {"start", "unstop"}
HELP_WORDS = {"help", "info", "aide"}
NEAR = {"stop", "unsubscribe", "desabonner", "arret", "arreter", "baja"}


class Asked(Enum):
    """What a reply asks for. REVIEW: it may mean STOP, and a person is to decide."""

    STOP = "stop"
    START = "start"
    HELP = "help"
    REVIEW = "review"
    REPLY = "reply"


def read(text: str) -> Asked:
    """Say what a reply asks for; a keyword must be the whole reply."""
    words = "".join(c if c.isalnum() else " " for c in fold(text)).split()
    if is_stop(text):
        return Asked.STOP
    if "".join(words) in START_WORDS:
        return Asked.START
    if "".join(words) in HELP_WORDS:
        return Asked.HELP
    return Asked.REVIEW if NEAR & set(words) else Asked.REPLY
