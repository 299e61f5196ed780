"""Who may write and send."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import URLPattern, reverse

from sendout.accounts.models import Organisation, User
from sendout.compose.models import Message
from sendout.pages.compose.urls import urlpatterns
from sendout.sendouts.models import SendOut
from tests.cast import sign_in

READ_ONLY = {"compose_preview", "compose_preview_email"}
WITHOUT_ID = {
    "compose_new", "compose_save_new", "compose_image", "compose_convert", "compose_live",
}  # fmt: skip
MORE = {
    "compose_fix": [1, "email"],
    "compose_file": [1],
    "compose_file_away": [1],
    "compose_file_how": [1],
}  # parts of an address after the id


@pytest.fixture
def sendout(club: Organisation, alice: User) -> SendOut:
    message = Message.objects.create(organisation=club, subject="Secret", body="Secret plans")
    return SendOut.objects.create(organisation=club, name="Secret", message=message)


def ask(browser: Client, route: URLPattern, slug: str, pk: int, method: str) -> int:
    names = [slug] if route.name in WITHOUT_ID else [slug, pk, *MORE.get(str(route.name), [])]
    return int(getattr(browser, method)(reverse(f"pages:{route.name}", args=names)).status_code)


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("route", urlpatterns, ids=lambda route: str(route.name))
def test_charlie_finds_nothing_of_the_club(
    sendout: SendOut, charlie: User, route: URLPattern, method: str
) -> None:
    browser = sign_in(charlie)
    assert ask(browser, route, "aqua-club", sendout.pk, method) == 404
    if route.name not in WITHOUT_ID:
        status = ask(browser, route, "skating-club", sendout.pk, method)
        assert status == 404 or (method == "get" and status == 405)


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("route", urlpatterns, ids=lambda route: str(route.name))
def test_a_viewer_may_look_and_neither_write_nor_send(
    sendout: SendOut, bob: User, route: URLPattern, method: str
) -> None:
    status = ask(sign_in(bob), route, "aqua-club", sendout.pk, method)
    assert status == (200 if route.name in READ_ONLY else 403)


@pytest.mark.parametrize("route", urlpatterns, ids=lambda route: str(route.name))
def test_a_stranger_is_asked_to_sign_in(sendout: SendOut, route: URLPattern) -> None:
    assert ask(Client(), route, "aqua-club", sendout.pk, "get") == 302
