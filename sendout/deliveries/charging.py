"""What a delivery is charged, and when: once, with the first proof that it was taken.

Its price is told with the answer to an attempt, or before, when that answer was never heard
(`quoted`). The first price told is the one that counts. Whatever comes first, proof or price, the
charge is booked when both are there, and never changes after that.
"""

from __future__ import annotations

from sendout.core.delivery.status import CHARGED as PROOFS


def proven(row: str) -> str:
    """Give the SQL condition that a row of facts proves that the message was taken."""
    return "(" + " OR ".join(f"{row}.{fact} IS NOT NULL" for fact in PROOFS) + ")"


def priced(row: str) -> str:
    """Give the SQL condition that a row of deliveries has been told its price, which may be 0."""
    return f"({row}.segments > 0 OR {row}.price > 0 OR {row}.quoted IS NOT NULL)"


def charged(condition: str) -> str:
    """Give the CTE that adds up the rows of `changed` which this SQL condition says are charged."""
    return f"""charged AS (
    SELECT organisation_id, sendout_id, channel, country, count(*) AS n,
        sum(segments) AS segments, sum(price) AS price
    FROM changed WHERE {condition}
    GROUP BY organisation_id, sendout_id, channel, country
)"""
