"""A message again to those of its people who need it: how many and who, then the send-out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction
from django.db.models import Q, Sum
from django.utils import timezone

from sendout.accounts.models import User
from sendout.deliveries import became, plan
from sendout.deliveries.freeze import send_now
from sendout.deliveries.models import Count
from sendout.deliveries.plan import Reach
from sendout.deliveries.quiet import AtNight, night_of
from sendout.senders.models import Channel
from sendout.sendouts.lifecycle import NotPossible
from sendout.sendouts.models import SendOut, State
from sendout.sendouts.repeating import prepare, rewrite

# What became of it for each participant, by whatever channel. A duplicate missed what failed, and
# got what arrived, for the one of its address who was written to.
PERSON = f"""
{became.TOLD}, shared AS (
    SELECT channel, address, bool_or(status = ANY(%(failed)s)) AS failed,
        bool_or(status = ANY(%(arrived)s)) AS arrived
    FROM told GROUP BY channel, address HAVING bool_or(skip_reason = 'duplicate')
), judged AS (
    SELECT t.*, t.status = ANY(%(arrived)s) OR (t.skip_reason = 'duplicate'
        AND (t.channel, t.address) IN (SELECT s.channel, s.address FROM shared s WHERE s.arrived)
        ) AS arrived,
    t.status = ANY(%(failed)s) OR (t.status = 'skipped' AND (
        t.skip_reason = ANY(%(for_the_address)s)
        OR (t.skip_reason = 'duplicate' AND (t.channel, t.address)
            IN (SELECT s.channel, s.address FROM shared s WHERE s.failed)))) AS missed
    FROM told t
), person AS (
    SELECT participant_id,
        bool_or(seen) OR bool_or(status = ANY(%(moving)s)) AS settled,
        bool_or(seen) OR bool_or(status = ANY(%(moving)s) AND status <> 'unknown') AS busy,
        bool_or(arrived) AS arrived,
        bool_or(channel = 'email' AND status IN ('sent', 'delivered')) AS unseen,
        bool_or(channel = 'email' AND missed) AS missed_email,
        bool_or(channel = 'sms' AND missed) AS missed_sms,
        bool_or(channel = 'email' AND status = 'unknown') AS unsure_email,
        bool_or(channel = 'sms' AND status = 'unknown') AS unsure_sms
    FROM judged GROUP BY participant_id
)
"""
UNOPENED = "unseen AND NOT settled"
MISSED = {c: f"missed_{c} AND NOT arrived AND NOT settled" for c in ("email", "sms")}
UNSURE = {c: f"unsure_{c} AND NOT arrived AND NOT busy" for c in ("email", "sms")}
_COUNTED = (UNOPENED, *MISSED.values(), *UNSURE.values())
COUNT = f"""
{PERSON} SELECT {", ".join(f"count(*) FILTER (WHERE {each})" for each in _COUNTED)} FROM person
"""
WHO = (
    PERSON
    + """ SELECT p.id FROM people_participant p JOIN person ON person.participant_id = p.id
    WHERE p.organisation_id = %(organisation)s AND {condition}"""
)


@dataclass(frozen=True, slots=True)
class Whom:
    """Some of a message's people. condition: SQL on PERSON. by: the channel it leaves by now."""

    condition: str
    by: Channel


WHOM = {
    "unopened": Whom(UNOPENED, Channel.EMAIL),
    "unopened-by-sms": Whom(UNOPENED, Channel.SMS),
    "failed-email": Whom(MISSED["email"], Channel.EMAIL),
    "email-by-sms": Whom(MISSED["email"], Channel.SMS),
    "failed-sms": Whom(MISSED["sms"], Channel.SMS),
    "sms-by-email": Whom(MISSED["sms"], Channel.EMAIL),
    "unknown-email": Whom(UNSURE["email"], Channel.EMAIL),
    "unknown-sms": Whom(UNSURE["sms"], Channel.SMS),
}


