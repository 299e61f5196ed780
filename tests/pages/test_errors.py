"""What a person sees when a page cannot be shown."""

from __future__ import annotations

import pytest
from django.test import Client
from django.views.defaults import server_error

from sendout.accounts.models import User
from tests.cast import sign_in


@pytest.mark.django_db
def test_a_page_that_is_not_there_says_so_in_a_sentence(client: Client) -> None:
    answer = client.get("/no/such/page/")
    assert answer.status_code == 404
    assert "There is nothing here" in answer.content.decode()


def test_a_role_that_is_too_small_is_named(bob: User) -> None:
    answer = sign_in(bob).get("/o/aqua-club/senders/add/email/sandbox/")
    assert answer.status_code == 403
    assert "This needs the role “Owner”." in answer.content.decode()


def test_our_own_fault_is_said_without_help_of_the_database(rf: object) -> None:
    answer = server_error(rf.get("/"))  # type: ignore[attr-defined]
    assert answer.status_code == 500
    assert "Something went wrong" in answer.content.decode()
