"""Files inside an email: the standard library reads what we wrote, dkimpy what we signed."""

from __future__ import annotations

import re
from email import message_from_bytes
from typing import Any, cast

from hypothesis import given, settings
from hypothesis import strategies as st

from sendout.core.files import KINDS, clean_name
from sendout.core.message.attached import Attached, encoded_size, tail
from sendout.core.message.dkim import sign_by_all
from sendout.core.message.email import compile_email
from tests.core.message.test_dkim import ed25519_signer, rsa_signer, verifies
from tests.core.message.test_email import (
    DATE,
    bodies,
    content,
    expected,
    letter,
    read,
    texts,
    values,
    with_crlf,
)

names = st.one_of(
    st.text(st.characters(codec="utf-8"), max_size=150),
    st.sampled_from(
        ["Été à l'eau.pdf", "a" * 116 + ".pdf", "🏊" * 116 + ".pdf", "=?utf-8?b?w6k=?="]
    ),
    st.text(st.sampled_from("a \"\\';=%*é.\r\n\t"), max_size=40),
).map(clean_name)
files = st.lists(
    st.builds(
        Attached,
        name=names,
        kind=st.sampled_from(sorted(set(KINDS.values()))),
        content=st.one_of(st.binary(min_size=1, max_size=300), texts.map(str.encode)),
    ),
    min_size=1,
    max_size=4,
)


def mail(
    html: str, text: str, values: dict[str, str], added: list[Attached], **more: object
) -> tuple[bytes, bytes]:
    """Give what one recipient gets, and what it goes on with for all."""
    compiled = compile_email(letter("News", html, text, has_files=True, **more))
    given: dict[str, Any] = {"to_name": "Ann", "to_address": "a@x.example", "message_id": "m1"}
    return compiled.fill(values, date=DATE, **given), tail(added, compiled.boundary)


@settings(max_examples=60, deadline=None)
@given(bodies, bodies, values, files)
def test_the_standard_library_finds_the_same_files_names_and_texts(
    html: str, text: str, values: dict[str, str], added: list[Attached]
) -> None:
    begin, end = mail(html, text, values, added)
    message = read(begin + end)
    said, *found = message.iter_parts()
    assert message.get_content_type() == "multipart/mixed"
    assert content(cast("Any", said), "plain") == with_crlf(expected(text, values, html=False))
    assert content(cast("Any", said), "html") == with_crlf(expected(html, values, html=True))
    # The tolerant parser, as most programs of mail services use it.
    old = cast("list[Any]", message_from_bytes(begin + end).get_payload())[1:]
    assert len(found) == len(old) == len(added)
    for file, part, older in zip(added, found, old, strict=True):
        assert (part.get_filename(), older.get_filename()) == (file.name, file.name)
        assert part.get_content_type() == file.kind
        assert part.get_content_disposition() == "attachment"
        assert part.get_payload(decode=True) == older.get_payload(decode=True) == file.content


@settings(max_examples=40, deadline=None)
@given(bodies, values, files)
def test_no_server_has_to_change_a_line(
    html: str, values: dict[str, str], added: list[Attached]
) -> None:
    begin, end = mail(html, "x", values, added)
    assert end.isascii()
    assert begin.endswith(b"\r\n")
    assert end.endswith(b"--\r\n")
    assert not re.search(rb"\r(?!\n)|(?<!\r)\n", end)
    for line in end[:-2].split(b"\r\n"):
        assert len(line) <= 200
        assert not line.startswith((b".", b"From "))
        assert not re.search(rb"[ \t]\Z|[ \t]{2}|\t", line)


@settings(max_examples=20, deadline=None)
@given(bodies, values, files, st.sampled_from(["relaxed", "simple"]))
def test_the_signature_covers_the_files(
    html: str, values: dict[str, str], added: list[Attached], way: str
) -> None:
    begin, end = mail(html, "Hello  there \t\n\n", values, added)
    signers = [rsa_signer(body=way), ed25519_signer(body=way)]
    signed = sign_by_all(signers, begin, 1_795_000_000, end) + begin
    assert verifies(signed + end)
    assert verifies(signed + end, 1)
    assert signed.startswith(signers[0].sign(begin, 1_795_000_000, end))
    cut = end.rfind(b"\r\n\r\n") + 4
    other = b"B" if end[cut : cut + 1] == b"A" else b"A"
    assert not verifies(signed + end[:cut] + other + end[cut + 1 :])


def test_a_text_says_its_characters_only_where_they_are_known() -> None:
    known, unknown = (
        Attached("a.csv", "text/csv", "é".encode(coding)) for coding in ("utf-8", "cp1252")
    )
    assert b"text/csv; charset=utf-8\r\n" in tail([known], "b")
    assert b"Content-Type: text/csv\r\n" in tail([unknown], "b")


@given(st.integers(0, 5_000))
def test_the_size_on_the_way_is_known_before(size: int) -> None:
    whole = tail([Attached("a.pdf", "application/pdf", b"x" * size)], "b")
    head = tail([Attached("a.pdf", "application/pdf", b"")], "b")
    assert len(whole) - len(head) == encoded_size(size)


def test_without_files_an_email_is_what_it_was() -> None:
    compiled = compile_email(letter())
    assert compiled.boundary == ""
    assert "multipart/alternative" in compiled.rest
