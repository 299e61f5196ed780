"""The pages' web server answers opens and clicks too, under any name."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
from django.test import Client
from django.utils import timezone

from sendout.tracking import web
from sendout.tracking.answers import GIF
from sendout.tracking.hits import Row
from sendout.tracking.models import Hit
from sendout.tracking.web import Clerk
from tests.tracking.conftest import PLACE, link, pixel

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def clerk(database_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Clerk]:
    """A clerk that lets go of the test's database at the end."""
    made = Clerk(database_url)
    monkeypatch.setattr(web.clerks, "_clerk", made)
    yield made
    made.stop()


def test_a_click_is_kept_and_leads_on(client: Client) -> None:
    response = client.get(link(17, 2), headers={"user-agent": "curl/8"})
    assert (response.status_code, response["location"]) == (302, PLACE)
    hit = Hit.objects.get()
    assert (hit.delivery, hit.link, hit.sign, hit.url) == (17, 2, "robot", PLACE)


def test_an_open_is_kept_under_the_organisation_s_own_domain(client: Client) -> None:
    response = client.get(pixel(17), headers={"host": "go.aqua-club.example"})
    assert (response.status_code, response.content) == (200, GIF)
    assert response["content-type"] == "image/gif"
    assert not response.cookies
    assert Hit.objects.get().delivery == 17


def test_head_has_no_body_and_is_a_machine(client: Client) -> None:
    response = client.head(pixel(17))
    assert (response.status_code, response.content) == (200, b"")
    assert Hit.objects.get().sign == "head"


def test_what_is_forged_is_kept_nowhere(client: Client) -> None:
    assert client.get(link(17)[:-3]).status_code == 404
    assert client.post(link(17)).status_code == 405
    assert not Hit.objects.exists()


def test_the_pages_answer_as_before(client: Client) -> None:
    assert client.get("/healthz").status_code == 200
    assert client.get("/o/aqua-club/").status_code == 302


def test_a_reader_is_led_on_while_the_database_is_away(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    nowhere = Clerk("postgresql://nobody@127.0.0.1:1/nothing")
    monkeypatch.setattr(web.clerks, "_clerk", nowhere)
    assert client.get(link(17)).status_code == 302
    assert client.get(pixel(18)).status_code == 200
    nowhere.stop(seconds=0.1)


def test_what_waits_when_the_server_ends_is_written(clerk: Clerk) -> None:
    clerk.commit(Row(5, 0, "", "", 1_000.0, ""))
    clerk.stop()
    assert Hit.objects.get().delivery == 5


def test_a_clock_that_is_ahead_tells_nothing_of_the_future(clerk: Clerk) -> None:
    clerk.commit(Row(5, 0, "", "", time.time() + 9_999, ""))
    assert Hit.objects.get().at <= timezone.now()
