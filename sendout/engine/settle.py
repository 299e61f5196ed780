"""Outcomes become facts: one transaction for a slice, through `deliveries.record`."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from django.db import InterfaceError, OperationalError, transaction

from sendout.core.bounces import codes
from sendout.core.delivery import retry
from sendout.core.delivery.outcome import Accepted, Blame, Outcome, Refused, Unsure
from sendout.core.providers.base import Envelope
from sendout.core.providers.registry import ids_in
from sendout.deliveries import refs
from sendout.deliveries.accept import Accepted as QuickAcceptance
from sendout.deliveries.hold import Hold, release
from sendout.deliveries.record import Happening, record_slice
from sendout.deliveries.through import note_sender
from sendout.engine.costs import NOTHING, Cost, Costs, costs
from sendout.engine.prepare import Prepared, Way
from sendout.senders import domains, throughput
from sendout.senders.models import Foreseen
from sendout.senders.outbox import keep
from sendout.suppression.entries import suppress
from sendout.suppression.models import BAD_ADDRESS, Reason

logger = logging.getLogger(__name__)

UNREADABLE = Unsure("The answer could not be written down.")
LONGEST_REF, LONGEST_CODE, LONGEST_TEXT = 200, 24, 4_000  # characters


def settle(
    way: Way,
    slice_: Sequence[Prepared],
    answers: Mapping[int, Outcome],
    now: datetime,
    *,
    keeps_copy: bool,
    hold: Hold | None = None,
    seconds: float = 0.0,
) -> None:
    """Write what became of every message of a slice, all of it or nothing.

    hold: of the claim that took it; it is released, and the batch is free for the next one.
    seconds: for how long it was in hand.
    """
    cost = costs(way)
    quick, rest = _sort_out(slice_, answers, cost)
    told = [h for p, outcome in rest for h in happenings(way, p, outcome, now, cost)]
    with transaction.atomic():
        if hold is not None:
            release(hold, first_retry(told))
        if rest and way.channel == "email":
            heard = {**answers, **{sent.row.id: outcome for sent, outcome in rest}}
            said = [(sent.row.normal, heard[sent.row.id]) for sent in slice_]
            domains.learn(way.sender.pk, said, now)
        if read := ids_in(way.channel, way.sender.kind):
            refs.keep(way.sender.pk, _ids(slice_, answers, read), now)
        record_slice(now, quick, told)
        if odd := _through_another(way, slice_):
            note_sender(way.sender.pk, odd)  # of rows that are locked by now, all in one order
        _list_bad_addresses(way, rest)
        if keeps_copy:
            _keep_future(slice_, answers, now)
            keep(way.sender, _taken(slice_, answers))
        heard_rest = [outcome for _, outcome in rest]
        throughput.note(way.sender.pk, now, heard_rest, len(quick), busy=seconds)


def settle_each(
    way: Way,
    slice_: Sequence[Prepared],
    answers: Mapping[int, Outcome],
    now: datetime,
    *,
    keeps_copy: bool,
    hold: Hold,
    seconds: float,
) -> None:
    """Do what `settle` does, one message after another: what cannot be written down is not known.

    The batch is looked at again at once, since nobody else says when the first is to be tried.
    """
    each = seconds / len(slice_)
    with transaction.atomic():
        release(hold, now)
        for sent in slice_:
            try:
                with transaction.atomic():
                    settle(way, [sent], answers, now, keeps_copy=keeps_copy, seconds=each)
            except (OperationalError, InterfaceError):
                raise
            except Exception:
                logger.exception("an answer cannot be written down", extra={"row": sent.row.id})
                settle(way, [sent], {sent.row.id: UNREADABLE}, now, keeps_copy=False, seconds=each)


def _through_another(way: Way, slice_: Sequence[Prepared]) -> list[int]:
    """Give the ids of those whose row may name another sender than the one they left through."""
    all_ = way.sender.pk != way.chosen
    return [sent.row.id for sent in slice_ if all_ or sent.row.attempt > 1]


def _sort_out(
    slice_: Sequence[Prepared], answers: Mapping[int, Outcome], cost: Costs
) -> tuple[list[QuickAcceptance], list[tuple[Prepared, Outcome]]]:
    """Part what was accepted at its first try, nearly all, from what needs more words."""
    quick: list[QuickAcceptance] = []
    rest: list[tuple[Prepared, Outcome]] = []
    for sent in slice_:
        outcome = answers[sent.row.id]
        if type(outcome) is Accepted and sent.row.attempt == 1 and _fits(outcome.ref):
            quick.append((sent.row.id, outcome.ref, *cost(sent)))
        else:
            rest.append((sent, storable(outcome)))
    return quick, rest


def _fits(ref: str) -> bool:
    return len(ref) <= LONGEST_REF and ref.isprintable()


def first_retry(told: Iterable[Happening]) -> datetime | None:
    """Give when the first of these is tried again, if any is."""
    return min((h.next_try_at for h in told if h.next_try_at is not None), default=None)


def storable(outcome: Outcome) -> Outcome:
    """Give an outcome that PostgreSQL can keep, whatever a server said: text, and not too long.

    One answer that could not be written would keep the answers of its whole slice from being.
    """
    match outcome:
        case Accepted(ref=ref):
            if _fits(ref):
                return outcome
            return replace(outcome, ref="".join(filter(str.isprintable, ref))[:LONGEST_REF])
        case Refused(code=code, text=text):
            return replace(outcome, code=_cut(code, LONGEST_CODE), text=_cut(text, LONGEST_TEXT))
        case Unsure(text=text):
            return Unsure(_cut(text, LONGEST_TEXT))


def _cut(text: str, most: int) -> str:
    # Half of a pair of surrogates, which JSON may hold, is no text either.
    return text.replace("\0", "")[:most].encode("utf-8", "replace").decode()


def _ids(
    slice_: Sequence[Prepared], answers: Mapping[int, Outcome], read: Callable[[str], list[str]]
) -> Iterator[tuple[int, list[str]]]:
    """Give the ids in the whole references, which a delivery's row may have to cut."""
    for sent in slice_:
        if isinstance(outcome := answers[sent.row.id], Accepted):
            yield sent.row.id, read(outcome.ref)


