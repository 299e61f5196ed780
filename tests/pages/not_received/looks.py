"""The page that looks into one message, as the tests read it."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape

from django.test import Client

from sendout.deliveries.models import Delivery
from sendout.people.models import Participant

ANNA, PHONE = "anna@gmail.com", "+15145550123"
Reach = Callable[..., Delivery]


def look(client: Client, anna: Participant, **query: object) -> str:
    answer = client.get(f"/o/{anna.organisation.slug}/not-received/{anna.pk}/", query)
    assert answer.status_code == 200
    return unescape(answer.content.decode())


def marks(page: str) -> list[str]:
    """Give how the four checks went."""
    return re.findall(r'<li data-mark="(\w+)"', page)[:4]


def text(page: str) -> str:
    found = re.search(r"<textarea[^>]*>(.*?)</textarea>", page, re.DOTALL)
    assert found
    return found[1].strip()
