"""How many deliveries of a send-out have which status: kept beside the rows, read by the pages."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db import connection

from sendout.core.delivery.status import ARRIVED, FAILED, MOVING, Status
from sendout.deliveries.hold import InHand, in_hand
from sendout.deliveries.models import Count
from sendout.sendouts.models import SendOut, State

# Reads a CTE `changed` (sendout_id, channel, old_status, status, old_ and new flags) and carries
# its difference into the counts, in the order of their key.
COUNT_CHANGES = """delta AS (
    SELECT sendout_id, channel, status, sum(n) AS n, sum(accepted) AS accepted,
        sum(delivered) AS delivered, sum(opened) AS opened, sum(clicked) AS clicked
    FROM (
        SELECT sendout_id, channel, old_status AS status, -1 AS n, -old_accepted::int AS accepted,
            -old_delivered::int AS delivered, -old_opened::int AS opened,
            -old_clicked::int AS clicked
        FROM changed
        UNION ALL
        SELECT sendout_id, channel, status, 1, accepted::int, delivered::int, opened::int,
            clicked::int
        FROM changed
    ) AS moves
    GROUP BY sendout_id, channel, status
), counted AS (
    INSERT INTO deliveries_count AS k
        (sendout_id, channel, status, n, accepted, delivered, opened, clicked)
    SELECT * FROM delta
    WHERE n <> 0 OR accepted <> 0 OR delivered <> 0 OR opened <> 0 OR clicked <> 0
    ORDER BY sendout_id, channel, status
    ON CONFLICT (sendout_id, channel, status) DO UPDATE SET
        n = k.n + EXCLUDED.n, accepted = k.accepted + EXCLUDED.accepted,
        delivered = k.delivered + EXCLUDED.delivered, opened = k.opened + EXCLUDED.opened,
        clicked = k.clicked + EXCLUDED.clicked
    RETURNING 1
)"""

# The flags of rows that have none of these facts, neither before nor after.
NO_FACTS = (
    "false AS old_accepted, false AS old_delivered, false AS old_opened, false AS old_clicked, "
    "false AS accepted, false AS delivered, false AS opened, false AS clicked"
)

FINISH = """
UPDATE sendouts_sendout s SET state = 'finished', finished_at = now()
WHERE s.id = %s AND s.state = 'running' AND s.fallback <> 'waiting' AND NOT EXISTS (
    SELECT 1 FROM deliveries_count k
    WHERE k.sendout_id = s.id AND k.n > 0 AND k.status IN ('queued', 'deferred'))
"""


@dataclass(slots=True)
class Tally:
    """The numbers of one send-out and channel. by_status holds only statuses that occur."""

    by_status: dict[str, int] = field(default_factory=dict)
    accepted: int = 0
    delivered: int = 0
    opened: int = 0
    clicked: int = 0

    def move_in_hand(self, held: InHand) -> None:
        """Count what workers have in hand as being sent, whatever its rows still say."""
        rows = {Status.QUEUED: held.first, Status.DEFERRED: held.again}
        for status, n in rows.items():
            moved = min(n, self.by_status.get(status, 0))
            if moved:
                self.by_status[status] -= moved
                self.by_status[Status.SENDING] = self.by_status.get(Status.SENDING, 0) + moved

    @property
    def total(self) -> int:
        """Everybody, the skipped too."""
        return sum(self.by_status.values())

    @property
    def skipped(self) -> int:
        """Not sent and not charged."""
        return self.by_status.get(Status.SKIPPED, 0)

    @property
    def carried(self) -> int:
        """Told by the message of another one of their family."""
        return self.by_status.get(Status.CARRIED, 0)

    @property
    def cancelled(self) -> int:
        """Stopped before they left."""
        return self.by_status.get(Status.CANCELLED, 0)

    @property
    def failed(self) -> int:
        """Bounced or in error."""
        return sum(self.by_status.get(s, 0) for s in FAILED)

    @property
    def arrived(self) -> bool:
        """Whether anybody is known to have received it."""
        return bool(
            self.delivered
            or self.opened
            or self.clicked
            or any(self.by_status.get(s) for s in ARRIVED)
        )

    @property
    def moving(self) -> int:
        """Not yet decided."""
        return sum(self.by_status.get(s, 0) for s in MOVING)

    @property
    def addressed(self) -> int:
        """The messages that it is: all rows but the skipped and the carried."""
        return self.total - self.skipped - self.carried

    @property
    def percent(self) -> int:
        """How far the sending has come, 0 to 100, never 100 before the end."""
        if not self.addressed:
            return 100
        return (self.addressed - self.moving) * 100 // self.addressed

    @property
    def done(self) -> int:
        """Decided, one way or the other."""
        return self.addressed - self.moving


def tallies(sendouts: Iterable[int]) -> dict[int, dict[str, Tally]]:
    """Give the numbers of the send-outs, by id and channel, without counting rows."""
    found: dict[int, dict[str, Tally]] = defaultdict(lambda: defaultdict(Tally))
    wanted = list(sendouts)
    for count in Count.objects.filter(sendout__in=wanted, n__gt=0):
        tally = found[count.sendout_id][count.channel]
        tally.by_status[count.status] = count.n
        tally.accepted += count.accepted
        tally.delivered += count.delivered
        tally.opened += count.opened
        tally.clicked += count.clicked
    for sendout, channels in in_hand(wanted).items():
        for channel, held in channels.items():
            found[sendout][channel].move_in_hand(held)
    return found


def finish(sendout: int) -> bool:
    """Mark the send-out finished when nothing of it can move any more; tell whether it did."""
    with connection.cursor() as cursor:
        cursor.execute(FINISH, [sendout])
        return bool(cursor.rowcount)


def shown_status(sendout: SendOut, by_channel: dict[str, Tally]) -> str:
    """Give the word of the Messages page: Sending... until the first has left, then Sent, ...

    What can still be undone is being sent for whoever pressed the button.

    Delivered as soon as a first recipient has received it: by a receipt, or because somebody opened
    it, clicked or answered, which over plain SMTP is all the proof there is.
    """
    if sendout.undoable:
        return "Sending..."
    if sendout.state not in {State.RUNNING, State.FINISHED}:
        return State(sendout.state).label
    if any(tally.arrived for tally in by_channel.values()):
        return "Delivered"
    if any(tally.accepted for tally in by_channel.values()):
        return "Sent"
    return "Sending..." if sendout.state == State.RUNNING else "Not sent"
