"""An address made from its like is the one that Django would make."""

from __future__ import annotations

from django.urls import reverse

from sendout.pages.addresses import addresses


def test_it_is_the_address_that_django_makes() -> None:
    session = addresses("pages:session", "aqua-club")
    delivery = addresses("pages:delivery", "club-7046123", 7)
    for pk in (1, 99, 10**12):
        assert session(pk) == reverse("pages:session", args=["aqua-club", pk])
        assert delivery(pk) == reverse("pages:delivery", args=["club-7046123", 7, pk])
