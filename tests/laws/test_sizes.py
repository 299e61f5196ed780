"""Small files, short functions, telling names."""

from __future__ import annotations

import ast
from statistics import median

from tests.laws.sources import ROOT, functions, modules

MOST_LINES_OF_A_FILE = 400
MOST_LINES_OF_A_FUNCTION = 50
MEDIAN_LINES_OF_FUNCTIONS = 10
NAMES_THAT_SAY_NOTHING = {"utils", "util", "helpers", "helper", "common", "services", "misc"}
MOST_ENTRIES_AT_THE_ROOT = 20

# Imports inside functions, each with the reason why it cannot stand at the top.
IMPORTS_INSIDE: dict[str, str] = {}


def lines_of(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Count the lines of a function, its signature and docstring left out."""
    body = node.body[1:] if ast.get_docstring(node) is not None else node.body
    return (body[-1].end_lineno or 0) - body[0].lineno + 1 if body else 0


def test_files_are_short() -> None:
    lengths = {m.place: len(m.path.read_text().splitlines()) for m in modules().values()}
    long = {place: count for place, count in lengths.items() if count > MOST_LINES_OF_A_FILE}
    assert not long


def test_functions_are_short() -> None:
    long = {
        f"{module.place}:{node.lineno} {node.name}": lines_of(node)
        for module in modules().values()
        for node in functions(module)
        if lines_of(node) > MOST_LINES_OF_A_FUNCTION
    }
    assert not long


def test_half_of_the_functions_are_very_short() -> None:
    lengths = [lines_of(node) for module in modules().values() for node in functions(module)]
    assert median(lengths) < MEDIAN_LINES_OF_FUNCTIONS


def test_modules_have_telling_names() -> None:
    vague = [m.place for m in modules().values() if m.path.stem in NAMES_THAT_SAY_NOTHING]
    assert not vague


def test_imports_stand_at_the_top() -> None:
    inside = {
        f"{module.place}:{statement.lineno}"
        for module in modules().values()
        for node in functions(module)
        for statement in ast.walk(node)
        if isinstance(statement, ast.Import | ast.ImportFrom) and module.place not in IMPORTS_INSIDE
    }
    assert not inside


def test_the_root_can_be_read_at_a_glance() -> None:
    assert len(list(ROOT.glob("[!.]*"))) <= MOST_ENTRIES_AT_THE_ROOT
