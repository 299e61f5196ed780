"""The links in the mails about an account."""

from __future__ import annotations

from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse

from sendout.accounts.models import User


@pytest.mark.parametrize("host", ["localhost:1337", "club.example:1337"])
def test_who_asks_for_a_new_password_does_not_choose_where_it_leads(
    alice: User, client: Client, settings: Any, host: str
) -> None:
    settings.URL, settings.ALLOWED_HOSTS = "https://club.example", ["club.example", "localhost"]
    client.post(reverse("account_reset_password"), {"email": alice.email}, headers={"host": host})
    [sent] = mail.outbox
    assert "https://club.example/account/password/reset/key/" in str(sent.body)
    assert "1337/" not in str(sent.body)
