"""A club with lessons to remind of."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from sendout.accounts.models import Organisation, User
from sendout.people.models import Group, Participant
from sendout.senders.models import Sender
from sendout.series.models import Series, When
from sendout.series.steering import begin
from sendout.timetable.models import Session

Plan = Callable[..., Session]
TIMES: dict[str, Any] = {
    "when": When.BEFORE, "hours": 24, "weekdays": [], "at": None, "on_closed_days": False,
    "ends_on": None,
}  # fmt: skip


@pytest.fixture
def beginners(club: Organisation) -> Group:
    """Give a group of two children who share an address, and one more."""
    group = Group.objects.create(organisation=club, name="Beginners")
    people = [("Ann", "roy@example.org"), ("Bert", "roy@example.org"), ("Carl", "c@example.org")]
    group.participants.set(
        Participant.objects.create(
            organisation=club, first_name=name, email=address, email_normal=address
        )
        for name, address in people
    )
    return group


@pytest.fixture
def plan_session(club: Organisation, beginners: Group) -> Plan:
    """Plan sessions of the beginners."""

    def make(starts: datetime, title: str = "Lesson", **more: Any) -> Session:
        values = {"group": beginners, "place": "Small pool", **more}
        made = Session.objects.create(
            organisation=club, uid=f"{title} {starts}", title=title, starts=starts,
            ends=starts + timedelta(hours=1), **values,
        )  # fmt: skip
        Session.objects.filter(pk=made.pk).update(created_at=timezone.now() - timedelta(days=90))
        return made

    return make


def started(club: Organisation, alice: User, since: datetime, **times: Any) -> Series:
    """Give a series that repeats since then."""
    channels = times.pop("channels", "email")
    series = begin(club, alice, "Reminder", channels, TIMES | times)
    series.pattern.everyone = True
    series.pattern.save()
    message = series.pattern.message
    message.subject = "{{session}} on {{ session_time }}" if series.when == When.BEFORE else "News"
    message.body = "Dear {{ first_name|there }}, see you in {{place|the pool}}."
    message.save()
    Series.objects.filter(pk=series.pk).update(going="active", since=since)
    series.refresh_from_db()
    return series


@pytest.fixture
def reminder(club: Organisation, alice: User, email_sender: Sender, beginners: Group) -> Series:
    """Give a reminder of every session, 24 hours before, for a long time already."""
    return started(club, alice, timezone.now() - timedelta(days=60))
