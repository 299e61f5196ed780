"""What a month may cost: no send-out begins that does not fit, and none goes on beyond it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction
from django.utils import timezone

from sendout.accounts.models import Organisation
from sendout.core.money import money
from sendout.deliveries.estimate import estimate, left_to_pay
from sendout.sendouts import lifecycle
from sendout.sendouts.lifecycle import NotPossible
from sendout.sendouts.models import SendOut, State
from sendout.usage import ledger

USED_UP = (
    "The {limit} that this month may cost are used up. An owner can raise the limit under "
    "Settings, Prices; then resume."
)

# Running send-outs of which something is left that costs something, of organisations that have
# spent their month's limit. A notice is not held up: carriers and the law ask for it.
BEYOND = """
SELECT s.id FROM sendouts_sendout s JOIN accounts_organisation o ON o.id = s.organisation_id
WHERE s.state = 'running' AND s.kind <> 'notice' AND o.spending_limit <= (
        SELECT COALESCE(sum(u.price), 0) FROM usage_usage u WHERE u.organisation_id = o.id
        AND u.day >= date_trunc('month', %(now)s::timestamptz AT TIME ZONE o.timezone)::date)
    AND EXISTS (SELECT FROM deliveries_count k JOIN usage_price p ON p.channel = k.channel
        WHERE p.organisation_id = o.id AND p.direction = 'out' AND p.price > 0
        AND k.sendout_id = s.id AND k.n > 0 AND k.status IN ('queued', 'deferred'))
"""


@dataclass(frozen=True, slots=True)
class Month:
    """How the month stands, in millionths. promised: what running send-outs will cost yet."""

    limit: int
    spent: int
    promised: int

    @property
    def left(self) -> int:
        """What another send-out may cost."""
        return max(0, self.limit - self.spent - self.promised)


def month(organisation: Organisation, now: datetime, *, but: int = 0) -> Month | None:
    """Give how the organisation's month stands; None where it has no limit.

    but: the id of a send-out that is not counted among the running ones.
    """
    if organisation.spending_limit is None:
        return None
    spent = ledger.spent(organisation.pk, ledger.month_of(organisation, now))
    running = SendOut.objects.filter(organisation=organisation, state=State.RUNNING)
    promised = sum(map(left_to_pay, running.exclude(pk=but).select_related("message")))
    return Month(organisation.spending_limit, spent, promised)


def check(sendout: SendOut) -> None:
    """Raise NotPossible unless the whole send-out fits into what is left of the month.

    Call it in the transaction that starts it: of two that start together one waits for the other.
    """
    if organisation := _held(sendout):
        fits(organisation, estimate(sendout).price, but=sendout.pk)


def check_rest(sendout: SendOut) -> None:
    """Raise NotPossible unless the rest of a paused send-out fits; as `check` does."""
    if organisation := _held(sendout):
        fits(organisation, left_to_pay(sendout), but=sendout.pk)


def _held(sendout: SendOut) -> Organisation | None:
    """Give the organisation, held until the transaction ends; None where it has no limit."""
    limited = Organisation.objects.filter(spending_limit__isnull=False)
    return limited.select_for_update(no_key=True).filter(pk=sendout.organisation_id).first()


def fits(organisation: Organisation, price: int, *, but: int = 0) -> None:
    """Raise NotPossible, saying what to do, unless this much is left of the month's limit."""
    now = timezone.now()
    stands = month(organisation, now, but=but)
    if stands is None or price <= stands.left or not price:
        return
    raise NotPossible(_refusal(organisation, price, stands, now))


def _refusal(organisation: Organisation, price: int, stands: Month, now: datetime) -> str:
    limit, cost, left, promised = (
        money(each, organisation.currency)
        for each in (stands.limit, price, stands.left, stands.promised)
    )
    held = f" ({promised} are kept for what is being sent)" if stands.promised else ""
    begins = ledger.next_month(ledger.month_of(organisation, now))
    return (
        f"It would cost {cost}, and {left} of this month's {limit} are left{held}: choose fewer "
        f"people, wait until {begins.day} {begins:%B}, or ask an owner to raise the limit under "
        "Settings, Prices."
    )


def pause_beyond(now: datetime) -> None:
    """Pause what is being sent and costs something where the month's limit is used up."""
    for sendout in _beyond(now):
        organisation = sendout.organisation
        limit = money(organisation.spending_limit or 0, organisation.currency)
        try:
            with transaction.atomic():
                lifecycle.pause(sendout, USED_UP.format(limit=limit))
        except NotPossible:  # somebody else stopped it meanwhile
            continue


def _beyond(now: datetime) -> Iterator[SendOut]:
    with connection.cursor() as cursor:
        cursor.execute(BEYOND, {"now": now})
        found = [pk for (pk,) in cursor.fetchall()]
    yield from SendOut.objects.filter(pk__in=found).select_related("organisation")
