"""The engine in the test's own process: real database, real lanes, the sandbox or a real server."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator

import pytest
from procrastinate.contrib.django.models import ProcrastinateJob

from sendout.deliveries.models import OPEN, Delivery
from sendout.engine import database
from sendout.engine.dispatch import dispatch, ways
from sendout.engine.lane import lanes
from sendout.sendouts.models import SendOut
from tests.deliveries.conftest import person, sendout

__all__ = ["person", "sendout"]

RunBatches = Callable[[SendOut], None]


@pytest.fixture
def no_jobs_left(transactional_db: None) -> None:
    """Begin without jobs: flushing the database between tests passes over those."""
    ProcrastinateJob.objects.all()._raw_delete("default")


@pytest.fixture(autouse=True, scope="package")
def no_thread_left() -> Iterator[None]:
    """Close the connections of the engine's threads, so that the test database can be dropped."""
    yield
    database.close()


@pytest.fixture
def run_batches(transactional_db: None) -> Iterator[RunBatches]:
    """Give a function that runs the jobs of a send-out here, as a worker would."""

    def run(sendout: SendOut) -> None:
        rows = Delivery.objects.filter(sendout=sendout, batch__gt=0, status__in=OPEN)
        batches = sorted(set(rows.values_list("channel", "batch")))

        async def go() -> None:
            await asyncio.gather(*(dispatch(sendout.pk, *batch) for batch in batches))
            await lanes.close()

        asyncio.run(go())
        lanes.__init__()  # type: ignore[misc]
        ways.__init__()  # type: ignore[misc]

    yield run
    database.close()
