"""A name that leads into our own network leads nowhere."""

from __future__ import annotations

import asyncio

import pytest

from sendout.core.outside import Inside, Outside, is_outside


@pytest.mark.parametrize(
    ("addresses", "leads"),
    [(["8.8.8.8"], True), (["127.0.0.1"], False), (["8.8.8.8", "10.0.0.1"], False)],
)
def test_a_name_is_judged_by_all_its_addresses(
    monkeypatch: pytest.MonkeyPatch, addresses: list[str], leads: bool
) -> None:
    async def look_up(host: str, port: int, **_: object) -> list[tuple[object, ...]]:
        return [(2, 1, 6, "", (address, port)) for address in addresses]

    async def resolve() -> list[str]:
        monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", look_up)
        return [each["host"] for each in await Outside().resolve("club.example", 80)]

    if leads:
        assert asyncio.run(resolve()) == addresses
    else:
        with pytest.raises(Inside):
            asyncio.run(resolve())


def test_only_this_machine_is_let_in_where_that_is_said() -> None:
    assert is_outside("127.0.0.1", loopback=True)
    assert not is_outside("10.0.0.1", loopback=True)
    assert not is_outside("127.1")
