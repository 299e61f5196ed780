"""How hits are written: many in one statement, which is one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from django.db import connection
from psycopg.conninfo import make_conninfo
from psycopg.pq import Conninfo

SEPARATOR = "\x1f"  # no sealed address and no word of ours has one

# A door whose clock is ahead tells nothing of the future, which would never settle.
# Texts are taken apart by PostgreSQL: that is quicker than psycopg making lists of them. A text of
# one empty piece comes out as no piece at all, hence the `coalesce`.
KEEP = r"""
INSERT INTO tracking_hit (delivery, link, sign, client, at, url)
SELECT delivery, link, coalesce(sign, ''), coalesce(client, ''),
    least(to_timestamp(at), clock_timestamp()), coalesce(url, '')
FROM unnest(
    string_to_array(%(deliveries)s, ',')::bigint[],
    string_to_array(%(links)s, ',')::bigint[],
    string_to_array(%(signs)s, ','),
    string_to_array(%(clients)s, ','),
    string_to_array(%(times)s, ',')::float8[],
    string_to_array(%(urls)s, E'\x1f')) AS t (delivery, link, sign, client, at, url)
"""


class Row(NamedTuple):
    """One hit as it is written. at: seconds since 1970, UTC."""

    delivery: int
    link: int
    sign: str
    client: str
    at: float
    url: str


def values(rows: Sequence[Row]) -> dict[str, str]:
    """Give the values for `KEEP`."""
    deliveries, links, signs, clients, times, urls = zip(*rows, strict=True)
    return {
        "deliveries": ",".join(map(str, deliveries)),
        "links": ",".join(map(str, links)),
        "signs": ",".join(signs),
        "clients": ",".join(clients),
        "times": ",".join(map(repr, times)),
        "urls": SEPARATOR.join(urls),
    }


def database_address() -> str:
    """Give Django's database as libpq reads it, for connections that do without Django."""
    known = {option.keyword.decode() for option in Conninfo.get_defaults()}
    given = connection.get_connection_params()
    return make_conninfo("", **{k: v for k, v in given.items() if k in known and v is not None})
