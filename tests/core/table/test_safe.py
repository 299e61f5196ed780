"""CSV that no spreadsheet runs."""

from __future__ import annotations

import csv

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sendout.core.table.safe import csv_line, csv_lines, shield, unshield


@pytest.mark.parametrize(
    ("cell", "safe"),
    [
        ("=cmd|' /C calc'!A0", "'=cmd|' /C calc'!A0"), ("+1+1", "'+1+1"), ("-2-2", "'-2-2"),
        ("@SUM(A1)", "'@SUM(A1)"), ("\t=1", "'\t=1"), ("\r=1", "'\r=1"), (" =1", "' =1"),
        ("＝1", "'＝1"), ("'=1", "''=1"), ("-", "'-"),
        ("+15145550199", "+15145550199"), ("-12.50", "-12.50"), ("a=b", "a=b"), ("'tis", "'tis"),
    ],
)  # fmt: skip
def test_formulas_are_shielded_and_plain_numbers_are_not(cell: str, safe: str) -> None:
    assert shield(cell) == safe


@given(cell=st.text() | st.text("'=+-@\t\r 1a"))
def test_every_cell_comes_back_as_it_was(cell: str) -> None:
    assert unshield(shield(cell)) == cell
    assert shield(cell)[:1] not in {"=", "@", "\t", "\r"}


def test_a_line_is_quoted_where_it_must_be() -> None:
    assert csv_line(["a,b", 'say "x"', None, 3]) == '"a,b","say ""x""",,3\r\n'


def test_lines_for_excel_say_that_they_are_utf8() -> None:
    first, *rest = csv_lines([["Zoé"], ["=1"]], for_excel=True)
    assert first == "\ufeff"
    assert list(csv.reader(rest)) == [["Zoé"], ["'=1"]]
