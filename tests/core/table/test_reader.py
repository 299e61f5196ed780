"""Lists as people really have them."""

from __future__ import annotations

import csv
import io
import itertools
import random
import tracemalloc
import zipfile
from collections.abc import Iterator
from contextlib import suppress

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from sendout.core.table.reader import BadTable, Table, open_table
from tests.core.table.workbooks import DATE, sheet_xml, workbook

PEOPLE = "Prénom;Courriel\nZoé;zoe@example.org\nLéa;lea@example.org\n"


def opened(content: bytes | str) -> Table:
    data = content.encode() if isinstance(content, str) else content
    return open_table(io.BytesIO(data))


def cells(table: Table) -> list[list[str]]:
    return [row.cells for row in table.rows]


@pytest.mark.parametrize(
    "encoding",
    ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252", "mac_roman"],
)
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_accents_survive_every_encoding_and_line_end(encoding: str, line_end: str) -> None:
    people = PEOPLE + "Françoise;francoise@example.org\nHélène;helene@example.org\n"
    table = opened(people.replace("\n", line_end).encode(encoding))
    assert table.headers == ["Prénom", "Courriel"]
    assert [row[0] for row in cells(table)] == ["Zoé", "Léa", "Françoise", "Hélène"]


def test_an_old_encoding_is_said() -> None:
    assert opened(PEOPLE.encode("cp1252")).notes == ["the file was read as Windows-1252"]


def test_one_stray_letter_does_not_spoil_a_utf8_file() -> None:
    table = opened(PEOPLE.encode() + "Éli;eli@example.org".encode("cp1252"))
    assert [row[0] for row in cells(table)] == ["Zoé", "Léa", "Éli"]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found(delimiter: str) -> None:
    rows = [["Name", "Email"], ["Roy, Alice; x", "alice@example.org"], ["Bob", "bob@example.org"]]
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter).writerows(rows)
    table = opened(text.getvalue())
    assert [table.headers, *cells(table)] == rows


def test_a_delimiter_named_in_the_first_line_is_believed() -> None:
    table = opened("sep=;\r\nName;Town, country\r\nAlice;Montréal, Canada\r\n")
    assert table.headers == ["Name", "Town, country"]
    assert [row.number for row in table.rows] == [3]


def test_one_column_of_emails_is_a_list() -> None:
    table = opened("Email\nalice@example.org\nbob@example.org\n")
    assert (table.headers, len(cells(table))) == (["Email"], 2)


def test_a_list_without_headers_gets_numbered_columns() -> None:
    table = opened("Alice,alice@example.org\nBob,bob@example.org\n")
    assert table.headers == ["Column 1", "Column 2"]
    assert len(cells(table)) == 2


def test_headers_are_found_below_titles_and_blank_lines() -> None:
    table = opened(
        "Aqua Club;;\n;;\n\nExported on Monday;;\nNom;Courriel;Tél\nRoy;r@example.org;\n"
    )
    assert table.headers == ["Nom", "Courriel", "Tél"]
    assert [row.number for row in table.rows] == [6]
    assert "2 rows (“Aqua Club”, …) above the headers" in table.notes[0]


def test_headers_of_the_same_name_are_made_distinct() -> None:
    table = opened("Name,Phone,Phone,,phone\nAlice,1,2,3,4\n")
    assert table.headers == ["Name", "Phone", "Phone (2)", "Column 4", "phone (3)"]
    assert "“Phone (2)”" in table.notes[0]


def test_ragged_rows_are_mended_and_said() -> None:
    table = opened("Name,Email,Town\nAlice\nBob,b@example.org,Laval,extra\nEve,e@example.org,X,,\n")
    alice, bob, eve = table.rows
    assert (alice.cells, bob.cells[2]) == (["Alice", "", ""], "Laval")
    assert "1 cells under 3 headers" in alice.mended
    assert "left out: “extra”" in bob.mended
    assert eve.mended == ""


def test_row_numbers_are_those_of_the_file() -> None:
    table = opened('Name,Note\n\nAlice,"two\nlines"\n\nBob,one\n')
    assert [row.number for row in table.rows] == [3, 6]


def test_nul_bytes_are_left_out() -> None:
    assert cells(opened(b"Name,Email\nAl\0ice,alice@example.org\n"))[0][0] == "Alice"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b"\xef\xbb\xbf\r\n \r\n", "empty"),
        (b";;;\n;;;\n", "empty"),
        (b"Name,Email\n", "no row of people"),
        (b"Name,Email\n,\n  ,\n", "no row of people"),
        (b"%PDF-1.7 ...", "a PDF document"),
        (b"\x89PNG\r\n\x1a\n", "a PNG image"),
        (b"<!DOCTYPE html><table>", "a web page"),
        (b"PK\x03\x04 cut off", "a damaged workbook or archive"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "cannot be read"),
        (random.Random(1).randbytes(4096), "a binary file"),
        (bytes(100) + b"x" + bytes(100), "a binary file"),
        (b'Name,Email\nAlice,"alice@example.org\nBob,bob@example.org\n', "never closed"),
        (b"Name,Email\nAlice," + b"x" * 10_001 + b"\n", "row 2 has a cell of more than 10,000"),
    ],
)
def test_what_is_no_list_gets_one_sentence(content: bytes, words: str) -> None:
    with pytest.raises(BadTable, match=words) as refused:
        cells(opened(content))
    assert "\n" not in str(refused.value)


