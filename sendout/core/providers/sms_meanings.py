"""What the codes of SMS providers mean, in few words that all of them share.

The code is a word of `core.bounces.codes`, which has the sentence for the staff.
"""

from __future__ import annotations

from dataclasses import dataclass

from sendout.core.bounces import codes
from sendout.core.delivery.outcome import Blame, Refused


@dataclass(frozen=True, slots=True)
class Meaning:
    """What one of a provider's codes means.

    everything: nothing can leave at the moment, so the sender rests. later: it may work soon.
    """

    code: str
    blame: Blame
    everything: bool = False
    later: bool = False

    def refused(self, text: str, wait: float | None = None) -> Refused:
        """Say so of one message. text: the provider's code and words. wait: seconds."""
        permanent = not (self.everything or self.later)
        return Refused(permanent, self.code, text, self.blame, wait)


NO_NUMBER = Meaning("number", Blame.ADDRESS)  # does not exist, or a landline
STOPPED = Meaning(codes.STOPPED, Blame.RECIPIENT)  # texted STOP; the provider lets nothing through
UNREACHABLE = Meaning("phone-off", Blame.RECIPIENT)  # switched off, without network
BARRED = Meaning("barred", Blame.RECIPIENT)  # the phone or its operator takes nothing
FILTERED = Meaning("filtered", Blame.MESSAGE)  # taken for spam
BAD_TEXT = Meaning("text", Blame.MESSAGE)  # too long, empty
UNREGISTERED = Meaning("unregistered", Blame.SENDER)  # operators want our number registered first
COUNTRY = Meaning("country", Blame.MESSAGE)  # our account may not send there
UNKNOWN = Meaning("", Blame.RECIPIENT)  # the provider does not say why
BUSY = Meaning("busy", Blame.SENDER, later=True)

LOGIN = Meaning("login", Blame.SENDER, everything=True)
ACCOUNT = Meaning("settings", Blame.SENDER, everything=True)  # from-number, credit, permission
OUTAGE = Meaning("connect", Blame.SENDER, everything=True)
