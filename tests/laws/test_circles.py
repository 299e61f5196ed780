"""No module imports itself by a detour."""

from __future__ import annotations

from graphlib import CycleError, TopologicalSorter

from tests.laws.sources import PACKAGE, imports, modules


def test_imports_make_no_circle() -> None:
    needs = {
        name: {one.target for one in imports(module) if one.target.startswith(PACKAGE)} - {name}
        for name, module in modules().items()
    }
    try:
        order = list(TopologicalSorter(needs).static_order())
    except CycleError as error:
        raise AssertionError("a circle of imports: " + " -> ".join(error.args[1])) from None
    assert f"{PACKAGE}.cli.commands" in order
