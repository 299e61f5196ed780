"""One connection to PostgreSQL that writes hits, opened again whenever it was lost."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from psycopg import AsyncConnection, Error

from sendout.tracking.hits import KEEP, Row, values

CONNECT, WRITE = 3, 5.0  # seconds


class Writer:
    """Writes rows in one transaction each time it is called. address: as libpq reads it."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._connection: AsyncConnection | None = None

    async def __call__(self, rows: Sequence[Row]) -> None:
        """Write and commit; raises psycopg's errors and TimeoutError, and is ready again then."""
        try:
            async with asyncio.timeout(WRITE):
                connection = self._connection or await self._connect()
                await connection.execute(KEEP, values(rows), prepare=True)
        except (Error, OSError, TimeoutError, asyncio.CancelledError):
            await self.close()
            raise

    async def _connect(self) -> AsyncConnection:
        self._connection = await AsyncConnection.connect(
            self._address, autocommit=True, connect_timeout=CONNECT
        )
        return self._connection

    async def close(self) -> None:
        """Close the connection; the next write opens another."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.pgconn.finish()  # at once: `close` would wait for a server that hangs
