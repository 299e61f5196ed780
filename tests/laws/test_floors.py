"""Imports point downwards only, and neighbours on one floor do not know each other."""

from __future__ import annotations

import ast
import sys

from tests.laws.sources import PACKAGE, Import, imports, modules

TOP = 8  # wires everything
FLOORS = {
    "core": 1,
    "accounts": 2,
    "finding": 2,
    "wording": 2,
    **dict.fromkeys(["people", "compose", "senders", "suppression", "usage"], 3),
    **dict.fromkeys(["sendouts", "returns", "timetable"], 4),
    "deliveries": 5,
    **dict.fromkeys(["replies", "reports", "series"], 6),
    **dict.fromkeys(["engine", "tracking", "inbound", "api", "pages"], 7),
    **dict.fromkeys(["bench", "cli", "settings", "urls", "wsgi", "asgi", "checks"], TOP),
}
# Third-party packages that plain code may use: none talks to a database or reads settings.
CORE_MAY_USE = {
    "aiohttp", "cryptography", "css_inline", "dateutil", "dns", "email_validator", "icalendar",
    "markdown_it", "mrml", "nh3", "phonenumbers", "PIL", "python_calamine", "selectolax",
}  # fmt: skip
CLOCKS = ("datetime.now", ".utcnow", ".today", "time.time")  # durations are measured, not told


def room(name: str) -> str:
    """Give the room of a module of the package; the package itself has none."""
    return name.split(".")[1] if "." in name else ""


def crossings() -> list[Import]:
    """Give every import from one room of the package into another."""
    found = [one for module in modules().values() for one in imports(module)]
    inside = [one for one in found if one.target.split(".")[0] == PACKAGE]
    return [one for one in inside if room(one.target) not in ("", room(one.module.name))]


def test_every_room_has_a_floor() -> None:
    rooms = {room(name) for name in modules()} - {""}
    assert rooms <= set(FLOORS), f"no floor is known for {sorted(rooms - set(FLOORS))}"


def test_the_walk_sees_the_imports() -> None:
    assert any(room(one.module.name) == "cli" for one in crossings())


def test_imports_point_downwards() -> None:
    wrong = [
        f"{one.place}: {room(one.module.name)} imports {one.target}, which is not below it"
        for one in crossings()
        if FLOORS[room(one.target)] >= FLOORS[room(one.module.name)] < TOP
    ]
    assert not wrong, "\n".join(wrong)


def test_core_is_plain_python() -> None:
    allowed = sys.stdlib_module_names | CORE_MAY_USE | {PACKAGE}
    wrong = [
        f"{one.place}: core imports {one.target}"
        for module in modules().values()
        if room(module.name) == "core"
        for one in imports(module)
        if one.target.split(".")[0] not in allowed
    ]
    assert not wrong, "\n".join(wrong)


def test_core_is_told_the_time() -> None:
    wrong = [
        f"{module.place}:{node.lineno}: core asks for the time; it is passed in"
        for module in modules().values()
        if room(module.name) == "core"
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Call) and ast.unparse(node.func).endswith(CLOCKS)
    ]
    assert not wrong, "\n".join(wrong)
