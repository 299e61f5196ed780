"""What a dead worker held is taken over by those who live."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from croniter import croniter
from django.db import connection
from django.utils import timezone
from procrastinate import App
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

from sendout.deliveries.jobs import TASK
from sendout.engine import database, queue, tasks
from sendout.engine.queue import DEAD_AFTER

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("no_jobs_left")]


def use(work: Callable[[App], Awaitable[None]]) -> None:
    """Run a coroutine of the app with a connection of its own, as a worker has one."""

    async def go() -> None:
        connector = app.connector.get_worker_connector()
        async with app.with_connector(connector).open_async() as working:
            await work(working)

    asyncio.run(go())


async def work_on(working: App, name: str, **values: object) -> None:
    """Defer a job and begin it, as a worker that is alive for now."""
    worker = await working.job_manager.register_worker()
    await working.configure_task(name).defer_async(**values)
    job = await working.job_manager.fetch_job(queues=None, worker_id=worker)
    assert job is not None
    assert job.task_name == name


@pytest.fixture(autouse=True)
def threads_end() -> Iterator[None]:
    yield
    database.close()


def let_workers_die() -> None:
    with connection.cursor() as cursor:
        long_ago = timezone.now() - timedelta(seconds=DEAD_AFTER + 1)
        cursor.execute("UPDATE procrastinate_workers SET last_heartbeat = %s", [long_ago])


async def tidy_up(working: App) -> None:
    await work_on(working, "tidy", timestamp=0)
    await tasks.tidy.func(SimpleNamespace(app=working), 0)


def jobs(status: str) -> list[str]:
    found = ProcrastinateJob.objects.filter(status=status)
    return sorted(found.values_list("task_name", flat=True))


def test_the_jobs_of_a_dead_worker_are_taken_over_even_its_tidying() -> None:
    async def die(working: App) -> None:
        await work_on(working, "tidy", timestamp=0)
        await work_on(working, "dispatch_batch", sendout=0, channel="email", batch=1)

    use(die)
    let_workers_die()
    use(tidy_up)
    assert jobs("todo") == ["dispatch_batch", "tidy"]


def test_a_dead_workers_job_makes_room_for_one_that_waits_to_do_the_same() -> None:
    async def die(working: App) -> None:
        await work_on(working, "tick", timestamp=0)
        await working.configure_task("tick").defer_async(timestamp=1)

    use(die)
    let_workers_die()
    use(tidy_up)
    assert (jobs("todo"), jobs("doing")) == (["tick"], ["tidy"])


def test_a_failed_job_is_told_of_for_a_day() -> None:
    async def fail(working: App) -> None:
        await working.configure_task(TASK).defer_async(sendout="none", channel="email", batch=1)
        await working.run_worker_async(
            queues=["send"], wait=False, delete_jobs=queue.DELETED, install_signal_handlers=False
        )

    async def forget(working: App) -> None:
        await tasks.forget_failed.func(SimpleNamespace(app=working), 0)

    use(fail)
    failed = ProcrastinateJob.objects.filter(status="failed")
    use(forget)
    assert [row.task_name for row in failed] == [TASK]
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_events SET at = now() - interval '25 hours'")
    use(forget)
    assert not failed.all().exists()


def test_tidying_comes_every_ten_seconds() -> None:
    (tidy,) = [
        each for each in app.periodic_registry.periodic_tasks.values() if each.task.name == "tidy"
    ]
    at = datetime(2027, 1, 1, 10, 3, 1, tzinfo=UTC)
    times = croniter(tidy.cron, at)
    assert [(times.get_next(datetime) - at).seconds for _ in range(3)] == [9, 19, 29]


@pytest.mark.parametrize("keeps_time", [True, False])
def test_one_worker_of_a_process_keeps_time(keeps_time: bool) -> None:
    """The jobs of every second are deferred by one of them; the others only do their jobs."""

    async def go() -> None:
        stopping = asyncio.Event()
        asyncio.get_running_loop().call_later(2.5, stopping.set)
        await queue.work_on(["of nobody"], 1, stopping, keeps_time=keeps_time)

    asyncio.run(go())
    deferred = set(ProcrastinateJob.objects.values_list("task_name", flat=True))
    assert ({"tick", "tracking"} <= deferred) is keeps_time