def test_an_archive_or_document_is_not_a_workbook() -> None:
    for part, words in (("people.csv", "a ZIP archive"), ("word/document.xml", "a Word document")):
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w") as archive:
            archive.writestr(part, "x")
        with pytest.raises(BadTable, match=words):
            open_table(packed)


class Endless(io.RawIOBase):
    """A file made while it is read: parts repeated, never held in memory as a whole."""

    def __init__(self, head: bytes, part: bytes, times: int) -> None:
        self._whole = (head, part, times)
        self.seek(0)

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = 0) -> int:
        assert (offset, whence) == (0, 0)
        head, part, times = self._whole
        self._parts: Iterator[bytes] = itertools.chain([head], itertools.repeat(part, times))
        self._rest = b""
        return 0

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        while not self._rest:
            part = next(self._parts, None)
            if part is None:
                return 0
            self._rest = part
        taken, self._rest = self._rest[: len(buffer)], self._rest[len(buffer) :]
        buffer[: len(taken)] = taken
        return len(taken)


@pytest.mark.parametrize("quote", [b"", b'"', b'"\n'])
def test_a_cell_of_50_mb_is_refused_in_bounded_memory(quote: bytes) -> None:
    part = b"x" * 999 + quote[1:] + b"x"
    file = io.BufferedReader(Endless(b"Name,Email\nA,a@example.org\nB," + quote, part, 50_000))
    tracemalloc.start()
    with pytest.raises(BadTable, match=r"row 3 |line 3 "):
        cells(open_table(file))
    assert tracemalloc.get_traced_memory()[1] < 16_000_000
    tracemalloc.stop()


def test_a_long_csv_streams_in_bounded_memory() -> None:
    part = b"Alice,alice@example.org,5145550199\n" * 1000
    file = io.BufferedReader(Endless(b"Name,Email,Phone\n", part, 200))
    table = open_table(file)
    tracemalloc.start()
    assert sum(1 for _ in table.rows) == 200_000
    assert tracemalloc.get_traced_memory()[1] < 4_000_000
    tracemalloc.stop()


PLAIN = st.text(
    st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufeff"), max_size=20
)
LIST = st.lists(st.tuples(PLAIN, PLAIN, PLAIN), min_size=1, max_size=20)


@given(
    rows=LIST, delimiter=st.sampled_from(",;\t|"), encoding=st.sampled_from(["utf-8-sig", "utf-16"])
)
def test_what_a_program_writes_is_read_as_it_was(
    rows: list[tuple[str, str, str]], delimiter: str, encoding: str
) -> None:
    text = io.StringIO()
    writer = csv.writer(text, delimiter=delimiter, quoting=csv.QUOTE_ALL)
    writer.writerow(["First name", "Email", "Town"])
    writer.writerows(rows)
    kept = [list(row) for row in rows if any(cell.strip() for cell in row)]
    assume(kept)
    assert cells(opened(f"sep={delimiter}\n{text.getvalue()}".encode(encoding))) == kept


@given(content=st.binary(max_size=400))
def test_any_bytes_are_a_list_or_refused(content: bytes) -> None:
    with suppress(BadTable):
        for row in opened(content).rows:
            assert row.number >= 1
            assert any(row.cells)


def test_a_workbook_reads_as_people_see_it() -> None:
    rows = sheet_xml(
        {
            1: ["Camp list"],
            3: ["Name", "Phone", "Born", "Paid", "Fee", "Code"],
            4: ["Alice", 5145550199.0, (45658.0, DATE), True, 12.5, "007"],
            9: ["Bob", None, (45658.75, DATE), False, -3.0, None],
        }
    )
    table = open_table(workbook(("2026", "visible", rows)))
    assert [(row.number, row.cells) for row in table.rows] == [
        (4, ["Alice", "5145550199", "2025-01-01", "TRUE", "12.5", "007"]),
        (9, ["Bob", "", "2025-01-01 18:00", "FALSE", "-3", ""]),
    ]


def test_the_first_visible_sheet_is_read_and_the_others_named() -> None:
    table = open_table(
        workbook(
            ("Old", "hidden", sheet_xml({1: ["Name"], 2: ["Nobody"]})),
            ("People", "visible", sheet_xml({1: ["Name"], 2: ["Alice"]})),
            ("Notes", "visible", sheet_xml({1: ["x"]})),
        )
    )
    assert cells(table) == [["Alice"]]
    assert table.notes[0] == "only the sheet “People” was read, not “Old” (hidden), “Notes”"


def test_a_cell_in_the_last_corner_ends_no_process_but_its_own() -> None:
    rows = sheet_xml({1: ["Name"]}) + '<row r="1048576"><c r="XFD1048576"><v>2</v></c></row>'
    with pytest.raises(BadTable, match="damaged or too large"):
        open_table(workbook(("Bomb", "visible", rows)))


def test_a_workbook_that_unpacks_without_end_is_refused_unread() -> None:
    rows = sheet_xml({1: ["Name"], 2: ["Alice"]}) + " " * 40_000_000
    with pytest.raises(BadTable, match="unpacks to 38 MB"):
        open_table(workbook(("Bomb", "visible", rows)))


def test_a_damaged_workbook_is_refused() -> None:
    with pytest.raises(BadTable, match="workbook"):
        open_table(workbook(("Torn", "visible", "<row r='1'><c r='A1'>")))


def test_leaving_a_workbook_early_leaves_no_process() -> None:
    rows = sheet_xml({n: [f"Name {n}", "x" * 500] for n in range(1, 2000)})
    table = open_table(workbook(("Long", "visible", rows)))
    assert len(table.sample) == 50
    table.close()
    assert list(table.rows) == []
