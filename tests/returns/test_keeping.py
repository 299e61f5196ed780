"""A mail is kept once, and not for ever."""

from __future__ import annotations

from datetime import timedelta
from unittest.mock import patch

import pytest
from django.utils import timezone

from sendout.accounts.models import Organisation
from sendout.returns import keeping
from sendout.returns.keeping import again, keep, prune
from sendout.returns.models import ReturnedMail, State

pytestmark = pytest.mark.django_db


def unclear(number: int, organisation: Organisation | None, days: int = 0) -> ReturnedMail:
    mail = keep(b"%d" % number, "pipe", organisation=organisation)
    mail.state, mail.received_at = State.UNCLEAR, timezone.now() - timedelta(days=days)
    mail.save()
    return mail


def test_the_same_mail_to_the_same_address_is_kept_once() -> None:
    first = keep(b"x", "pipe", "A@club.test")
    assert keep(b"x", "smtp", "a@club.test") == first
    assert keep(b"x", "pipe", "b@club.test") != first
    assert keep(b"y", "pipe", "a@club.test") != first


def test_what_nobody_understood_in_time_goes(club: Organisation) -> None:
    old, young = unclear(1, club, days=31), unclear(2, club, days=29)
    waiting = keep(b"3", "pipe", organisation=club)
    ReturnedMail.objects.filter(pk=waiting.pk).update(received_at=old.received_at)
    prune(timezone.now())
    assert set(ReturnedMail.objects.all()) == {young, waiting}


def test_of_each_organisation_the_newest_stay(club: Organisation, other_club: Organisation) -> None:
    with patch.object(keeping, "MOST_EACH", 3):
        mine = [unclear(n, club) for n in range(5)]
        orphans = [unclear(n, None) for n in range(10, 15)]
        theirs = unclear(20, other_club)
        prune(timezone.now())
    assert set(ReturnedMail.objects.all()) == {*mine[2:], *orphans[2:], theirs}


def test_only_what_was_put_aside_is_read_again(club: Organisation) -> None:
    waiting = keep(b"1", "pipe", organisation=club)
    again(waiting, believed=True)
    waiting.refresh_from_db()
    assert not waiting.believed
    aside = unclear(2, club)
    again(aside, believed=True)
    aside.refresh_from_db()
    assert (aside.state, aside.believed, aside.tries) == (State.WAITING, True, 0)
