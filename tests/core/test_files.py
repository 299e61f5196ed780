"""Which files may go along."""

from __future__ import annotations

import io
import zipfile

import pytest

from sendout.core.files import KINDS, LONGEST_NAME, BadFile, clean_name, kind_of, size_words


def packed(*names: str, mimetype: str = "") -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        if mimetype:
            archive.writestr("mimetype", mimetype)
        for name in names:
            archive.writestr(name, "x")
    return made.getvalue()


GOOD = {
    "Timetable.pdf": b"%PDF-1.7\n",
    "pool.PNG": b"\x89PNG\r\n\x1a\n...",
    "pool.jpeg": b"\xff\xd8\xff\xe0",
    "list.csv": "Prénom;Nom\n".encode("latin-1"),
    "dates.ics": b"BEGIN:VCALENDAR\r\n",
    "letter.docx": packed("word/document.xml"),
    "prices.xlsx": packed("xl/workbook.xml"),
    "text.odt": packed("content.xml", mimetype=KINDS["odt"]),
}
BAD = {
    "setup.exe": (b"MZ\x90\x00", "is a program"),
    "Timetable.pdf": (b"MZ\x90\x00", "is a program"),
    "old.doc": (b"\xd0\xcf\x11\xe0\xa1\xb1", "old format"),
    "page.html": (b"<p>Hello", "does not go along. These do: PDF"),
    "picture.svg": (b"<svg>", "does not go along"),
    "archive.zip": (packed("a.txt"), "does not go along"),
    "no ending": (b"text", "does not go along"),
    "wrong.pdf": (b"\x89PNG\r\n\x1a\n", "something else inside"),
    "wrong.docx": (packed("xl/workbook.xml"), "something else inside"),
    "broken.xlsx": (b"PK\x03\x04broken", "something else inside"),
    "binary.txt": (b"a\0b", "something else inside"),
    "macros.docx": (packed("word/document.xml", "word/vbaProject.bin"), "holds macros"),
    "macros.ods": (packed("content.xml", "Basic/script-lc.xml", mimetype=KINDS["ods"]), "macros"),
    "empty.pdf": (b"", "is empty"),
}


@pytest.mark.parametrize("name", GOOD)
def test_a_file_is_what_it_says(name: str) -> None:
    assert kind_of(name, io.BytesIO(GOOD[name])) == KINDS[name.rpartition(".")[2].lower()]


@pytest.mark.parametrize("name", BAD)
def test_what_may_not_go_along_is_refused_in_a_sentence(name: str) -> None:
    content, reason = BAD[name]
    with pytest.raises(BadFile, match=reason) as refused:
        kind_of(name, io.BytesIO(content))
    assert f"“{name}”" in str(refused.value)


def test_a_name_is_safe_to_be_offered() -> None:
    assert clean_name("C:\\Users\\x\\Plan \r\n of\u202efdp.pdf") == "Plan offdp.pdf"
    assert clean_name("../../etc/passwd") == "passwd"
    assert clean_name("Été 2027.pdf") == "Été 2027.pdf"
    assert clean_name("/") == "file"
    long = clean_name("x" * 300 + ".pdf")
    assert len(long) == LONGEST_NAME
    assert long.endswith(".pdf")


def test_a_size_is_in_words() -> None:
    assert [size_words(n) for n in (1, 999_000, 1_250_000)] == ["1 kB", "999 kB", "1.2 MB"]
