"""What one page costs the server: asked for through all of Django, without a network between."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from statistics import quantiles
from typing import Any

from django.db import connection
from django.test import Client

from sendout.bench import machine
from sendout.bench.routes import Page
from sendout.cli.problem import Problem

ALONE = {"HX-Request": "true"}  # a part of a page, as htmx asks for it
ELSEWHERE, NO_GET = 302, 405


@dataclass(slots=True)
class Cost:
    """Milliseconds of one answer: by the clock; of it, waited for PostgreSQL; processor time."""

    clock: float
    asked: float
    python_cpu: float
    postgres_cpu: float
    queries: int


@dataclass(slots=True)
class Found:
    """All answers of one page, the first ones left out. size: bytes of the last."""

    page: Page
    costs: list[Cost] = field(default_factory=list)
    size: int = 0

    def clock(self, percent: int) -> float:
        """Give the milliseconds in which so many of a hundred answers were ready."""
        return percentile([cost.clock for cost in self.costs], percent)

    def cpu(self, percent: int) -> float:
        """Give the same in processor time, of Python and PostgreSQL together."""
        return percentile([cost.python_cpu + cost.postgres_cpu for cost in self.costs], percent)

    def middle(self, name: str) -> float:
        """Give the median of one figure."""
        return percentile([getattr(cost, name) for cost in self.costs], 50)


def percentile(values: list[float], percent: int) -> float:
    """Give the value below which so many of a hundred are."""
    if len(values) < 2:
        return values[0]
    return quantiles(values, n=100, method="inclusive")[percent - 1]


class Reader:
    """A browser of a member, and a look at what its questions cost."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._asked = 0.0
        self._queries = 0

    def read(self, page: Page, times: int) -> Found | None:
        """Ask for a page so often; None where nothing is shown there, or it leads elsewhere.

        Raises Problem when it does not answer as a page should.
        """
        headers: dict[str, str] = {}
        status = self._ask(page, headers)[0]
        if status == ELSEWHERE:
            headers = ALONE
            status = self._ask(page, headers)[0]
        if status in (ELSEWHERE, NO_GET):
            return None
        found = Found(page)
        for _ in range(times):
            status, found.size, cost = self._ask(page, headers)
            found.costs.append(cost)
        if status not in (200, 204):
            raise Problem(f"{page.address} answered {status}")
        return found

    def _ask(self, page: Page, headers: dict[str, str]) -> tuple[int, int, Cost]:
        self._asked, self._queries = 0.0, 0
        connection.ensure_connection()
        session = connection.connection.info.backend_pid
        before = machine.cpu_nanoseconds(session)
        cpu, began = time.process_time(), time.perf_counter()
        with connection.execute_wrapper(self._note):
            answer = self._client.get(page.address, headers=headers)
            size = len(next(iter(answer), b""))  # of a file its first piece
        clock, cpu = time.perf_counter() - began, time.process_time() - cpu
        postgres = (machine.cpu_nanoseconds(session) - before) / 1e6
        answer.close()
        cost = Cost(clock * 1e3, self._asked * 1e3, cpu * 1e3, postgres, self._queries)
        return answer.status_code, size, cost

    def _note(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        began = time.perf_counter()
        try:
            return execute(sql, params, many, context)
        finally:
            self._asked += time.perf_counter() - began
            self._queries += 1
