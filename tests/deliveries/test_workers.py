"""What runs where, and what waits, as PostgreSQL knows it."""

from __future__ import annotations

import psycopg
import pytest
from django.db import connection
from procrastinate.contrib.django.models import ProcrastinateJob

from sendout.deliveries import workers
from sendout.deliveries.freeze import send_now
from tests.conftest import SERVER
from tests.deliveries.conftest import MakePerson, MakeSendOut

pytestmark = pytest.mark.django_db


def connect(program: str) -> psycopg.Connection:
    """Connect as another program does."""
    name = connection.settings_dict["NAME"]
    return psycopg.connect(SERVER.url, dbname=name, application_name=program)


def test_a_worker_is_seen_once_whatever_it_has_open() -> None:
    program = workers.program_name("pool one", 4711)
    with connect(program), connect(program), connect("sendout worker"), connect("psql pool 3"):
        (one,) = workers.processes()
    assert (one.host, one.number) == ("pool-one", 4711)


def test_the_longest_host_name_is_cut_and_the_process_is_not() -> None:
    program = workers.program_name("pool." * 60, 4_194_304)
    assert len(program) <= 63
    with connect(program):
        (one,) = workers.processes()
    assert one.number == 4_194_304


def test_without_workers_there_is_no_sign_of_life() -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_workers")
    assert workers.beat() == workers.Beat(alive=0, age=None)


def test_a_silent_worker_does_not_count_as_alive() -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_workers")
        cursor.execute("INSERT INTO procrastinate_workers DEFAULT VALUES")
        assert workers.beat().alive == 1
        cursor.execute("UPDATE procrastinate_workers SET last_heartbeat = now() - interval '1 min'")
    beat = workers.beat()
    assert beat.alive == 0
    assert beat.age == pytest.approx(60)


def test_batches_that_wait_and_those_in_hand_are_told_apart(
    person: MakePerson, sendout: MakeSendOut
) -> None:
    ProcrastinateJob.objects.all()._raw_delete("default")
    person("Ann", "ann@example.org", "+15145550140")
    closure = sendout(channels="both")
    send_now(closure)
    (queue,) = workers.queues()
    assert (queue.name, queue.waiting, queue.doing, queue.failed) == ("send", 2, 0, 0)
    assert queue.age >= 0
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE procrastinate_jobs SET status = 'doing' WHERE args->>'channel' = 'sms'"
        )
    (queue,) = workers.queues()
    assert (queue.waiting, queue.doing) == (1, 1)
    assert workers.in_hand([closure.pk, 0]) == {closure.pk: 1}
