"""Addresses of many rows of one kind: Django makes one of them, and the others are like it.

`reverse` takes some 40 microseconds, which a page with hundreds of links has not.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache

from django.urls import get_script_prefix, get_urlconf, reverse

ANY = 7_046_123  # an id that no other part of an address looks like
SHAPES = 4_096  # that are kept, of all organisations together


def address(route: str, *args: object) -> str:
    """Give the address of a route. Raises NoReverseMatch."""
    ids: list[int] = []
    others: list[str | None] = []
    for arg in args:
        if type(arg) is int and arg >= 0:
            ids.append(arg)
            others.append(None)
        elif type(arg) is str:
            others.append(arg)
        else:
            return reverse(route, args=args)
    shape = _shape(route, tuple(others), get_script_prefix(), get_urlconf())
    return shape % tuple(ids) if shape else reverse(route, args=args)


def addresses(route: str, *before: str | int, after: Sequence[str] = ()) -> Callable[[int], str]:
    """Give what makes the address of a row from its id. before, after: the arguments around it."""
    shape = _shape(route, (*before, None, *after), get_script_prefix(), get_urlconf())
    return shape.__mod__ if shape else lambda pk: reverse(route, args=[*before, pk, *after])


@lru_cache(maxsize=SHAPES)
def _shape(route: str, args: Sequence[str | int | None], _prefix: str, _urlconf: str | None) -> str:
    """Give an address with "%d" for each None of the arguments; empty where that is not clear.

    The other arguments tell when it would be another one.
    """
    ids = [str(ANY + n) for n, arg in enumerate(args) if arg is None]
    found = reverse(route, args=[ANY + n if arg is None else arg for n, arg in enumerate(args)])
    if any(found.count(each) != 1 for each in ids):
        return ""
    shape = found.replace("%", "%%")
    for each in ids:
        shape = shape.replace(each, "%d")
    return shape
