"""What is sent from a page that was open for too long."""

from __future__ import annotations

from django.test import Client


def test_it_is_told_in_a_page_of_ours_that_nothing_was_changed() -> None:
    browser = Client(enforce_csrf_checks=True)
    answer = browser.post("/account/login/", {"login": "alice@aqua-club.example", "password": "x"})
    page = answer.content.decode()
    assert answer.status_code == 403
    assert "nothing was changed" in page
    assert "<style" not in page
