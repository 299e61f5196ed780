"""Hand a few messages over now, while somebody waits, and say in plain words what came of it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace

from django.utils import timezone

from sendout.core.bounces.codes import plain_words
from sendout.core.delivery.outcome import Accepted, Blame, Outcome, Refused, Unsure
from sendout.core.providers.base import Envelope, Provider, SenderDown
from sendout.core.providers.registry import find
from sendout.core.providers.setting import BadConfig
from sendout.senders.models import Channel, Sender
from sendout.senders.outbox import keep
from sendout.senders.signing import CannotSign, signed, signers_of
from sendout.senders.vault import CannotUnseal
from sendout.senders.ways import provider_of

LONGEST = 30.0  # seconds that a person waits for a page
TRIES = 2  # connections; a server may hang up before the first message of one

HUNG_UP = Refused(False, "connect", "the server hung up before the message", Blame.SENDER)
TOO_SLOW = Refused(False, "connect", f"the server did not answer in {LONGEST:.0f} s", Blame.SENDER)

REMEDIES = {
    "connect": "Check host and port, and whether a firewall stands between.",
    "dns": "Check the spelling of the host.",
    "tls": "Check that the host is written as in its certificate, and the kind of encryption.",
    "login": "Check user name and password, or the key; some providers want an app password here.",
    "greeting": "Check that host and port are those of a mail server that takes mail from here.",
    "settings": "Correct the sender's settings.",
}
RELAYING = "does not send to other organisations for us"


def deliver_now(
    sender: Sender, envelopes: Sequence[Envelope], longest: float = LONGEST
) -> list[Outcome]:
    """Hand the envelopes over through this sender and give one outcome for each, in order.

    longest: seconds for all of it. Never raises for network trouble, nor for settings that are
    wrong. What a rehearsing provider accepts is kept for the Outbox page.
    """
    try:
        provider = provider_of(sender)
        envelopes = [as_it_leaves(sender, envelope) for envelope in envelopes]
    except (BadConfig, CannotUnseal, CannotSign) as error:
        return [Refused(False, "settings", str(error), Blame.SENDER)] * len(envelopes)
    outcomes = asyncio.run(_deliver(provider, envelopes, longest))
    if provider.keeps_copy:
        pairs = zip(envelopes, outcomes, strict=True)
        keep(sender, [envelope for envelope, outcome in pairs if isinstance(outcome, Accepted)])
    return outcomes


def as_it_leaves(sender: Sender, envelope: Envelope) -> Envelope:
    """Sign an email where the sender's emails are signed. Raises CannotSign."""
    if not signers_of(sender):
        return envelope
    now = int(timezone.now().timestamp())
    return replace(envelope, content=signed(sender, envelope.content, now, envelope.tail))


async def _deliver(
    provider: Provider, envelopes: Sequence[Envelope], longest: float
) -> list[Outcome]:
    known: dict[int, Outcome] = {}
    handing_over = False
    try:
        async with asyncio.timeout(longest):
            for _ in range(TRIES):
                left = [envelope for envelope in envelopes if id(envelope) not in known]
                if not left:
                    break
                handing_over = False
                connection = await provider.connect()
                handing_over = True
                await connection.send(left, lambda e, outcome: known.update({id(e): outcome}))
                await connection.close()
    except SenderDown as down:
        rest: Outcome = down.refusal
    except TimeoutError:
        rest = Unsure("the server did not answer in time") if handing_over else TOO_SLOW
    else:
        rest = HUNG_UP
    return [known.get(id(envelope), rest) for envelope in envelopes]


def explain(outcome: Outcome, sender: Sender) -> str:
    """Say to the staff what became of a message and, when it failed, what to do about it."""
    if isinstance(outcome, Accepted):
        return _arrival(sender)
    if isinstance(outcome, Unsure):
        return f"We do not know whether it arrived: {outcome.text}. Look before you try again."
    return " ".join(part for part in (_cause(outcome), _remedy(outcome)) if part)


def _arrival(sender: Sender) -> str:
    if find(sender.channel, sender.kind).keeps_copy:
        return "Accepted, as a rehearsal: it is on the Outbox page, and goes nowhere else."
    if sender.channel == Channel.SMS:
        return "Accepted: the text is on its way."
    return "Accepted: the message is on its way. Look in the inbox, and in the spam folder."


def _cause(refusal: Refused) -> str:
    said = " ".join(refusal.text.split()).rstrip(".")
    if refusal.code in REMEDIES:  # nothing was handed over; the provider's words are ours
        return f"{said[:1].upper()}{said[1:]}."
    plain = plain_words(refusal.code, refusal.text)
    return f"{plain} The server said: “{refusal.code} {said}”." if said else plain


def _remedy(refusal: Refused) -> str:
    if refusal.code in REMEDIES:
        return REMEDIES[refusal.code]
    if RELAYING in plain_words(refusal.code, refusal.text):
        return "Enter a user name and password, or let this machine send through that server."
    if refusal.blame is Blame.ADDRESS:
        return "Check the address or number you sent it to; the sender itself works."
    return "" if refusal.permanent else "Try again in some minutes."
