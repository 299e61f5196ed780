"""Undo at the very moment at which the send-out would start."""

from __future__ import annotations

from datetime import timedelta
from threading import Event, Thread

import pytest
from django.db import connection, transaction
from django.utils import timezone

from sendout.deliveries.models import Delivery
from sendout.engine import sweep
from sendout.sendouts import lifecycle
from sendout.sendouts.models import State
from tests.deliveries.conftest import MakePerson, MakeSendOut


@pytest.mark.django_db(transaction=True)
def test_an_undo_under_way_wins_against_the_start(person: MakePerson, sendout: MakeSendOut) -> None:
    person("Ann", "deliver@sandbox.test")
    closure = sendout()
    lifecycle.wait_for_undo(closure, 1)
    pressed, tried = Event(), Event()

    def undo() -> None:
        with transaction.atomic():
            lifecycle.unschedule(closure)
            pressed.set()
            tried.wait(1.0)
        connection.close()

    undoing = Thread(target=undo)
    undoing.start()
    assert pressed.wait(10)
    sweep.tick(timezone.now() + timedelta(seconds=2))
    tried.set()
    undoing.join()
    closure.refresh_from_db()
    assert closure.state == State.DRAFT
    assert not Delivery.objects.exists()
