"""The compiled message against the standard library's parser, which is the oracle."""

from __future__ import annotations

import re
from email import message_from_bytes, policy
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.utils import parseaddr
from pathlib import Path
from typing import Any, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sendout.core.addresses import BadAddress
from sendout.core.message.email import Letter, compile_email
from sendout.core.message.template import escape_html, escape_nothing, fold, parse

NEWSLETTER = Path(__file__).parents[4] / "shared" / "data" / "messages" / "newsletter.html"
DATE = "Mon, 23 Nov 2026 12:00:00 -0500"
URL = "https://mail.aqua.example.org/u/mfrggzdfmztwq2lknnwg23tpobyxe43u?from=footer"

texts = st.text(st.characters(codec="utf-8"), max_size=200)
near_edges = st.text(st.sampled_from('.=F \t\r\né\U0001f3cax<&"'), max_size=200)
bodies = st.lists(
    st.one_of(
        texts, near_edges, st.sampled_from(["{{ name }}", "{{ Enfant|là }}", "\nFrom ", "\n."])
    )
).map("".join)
values = st.fixed_dictionaries(
    {"name": st.one_of(texts, near_edges), "enfant": st.sampled_from(["", "Zoé", "Bob", "a" * 90])}
)


def letter(subject: str = "News", html: str = "<p>Hi", text: str = "Hi", **more: object) -> Letter:
    said: dict[str, Any] = {
        "from_name": "Club Aqua Montréal",
        "from_address": "news@aqua.example.org",
        "subject": parse(subject),
        "html": parse(html, markup=True),
        "text": parse(text),
        "message_domain": "aqua.example.org",
        **more,
    }
    return Letter(**said)


def fill(said: Letter, values: dict[str, str], **more: str) -> bytes:
    given: dict[str, Any] = {
        "to_name": "Alice Roy",
        "to_address": "alice@example.com",
        "message_id": "m1",
        "date": DATE,
        **more,
    }
    return compile_email(said).fill(values, **given)


def read(raw: bytes) -> EmailMessage:
    message = message_from_bytes(raw, policy=policy.default)
    assert not message.defects
    return message


def content(message: EmailMessage, subtype: str) -> str:
    (part,) = (p for p in message.iter_parts() if p.get_content_subtype() == subtype)
    assert not part.defects
    return cast("bytes", part.get_payload(decode=True)).decode("utf-8")


def with_crlf(text: str) -> str:
    return re.sub(r"\r\n|\r|\n", "\r\n", text)


def expected(template: str, values: dict[str, str], *, html: bool) -> str:
    """Each piece has its own line ends: a CR and an LF that meet at a seam stay two."""
    parsed = parse(template, markup=html)
    escape = escape_html if html else escape_nothing
    out = [with_crlf(parsed.constants[0])]
    for slot, constant in zip(parsed.slots, parsed.constants[1:], strict=True):
        out.append(with_crlf(escape(values.get(slot.key) or slot.fallback)))
        out.append(with_crlf(constant))
    return "".join(out)


@settings(max_examples=300)
@given(bodies, bodies, texts, values)
def test_any_message_parses_back_to_what_was_said(
    html: str, text: str, display: str, values: dict[str, str]
) -> None:
    said = letter("For {{ name }}, {{ enfant|you }}", html, text, reply_to="desk@aqua.example.org")
    raw = fill(said, values, to_name=display, unsubscribe_url=URL)
    message = read(raw)
    assert content(message, "plain") == expected(text, values, html=False)
    assert content(message, "html") == expected(html, values, html=True)
    subject = f"For {values['name']}, {values['enfant'] or 'you'}"
    assert fold_controls(str(message["Subject"])) == fold_controls(subject)
    assert [a.addr_spec for a in message["To"].addresses] == ["alice@example.com"]
    assert owner(raw) == fold_controls(display)
    assert message["From"].addresses[0].display_name == "Club Aqua Montréal"
    assert len(message["Reply-To"].addresses) == 1
    assert message["List-Unsubscribe"] == f"<{URL}>"
    assert_well_formed(raw)


def owner(raw: bytes) -> str:
    """Python 3.11's newer parser puts spaces between the encoded words of a name; RFC 2047 6.2."""
    coded, _ = parseaddr(str(message_from_bytes(raw)["To"]))
    return str(make_header(decode_header(coded)))


