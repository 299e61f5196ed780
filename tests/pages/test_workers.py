"""Owners see what runs where, how fast, what waits and why: of their organisation alone."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from sendout.accounts.models import Role, User
from sendout.deliveries import workers
from sendout.deliveries.freeze import send_now
from sendout.deliveries.models import Delivery
from sendout.deliveries.record import Happening, record
from sendout.deliveries.retries import Due, due
from sendout.pages.workers.page import when_tried
from sendout.senders import health
from sendout.senders.models import Sender, Throughput
from sendout.sendouts import lifecycle
from tests.cast import join, sign_in
from tests.deliveries.conftest import MakePerson, MakeSendOut
from tests.deliveries.test_workers import connect


def page(client: Client, slug: str = "aqua-club") -> str:
    live = client.get(reverse("pages:workers_live", args=[slug])).text
    whole = client.get(reverse("pages:workers", args=[slug])).text
    assert live.split("<section")[1] in whole
    return " ".join(whole.split())


@pytest.mark.parametrize("role", [Role.VIEWER, Role.SENDER])
def test_only_owners_come_in_and_see_the_way(alice: User, role: Role) -> None:
    address = reverse("pages:workers", args=["aqua-club"])
    other = sign_in(join(alice.memberships.get().organisation, "Dana", role))
    assert other.get(address).status_code == 403
    messages = reverse("pages:messages", args=["aqua-club"])
    assert address not in other.get(messages).text
    assert address in sign_in(alice).get(messages).text


def test_charlie_sees_nothing_of_it(
    charlie: User, person: MakePerson, sendout: MakeSendOut, email_sender: Sender
) -> None:
    person("Ann", "ann@example.org")
    send_now(sendout(channels="email"))
    health.mark_down(email_sender.pk, "The server refused the password.")
    Throughput.objects.create(sender=email_sender, minute=timezone.now(), accepted=77)
    text = page(sign_in(charlie), "skating-club")
    assert "Nothing waits." in text
    assert "Closure" not in text[text.index("<main") :]  # an entry of the menu, too
    for secret in ("Sandbox", "refused", ">77<", "Aqua"):
        assert secret not in text


def test_without_a_worker_the_page_says_so(alice: User) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_workers")
    assert "Nothing is sent until one is started with" in page(sign_in(alice))


def test_what_runs_where(alice: User) -> None:
    with connect(workers.program_name("pool-machine", 4711)):
        text = page(sign_in(alice))
    assert "pool-machine" in text
    assert ">4711<" in text


def test_how_fast_it_goes(alice: User, email_sender: Sender) -> None:
    now = timezone.now()
    for minutes, accepted in ((0, 12), (5, 3000)):
        at = (now - timedelta(minutes=minutes)).replace(second=0, microsecond=0)
        Throughput.objects.create(sender=email_sender, minute=at, accepted=accepted)
    text = page(sign_in(alice))
    assert "<dt>Last minute</dt><dd>12</dd>" in text
    assert "<dt>Last 10 minutes</dt><dd>3,012</dd>" in text


def test_what_waits_and_why(
    alice: User, person: MakePerson, sendout: MakeSendOut, email_sender: Sender
) -> None:
    for number in range(3):
        person(f"Swimmer {number}", f"swimmer{number}@example.org")
    running, paused = sendout(channels="email"), sendout(channels="email")
    for one in (running, paused):
        send_now(one)
    lifecycle.pause(paused)
    health.mark_down(email_sender.pk, "The server refused the password.")
    text = page(sign_in(alice))
    assert "<dt>Waiting to leave</dt><dd>6</dd>" in text
    assert "Paused; somebody must resume it." in text
    assert "does not work at the moment: The server refused the password." in text
    assert "since " in text


def test_retries_are_told_by_when_they_come(person: MakePerson, sendout: MakeSendOut) -> None:
    for number in range(5):
        person(f"Swimmer {number}", f"swimmer{number}@example.org")
    closure = sendout(channels="email")
    send_now(closure)
    waits = (5, 300, 400, 1800, 7200)
    now = timezone.now()
    record(
        Happening(row.pk, "deferred", now, attempt=1, next_try_at=now + timedelta(seconds=wait))
        for row, wait in zip(Delivery.objects.order_by("pk"), waits, strict=True)
    )
    assert due([closure.pk]) == Due(minute=1, ten_minutes=2, hour=1, later=1)
    assert (
        when_tried(Due(minute=1200, ten_minutes=0, hour=0, later=3))
        == "1,200 within a minute, 3 later"
    )
    assert due([]).total == 0
