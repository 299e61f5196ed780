"""The pages of an SMPP sender: its settings, and why nothing comes back."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from sendout.accounts.models import Organisation, User
from sendout.core.providers.smpp_config import SETTINGS
from sendout.senders import reception
from sendout.senders.models import Sender
from sendout.senders.vault import unseal
from tests.cast import sign_in
from tests.inbound.smpp.conftest import smpp_sender

WHY = "Cannot connect to smpp.example.org:2775: it does not answer"


def at(name: str, *args: object) -> str:
    return reverse(f"pages:{name}", args=["aqua-club", *args])


def typed(**more: object) -> dict[str, object]:
    given = {f"setting_{s.name}": s.default for s in SETTINGS if s.default not in (None, False)}
    own = {
        "name": "Texts",
        "from_address": "AquaClub",
        "connections": 4,
        "pace_count": 100,
        "pace_period": "second",
        "setting_host": "smpp.example.org",
        "setting_username": "club",
        "setting_password": "s3cret-pa55",
    }
    del given["setting_ca_file"]
    return {**given, **own, **more}


def test_an_owner_adds_a_provider(alice: User) -> None:
    page = sign_in(alice)
    answer = page.post(at("sender_add", "sms", "smpp"), typed(), follow=True)
    sender = Sender.objects.get()
    assert answer.redirect_chain == [(at("sender", sender.pk), 302)]
    assert (sender.config["host"], sender.config["window"]) == ("smpp.example.org", 20)
    assert unseal(sender.secrets) == {"password": "s3cret-pa55"}
    assert "s3cret-pa55" not in answer.content.decode()


def test_a_window_that_cannot_be_is_said(alice: User) -> None:
    answer = sign_in(alice).post(at("sender_add", "sms", "smpp"), typed(setting_window=500))
    assert answer.status_code == 422
    assert "indow is a number from 1 to 200" in answer.content.decode()
    assert not Sender.objects.exists()


@pytest.mark.parametrize("page", ["senders", "sender"])
def test_why_nothing_comes_in_is_said(alice: User, club: Organisation, page: str) -> None:
    sender = smpp_sender(club)
    reception.hold("worker", [sender.pk])
    where = at(page, sender.pk) if page == "sender" else at(page)
    browser = sign_in(alice)
    assert "do not come in" not in browser.get(where).content.decode()
    reception.say_down(sender.pk, WHY)
    assert f"Receipts and replies do not come in: {WHY}" in browser.get(where).content.decode()
    reception.say_up(sender.pk)
    assert "do not come in" not in browser.get(where).content.decode()


def test_that_nobody_listens_is_said(alice: User, club: Organisation) -> None:
    sender = smpp_sender(club)
    Sender.objects.update(created_at=timezone.now() - timedelta(hours=1))
    assert reception.NOBODY in sign_in(alice).get(at("sender", sender.pk)).content.decode()


def test_another_club_sees_none_of_it(other_club: Organisation, charlie: User, alice: User) -> None:
    theirs = smpp_sender(other_club)
    reception.hold("worker", [theirs.pk])
    reception.say_down(theirs.pk, WHY)
    page = sign_in(alice)
    assert WHY not in page.get(at("senders")).content.decode()
    assert page.get(at("sender", theirs.pk)).status_code == 404