def fold_controls(text: str) -> str:
    text = re.sub("[\x00-\x1f\x7f-\x9f\u2028\u2029]+", " ", text)
    return re.sub(" +", " ", text).strip(" ")


def assert_well_formed(raw: bytes) -> None:
    lines = raw.split(b"\r\n")
    assert all(b"\r" not in line and b"\n" not in line for line in lines)
    assert not any(line.startswith((b".", b"From ")) for line in lines)
    body = lines.index(b"")
    assert max(len(line) for line in lines[:body]) <= 200
    assert max(len(line) for line in lines[body:]) <= 76
    boundary = message_from_bytes(raw).get_boundary()
    assert boundary is not None
    assert [line for line in lines if boundary.encode() in line][1:] == [
        f"--{boundary}".encode(),
        f"--{boundary}".encode(),
        f"--{boundary}--".encode(),
    ]


def test_a_message_has_its_fields_once_each() -> None:
    said = letter(headers={"Feedback-ID": "42:aqua"})
    message = read(fill(said, {}, unsubscribe_url=URL))
    assert message.keys() == [
        "Date", "From", "To", "Subject", "Message-ID", "List-Unsubscribe",
        "List-Unsubscribe-Post", "Feedback-ID", "MIME-Version", "Content-Type",
    ]  # fmt: skip
    assert message["Date"].datetime.isoformat() == "2026-11-23T12:00:00-05:00"
    assert message["Message-ID"] == "<m1@aqua.example.org>"
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert [p.get_content_type() for p in message.iter_parts()] == ["text/plain", "text/html"]


def test_without_an_address_to_unsubscribe_at_there_is_no_such_field() -> None:
    without = read(fill(letter(list_id="news.aqua.example.org"), {}))
    assert not {"List-Unsubscribe", "List-Unsubscribe-Post", "List-Id"} & set(without.keys())
    by_page = letter(one_click=False, list_id="news.aqua.example.org")
    click_only_by_page = read(fill(by_page, {}, unsubscribe_url=URL))
    assert "List-Unsubscribe-Post" not in click_only_by_page
    assert "List-Unsubscribe" in click_only_by_page
    assert click_only_by_page["List-Id"] == "<news.aqua.example.org>"


def test_a_value_is_escaped_in_html_and_plain_in_text() -> None:
    said = letter(html='<a href="{{ url }}">{{ name }}</a>', text="{{ name }} {{ url }}")
    values = {"name": "<b>Tom & Ann", "url": 'https://x.example/?a=1&b="'}
    message = read(fill(said, values))
    html = '<a href="https://x.example/?a=1&amp;b=&quot;">&lt;b&gt;Tom &amp; Ann</a>'
    assert content(message, "html") == html
    assert content(message, "plain") == '<b>Tom & Ann https://x.example/?a=1&b="'


def test_a_fallback_is_escaped_like_a_value() -> None:
    message = read(fill(letter(html="{{ x|Tom &amp; <3 }}", text="{{ x|Tom & <3 }}"), {}))
    assert content(message, "html") == "Tom &amp; &lt;3"
    assert content(message, "plain") == "Tom & <3"


def test_nobody_can_add_a_header() -> None:
    evil = "x\r\nBcc: charlie@example.org\r\n\r\nbody"
    said = letter(subject="{{ name }}", from_name=evil, headers={"Feedback-ID": evil})
    message = read(fill(said, {"name": evil}, to_name=evil, date=evil))
    assert "Bcc" not in message
    for thing in ("to_address", "message_id", "unsubscribe_url"):
        with pytest.raises((BadAddress, ValueError)):
            fill(letter(), {}, **{thing: evil})


def test_an_address_outside_ascii_is_written_for_smtputf8() -> None:
    raw = fill(letter(), {}, to_name="Zoé", to_address="zoé@café.example")
    assert "<zoé@xn--caf-dma.example>".encode() in raw
    assert read(raw)["Subject"] == "News"


@pytest.mark.skipif(not NEWSLETTER.exists(), reason="the shared messages are not here")
def test_the_newsletter_arrives_as_it_was_written() -> None:
    html = NEWSLETTER.read_text("utf-8")
    people = {fold(k): v for k, v in {"first_name": "Zoé", "Activity": "Skating & more"}.items()}
    message = read(fill(letter(html=html, text="Hi {{ first_name }}"), people))
    assert content(message, "html") == expected(html, people, html=True)
    assert "Skating &amp; more" in content(message, "html")
