"""`sendout send --estimate`: what it would cost, as text or JSON; nothing is kept."""

from __future__ import annotations

import json

from sendout.core.money import money, plain_amount
from sendout.deliveries import limit
from sendout.deliveries.estimate import Estimate, Part, estimate
from sendout.sendouts.lifecycle import NotPossible
from sendout.sendouts.models import SendOut


def print_estimate(sendout: SendOut, *, as_json: bool) -> int:
    """Print what the send-out would cost; gives the exit code, 1 when it does not fit the month."""
    found = estimate(sendout)
    refusal = ""
    try:
        limit.fits(sendout.organisation, found.price)
    except NotPossible as error:
        refusal = str(error)
    currency = sendout.organisation.currency
    print(to_json(found, currency, refusal) if as_json else to_text(found, currency, refusal))
    return 1 if refusal else 0


def to_text(found: Estimate, currency: str, refusal: str) -> str:
    """Write a line for each channel and country, what makes texts longer, and the total."""
    lines = [_line(part, currency) for part in found.parts]
    lines += [
        f"{' '.join(each.characters)} in {each.texts:,} texts: {each.segments:,} segments instead "
        f"of {each.without:,}, {money(each.price, currency)} instead of "
        f"{money(each.price_without, currency)}"
        for each in found.drawbacks
    ]
    at_most = "at most " if found.at_most else ""
    lines.append(f"It would cost {at_most}{money(found.price, currency)}.")
    return "\n".join([*lines, *([refusal] if refusal else [])])


def _line(part: Part, currency: str) -> str:
    each, price = money(part.each, currency), money(part.price, currency)
    if part.channel == "email":
        return f"email: {part.messages:,} messages at {each}, {price}"
    where, sums = part.country or "other countries", f"{part.messages:,} messages"
    return f"sms {where}: {sums}, {part.segments:,} segments at {each}, {price}"


def to_json(found: Estimate, currency: str, refusal: str) -> str:
    """Write one object; prices are texts in units of the currency, exact to the millionth."""
    parts = [
        {
            "channel": part.channel,
            "country": part.country,
            "messages": part.messages,
            "segments": part.segments,
            "each": plain_amount(part.each),
            "price": plain_amount(part.price),
        }
        for part in found.parts
    ]
    longer = [
        {
            "characters": list(each.characters),
            "texts": each.texts,
            "segments": each.segments,
            "segments_without": each.without,
            "price": plain_amount(each.price),
            "price_without": plain_amount(each.price_without),
        }
        for each in found.drawbacks
    ]
    answer = {"price": plain_amount(found.price), "currency": currency, "parts": parts}
    more = {"at_most": found.at_most, "longer": longer, "refusal": refusal}
    return json.dumps(answer | more, ensure_ascii=False)