def _taken(slice_: Sequence[Prepared], answers: Mapping[int, Outcome]) -> list[Envelope]:
    return [
        sent.envelope
        for sent in slice_
        if isinstance(sent.envelope, Envelope) and isinstance(answers[sent.row.id], Accepted)
    ]


def happenings(
    way: Way, sent: Prepared, outcome: Outcome, now: datetime, cost: Costs
) -> list[Happening]:
    """Say in facts what one outcome means."""
    match outcome:
        case Accepted():
            return [_accepted(sent, outcome, now, cost(sent))]
        case Unsure():
            who = (way.channel, sent.row.id, sent.row.attempt)
            return unheard(*who, outcome.text, now, cost=cost(sent))
        case Refused(permanent=True, blame=Blame.ADDRESS | Blame.RECIPIENT):
            return [_refused(sent, outcome, now, "bounced")]
        case Refused(permanent=True, blame=Blame.MESSAGE):
            return [_refused(sent, outcome, now, "failed")]
        case Refused():
            return [_temporary(way, sent, outcome, now)]


def _accepted(sent: Prepared, outcome: Accepted, now: datetime, cost: Cost) -> Happening:
    segments, price, country = cost
    return Happening(
        sent.row.id,
        "accepted",
        now,
        ref=outcome.ref,
        attempt=sent.row.attempt,
        segments=segments,
        price=price,
        country=country,
    )


def _refused(sent: Prepared, outcome: Refused, now: datetime, kind: str) -> Happening:
    return Happening(
        sent.row.id,
        kind,
        now,
        key=str(sent.row.attempt),
        code=outcome.code,
        text=outcome.text,
        attempt=sent.row.attempt,
    )


def _temporary(way: Way, sent: Prepared, outcome: Refused, now: datetime) -> Happening:
    """Say when it is tried again. What blames our way out is never permanent: it can be mended."""
    attempt = sent.row.attempt
    wait = retry.wait(way.channel, attempt, outcome.retry_after)
    if wait is None:
        return _refused(sent, outcome, now, "failed")
    return _deferred(sent.row.id, attempt, now, wait, code=outcome.code, text=outcome.text)


def _deferred(
    delivery: int, attempt: int, now: datetime, wait: float, *, code: str, text: str
) -> Happening:
    return Happening(
        delivery,
        "deferred",
        now,
        key=str(attempt),
        code=code,
        text=text,
        attempt=attempt,
        next_try_at=now + timedelta(seconds=wait),
    )


def unheard(
    channel: str, delivery: int, attempt: int, text: str, now: datetime, *, cost: Cost = NOTHING
) -> list[Happening]:
    """Say that the answer to an attempt was never heard, and when it is tried again, if ever.

    cost: what is charged if a receipt tells later that it was taken.
    """
    segments, price, country = cost
    told = [
        Happening(
            delivery,
            "unsure",
            now,
            key=str(attempt),
            text=text,
            attempt=attempt,
            segments=segments,
            price=price,
            country=country,
        )
    ]
    wait = retry.after_unsure(channel, attempt)
    if wait is not None:
        told.append(_deferred(delivery, attempt, now, wait, code="unsure", text=text))
    return told


def _list_bad_addresses(way: Way, told: Iterable[tuple[Prepared, Outcome]]) -> None:
    for sent, outcome in told:
        match outcome:
            case Refused(permanent=True, blame=Blame.ADDRESS, code=code, text=text):
                suppress(
                    way.organisation,
                    way.channel,
                    sent.row.normal,
                    BAD_ADDRESS[way.channel],
                    evidence=f"{code} {text}".strip(),
                    delivery=sent.row.id,
                )
            case Refused(permanent=True, code=codes.STOPPED, text=text):
                suppress(
                    way.organisation,
                    way.channel,
                    sent.row.normal,
                    Reason.UNSUBSCRIBED,
                    evidence=text,
                    delivery=sent.row.id,
                )


def _keep_future(slice_: Sequence[Prepared], answers: Mapping[int, Outcome], now: datetime) -> None:
    """Keep what the sandbox, which alone keeps copies, knows will happen."""
    Foreseen.objects.bulk_create(
        Foreseen(
            delivery=sent.row.id,
            kind=later.kind,
            text=later.text,
            due_at=now + timedelta(seconds=later.after),
        )
        for sent in slice_
        if isinstance(outcome := answers[sent.row.id], Accepted)
        for later in outcome.later
    )
