"""Monitors learn whether all is well, and nothing of any organisation but by a token."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone
from prometheus_client.parser import text_string_to_metric_families

from sendout.accounts.models import Organisation, User
from sendout.core.delivery.outcome import Accepted, Refused
from sendout.deliveries.freeze import send_now
from sendout.pages.health import ready
from sendout.senders import health, throughput
from sendout.senders.models import Sender
from sendout.sendouts.models import SendOut
from tests.deliveries.conftest import MakePerson, MakeSendOut

TOKEN = "a word for the scraper"
Figures = dict[tuple[str, frozenset[str]], float]


@pytest.fixture
def no_workers(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_workers")


def heartbeat(seconds_ago: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO procrastinate_workers (last_heartbeat)"
            " VALUES (now() - make_interval(secs => %s))",
            [seconds_ago],
        )


def scrape(client: Client) -> Figures:
    answer = client.get("/metrics", headers={"authorization": f"Bearer {TOKEN}"})
    assert answer.status_code == 200
    families = text_string_to_metric_families(answer.text)
    samples = [sample for family in families for sample in family.samples]
    return {(s.name, frozenset(s.labels.values())): s.value for s in samples}


def test_a_process_that_answers_is_healthy_even_without_a_database(client: Client) -> None:
    answer = client.get("/healthz")
    assert (answer.status_code, answer.text) == (200, "ok\n")


@pytest.mark.usefixtures("no_workers")
def test_with_a_worker_it_is_ready(client: Client) -> None:
    heartbeat(seconds_ago=2)
    answer = client.get("/readyz")
    assert (answer.status_code, answer.text) == (200, "ready\n")


@pytest.mark.usefixtures("no_workers")
def test_without_a_worker_it_is_not_ready(client: Client) -> None:
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.text == "No worker is running: start one with `sendout worker`.\n"
    heartbeat(seconds_ago=90)
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert "the last sign of life is 90 s old" in answer.text


@pytest.mark.usefixtures("no_workers")
def test_with_an_old_table_it_is_not_ready(client: Client) -> None:
    heartbeat(seconds_ago=2)
    ready.tables_are_current.cache_clear()
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'deliveries'")
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert "sendout migrate" in answer.text


@pytest.mark.usefixtures("transactional_db")
def test_without_a_database_it_is_not_ready(client: Client) -> None:
    there = connection.settings_dict["PORT"]
    connection.close()
    connection.settings_dict["PORT"] = 1
    try:
        answer = client.get("/readyz")
    finally:
        connection.settings_dict["PORT"] = there
        connection.close()
    assert (answer.status_code, answer.text) == (503, "The database cannot be reached.\n")


def test_without_a_token_in_the_settings_there_are_no_metrics(
    client: Client, settings: object
) -> None:
    settings.METRICS_TOKEN = ""  # type: ignore[attr-defined]
    assert client.get("/metrics").status_code == 404
    assert client.get("/metrics", headers={"authorization": "Bearer "}).status_code == 404


@pytest.mark.parametrize(
    "shown", ["", "Bearer", "Bearer wrong", TOKEN, "Basic " + TOKEN, "Bearer ü"]
)
def test_a_wrong_token_opens_nothing(client: Client, settings: object, shown: str) -> None:
    settings.METRICS_TOKEN = TOKEN  # type: ignore[attr-defined]
    answer = client.get("/metrics", headers={"authorization": shown})
    assert (answer.status_code, answer.content) == (401, b"")


def test_signing_in_opens_no_metrics(alice: User, settings: object) -> None:
    settings.METRICS_TOKEN = TOKEN  # type: ignore[attr-defined]
    client = Client()
    client.force_login(alice)
    assert client.get("/metrics").status_code == 401


@pytest.fixture
def closure(person: MakePerson, sendout: MakeSendOut) -> SendOut:
    """Give a send-out to Ann, and to somebody who has no address."""
    person("Ann", "ann@example.org")
    person("Nobody")
    closure = sendout(channels="email")
    send_now(closure)
    return closure


@pytest.mark.usefixtures("no_workers")
def test_the_metrics_tell_how_the_installation_does(
    client: Client, settings: object, club: Organisation, closure: SendOut
) -> None:
    settings.METRICS_TOKEN = TOKEN  # type: ignore[attr-defined]
    heartbeat(seconds_ago=1)
    email_sender, sms_sender = closure.email_sender, closure.sms_sender
    assert email_sender and sms_sender  # noqa: PT018
    throughput.note(email_sender.pk, timezone.now(), [Accepted("1"), Refused(True, "", "no")])
    health.mark_down(sms_sender.pk, "login refused")
    later = timezone.now() + timedelta(seconds=60)
    Sender.objects.filter(pk=email_sender.pk).update(
        pace_count=30, pace_period="minute", pace_due=later
    )
    figures = scrape(client)

    def told(name: str, *labels: str) -> float:
        return figures[f"sendout_{name}", frozenset(labels)]

    email, sms = (club.slug, "Sandbox email", "email"), (club.slug, "Sandbox SMS", "sms")
    assert told("workers_alive") == 1
    assert told("sendouts", "running") == 1
    assert told("deliveries", "email", "queued") == 1
    assert told("deliveries", "email", "skipped") == 1
    assert told("jobs", "send", "waiting") >= 1
    assert told("queue_age_seconds", "send") >= 0
    assert told("messages_total", *email, "accepted") == 1
    assert told("messages_total", *email, "refused") == 1
    assert told("sender_down", *sms) == 1
    assert told("sender_down", *email) == 0
    assert told("sender_pace", *email) == 0.5
    assert told("sender_pace_debt_seconds", *email) == pytest.approx(60, abs=5)
    assert told("start_late_seconds") == 0
