"""Every route says who may come in."""

from __future__ import annotations

from collections.abc import Iterator

from django.urls import URLPattern, URLResolver, get_resolver

# Routes of third-party packages, which guard themselves; by the beginning of their address.
GUARDED_ELSEWHERE = {"account/": "django-allauth: sign-in, password, second factors"}


def routes(resolver: URLResolver, prefix: str = "") -> Iterator[tuple[str, URLPattern]]:
    """Give every route below the resolver with its whole address."""
    for entry in resolver.url_patterns:
        address = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from routes(entry, address)
        else:
            yield address, entry


def our_routes() -> list[tuple[str, URLPattern]]:
    """Give the routes whose views are ours."""
    every = routes(get_resolver())
    return [(address, route) for address, route in every if not _guarded(address, route)]


def _guarded(address: str, route: URLPattern) -> bool:
    theirs = not route.callback.__module__.startswith("sendout.")
    return theirs and address.startswith(tuple(GUARDED_ELSEWHERE))


def access_of(route: URLPattern) -> str:
    """Give what the route's view says about who may come in; nothing if it is silent."""
    return str(getattr(route.callback, "access", ""))


def test_the_law_finds_our_routes() -> None:
    assert any("organisation>" in address for address, _ in our_routes())


def test_every_route_says_who_may_come_in() -> None:
    silent = [address for address, route in our_routes() if not access_of(route)]
    assert not silent, f"give the views of {silent} a decorator of sendout/pages/access.py"


def test_a_route_of_one_organisation_is_for_its_members() -> None:
    open_ones = [
        address
        for address, route in our_routes()
        if "organisation>" in address and not access_of(route).startswith("member:")
    ]
    assert not open_ones
