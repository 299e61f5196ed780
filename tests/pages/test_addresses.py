"""An address made from its like is the one that Django would make."""

from __future__ import annotations

import pytest
from django.urls import get_resolver, include, path, reverse, set_script_prefix, set_urlconf

from sendout.pages.addresses import ANY, address, addresses

SAMPLES = {"int": 31, "slug": "aqua-club", "uuid": "9b2c3d4e-0000-4000-8000-0123456789ab"}


def test_each_page_has_the_address_that_django_gives() -> None:
    asked = routes()
    assert len(asked) > 150
    for route, args in asked:
        for n in (0, 1, ANY):
            given = [n if isinstance(arg, int) else arg for arg in args]
            assert address(route, *given) == reverse(route, args=given), route


def routes() -> list[tuple[str, list[object]]]:
    """Give each page of ours with arguments that fit."""
    found = []
    pages = get_resolver().namespace_dict["pages"][1]
    for name in pages.reverse_dict:
        if isinstance(name, str):
            for [(_, params)], _, _, converters in pages.reverse_dict.getlist(name):
                kinds = [type(converters[each]).__name__.lower() for each in params]
                args = [next((v for k, v in SAMPLES.items() if k in kind), "x1") for kind in kinds]
                found.append((f"pages:{name}", args))
    return found


@pytest.mark.parametrize("slug", [str(ANY), f"a{ANY}", f"{ANY + 1}", "a-100-d"])
def test_it_is_right_whatever_the_club_is_called(slug: str) -> None:
    route = "pages:delivery"
    assert address(route, slug, 3, 4) == reverse(route, args=[slug, 3, 4])
    assert addresses(route, slug, 3)(4) == reverse(route, args=[slug, 3, 4])
    assert addresses(route, slug, ANY)(ANY) == reverse(route, args=[slug, ANY, ANY])


def test_it_has_the_prefix_that_holds_now() -> None:
    before = address("pages:messages", "aqua-club")
    try:
        set_script_prefix("/under/")
        assert address("pages:messages", "aqua-club") == f"/under{before}"
    finally:
        set_script_prefix("/")
    try:
        set_urlconf(type("Elsewhere", (), {"urlpatterns": [path("sub/", include("sendout.urls"))]}))
        assert address("pages:messages", "aqua-club") == f"/sub{before}"
    finally:
        set_urlconf(None)
    assert address("pages:messages", "aqua-club") == before


def test_rows_have_the_addresses_that_django_makes() -> None:
    session = addresses("pages:session", "aqua-club")
    delivery = addresses("pages:delivery", "club-7046123", 7)
    for pk in (1, 99, 10**12):
        assert session(pk) == reverse("pages:session", args=["aqua-club", pk])
        assert delivery(pk) == reverse("pages:delivery", args=["club-7046123", 7, pk])
