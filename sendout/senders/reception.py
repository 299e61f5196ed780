"""Who hears for an SMPP sender: one process of all, by a lease on the sender's `Reception`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import connection
from django.db.models.functions import Now
from django.utils import timezone

from sendout.senders.models import Reception, Sender

LEASE = 6.0  # seconds; a process that is dead or cut off loses what it has after these
UNHEARD = timedelta(seconds=30)  # without a holder for so long, the staff is told

HOLD = f"""
INSERT INTO senders_reception AS r (sender_id, holder, held_until)
SELECT id, %(holder)s, clock_timestamp() + interval '{LEASE} s' FROM senders_sender
WHERE id = ANY(%(senders)s) ORDER BY id
ON CONFLICT (sender_id) DO UPDATE
    SET holder = EXCLUDED.holder, held_until = EXCLUDED.held_until
    WHERE r.held_until < clock_timestamp() OR r.holder = EXCLUDED.holder
RETURNING sender_id
"""
NOBODY = "No worker is listening. Start Sendout, or a worker."


def listening_senders() -> list[Sender]:
    """Give the senders whose provider tells on a connection that is held open."""
    return list(Sender.objects.filter(kind="smpp", active=True).order_by("pk"))


def hold(holder: str, senders: Sequence[int]) -> set[int]:
    """Take or keep the lease for these senders where nobody else has it; gives which are ours."""
    with connection.cursor() as cursor:
        cursor.execute(HOLD, {"holder": holder, "senders": list(senders)})
        return {pk for (pk,) in cursor.fetchall()}


def let_go(holder: str, senders: Sequence[int] | None = None) -> None:
    """Let others take these at once; all that this holder has, if none are named."""
    own = Reception.objects.filter(holder=holder)
    (own if senders is None else own.filter(sender__in=senders)).update(held_until=Now())


def say_down(sender: int, why: str) -> None:
    """Tell the staff why nothing comes in. why: one sentence."""
    rows = Reception.objects.filter(sender=sender)
    if not rows.filter(down_since__isnull=True).update(down_since=Now(), why=why):
        rows.update(why=why)


def say_up(sender: int) -> None:
    """Tell the staff that all is well."""
    Reception.objects.filter(sender=sender).update(down_since=None, why="")


def trouble(sender: Sender, now: datetime | None = None) -> str:
    """Say why receipts and replies of an SMPP sender do not come in; "" when they do."""
    if sender.kind != "smpp" or not sender.active:
        return ""
    now = now or timezone.now()
    found = Reception.objects.filter(sender=sender).first()
    if found is None:
        return NOBODY if sender.created_at < now - UNHEARD else ""
    return NOBODY if found.held_until < now - UNHEARD else found.why