@dataclass(frozen=True, slots=True)
class Counts:
    """How many people each choice means."""

    unopened: int
    missed_email: int
    missed_sms: int
    unsure_email: int = 0
    unsure_sms: int = 0


@dataclass(frozen=True, slots=True)
class Seen:
    """What was shown before somebody decided. newest: id of the last repeat; to_send: messages."""

    newest: int
    to_send: int


def count(sendout: SendOut) -> Counts:
    """Count everybody of the message whom a choice would mean."""
    with connection.cursor() as cursor:
        cursor.execute(COUNT, became.parameters(sendout))
        return Counts(*cursor.fetchone())


def count_rows(sendout: SendOut) -> int:
    """Give how many deliveries `count` goes through, without doing so."""
    origin = sendout.origin_id or sendout.pk
    counts = Count.objects.filter(Q(sendout=origin) | Q(sendout__origin=origin))
    return counts.aggregate(n=Sum("n"))["n"] or 0


def foresee(sendout: SendOut, whom: Whom) -> Reach:
    """Count whom the repeat would reach now, asking the Unsubscribes list as sending does."""
    return plan.foresee(_plan(sendout, whom), _planned(sendout, whom))


def foresee_with_first(sendout: SendOut, whom: Whom, most: int) -> tuple[Reach, dict[int, str]]:
    """Count the same, and give ids of the first participants, with the address it goes to."""
    return plan.foresee_with_first(_plan(sendout, whom), _planned(sendout, whom), most)


def newest(sendout: SendOut) -> int:
    """Give the id of the last repeat that is on its way or planned; 0 for none."""
    origin = sendout.origin_id or sendout.pk
    repeats = SendOut.objects.filter(origin=origin).exclude(state=State.DRAFT)
    return repeats.order_by("-pk").values_list("pk", flat=True).first() or 0


@transaction.atomic
def send(
    sendout: SendOut, whom: Whom, seen: Seen, member: User | None, *, at_night: bool = False
) -> SendOut:
    """Send it again to those who are meant now; of two who press at the same time one does.

    Raises NotPossible when it was sent again meanwhile, when more people than shown would get it,
    or when nothing can leave; AtNight for texts in quiet hours, unless they may.
    """
    SendOut.objects.select_for_update(of=("self",)).get(pk=sendout.origin_id or sendout.pk)
    if newest(sendout) != seen.newest:
        raise NotPossible("It was sent again meanwhile: look at the numbers once more.")
    to_send = foresee(sendout, whom).to_send
    if not to_send or to_send > seen.to_send:
        raise NotPossible(f"Meanwhile it would go to {to_send:,}: look once more.")
    draft = prepare(sendout, whom.by, member)
    draft.save()
    _add_people(draft, sendout, whom)
    if not at_night and (night := night_of(draft, timezone.now())):
        raise AtNight(night)
    send_now(draft)
    return draft


@transaction.atomic
def write(sendout: SendOut, whom: Whom, member: User | None) -> SendOut:
    """Make a draft with words of its own to those who are meant now."""
    draft = rewrite(sendout, whom.by, member)
    _add_people(draft, sendout, whom)
    return draft


def _add_people(draft: SendOut, sendout: SendOut, whom: Whom) -> None:
    statement = f"""INSERT INTO sendouts_sendout_people (sendout_id, participant_id)
        SELECT %(draft)s, w.id FROM ({_who(whom)}) AS w"""
    with connection.cursor() as cursor:
        cursor.execute(statement, became.parameters(sendout) | {"draft": draft.pk})


def _who(whom: Whom) -> str:
    return WHO.format(condition=whom.condition)


def _plan(sendout: SendOut, whom: Whom) -> str:
    return plan.plan(_who(whom), sendout.once_per)


def _planned(sendout: SendOut, whom: Whom) -> dict[str, Any]:
    return plan.values(prepare(sendout, whom.by, None), whom.by)
