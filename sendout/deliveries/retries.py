"""When deliveries that were refused for now are tried again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection

MOST = 10_000  # deliveries that are looked at; of more, only so many are told apart

DUE = """
SELECT
    count(*) FILTER (WHERE wait <= interval '1 minute'),
    count(*) FILTER (WHERE wait > interval '1 minute' AND wait <= interval '10 minutes'),
    count(*) FILTER (WHERE wait > interval '10 minutes' AND wait <= interval '1 hour'),
    count(*) FILTER (WHERE wait > interval '1 hour')
FROM (
    SELECT coalesce(next_try_at, now()) - now() AS wait FROM deliveries_delivery
    WHERE sendout_id = ANY(%s) AND channel IN ('email', 'sms') AND status = 'deferred' LIMIT %s
) AS few
"""


@dataclass(frozen=True, slots=True)
class Due:
    """How many are tried again within a minute, ten minutes, an hour, or later."""

    minute: int
    ten_minutes: int
    hour: int
    later: int

    @property
    def total(self) -> int:
        """All that were looked at."""
        return self.minute + self.ten_minutes + self.hour + self.later

    @property
    def cut(self) -> bool:
        """Whether there may be more than were looked at."""
        return self.total >= MOST


def due(sendouts: Sequence[int]) -> Due:
    """Give how many deliveries of these send-outs are tried again soon, and how many later."""
    with connection.cursor() as cursor:
        cursor.execute(DUE, [list(sendouts), MOST])
        return Due(*cursor.fetchone())
