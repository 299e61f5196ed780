"""What leaves for one recipient, against the standard library's parser and dkimpy."""

from __future__ import annotations

import html
import re
from datetime import UTC, datetime
from email.message import EmailMessage
from html.parser import HTMLParser
from typing import Any

import dkim
import pytest
from django.conf import settings
from hypothesis import given
from hypothesis import settings as hypothesis
from hypothesis import strategies as st

from sendout.accounts.models import Organisation
from sendout.compose.fields import Merging, merge_values
from sendout.compose.models import Category, Message
from sendout.compose.rendering import fill, templates
from sendout.core.delivery.outcome import Blame, Refused
from sendout.core.message import links as sealed
from sendout.core.providers.base import Envelope
from sendout.core.providers.smtp_envelope import stuffed
from sendout.deliveries import links
from sendout.deliveries.claim import Claimed
from sendout.deliveries.freeze import send_now
from sendout.engine.prepare import Way, email_text, find_way, identity_of
from sendout.senders import signing
from sendout.senders.models import Sender
from tests.core.message.test_email import assert_well_formed, content, fold_controls, owner, read
from tests.deliveries.conftest import MakePerson, MakeSendOut

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
KEYS = signing.make_keys(["rsa", "ed25519"])
TOKENS = re.compile(r"http://127\.0\.0\.1:8025/c/([0-9a-f]+)/([\w-]+)")

names = st.one_of(
    st.sampled_from(["Alice", "Zoé", "O'Neil", "d'Été, Jr.", "", "=?utf-8?q?x?=", "李", "  A  B "]),
    st.text(st.characters(codec="utf-8"), max_size=30),
)
addresses = st.sampled_from(
    ["a@x.example", "first.last+tag@mail.x.example", "zoé@café.example", "o'neil@x.example"]
)
fields = st.dictionaries(
    st.sampled_from(["Child", "child", "CHILD ", "Activité", "portal", "organisation", "x"]),
    st.one_of(st.sampled_from(["", "https://x.example/?a=b&c", "Zoé <3"]), st.text(max_size=20)),
    max_size=5,
)
rows = st.builds(
    Claimed,
    id=st.integers(1, 2**63 - 1),
    attempt=st.just(1),
    address=addresses,
    normal=addresses,
    first_name=names,
    last_name=names,
    email=addresses,
    phone=st.just("+15145550100"),
    language=st.just("en"),
    fields=fields,
)
sentences = st.sampled_from(
    [
        "Hello {{ first_name|there }} {{ last_name }}",
        "{{ child|your child }} in {{ activite }}",
        "[Register](https://club.example/register?from=news&to=all)",
        "[Yours](https://club.example/?child={{ child }})",
        "[Portal]({{ portal }})",
        "[Manage]({{ unsubscribe_url }})",
        "[Write](mailto:office@club.example)",
        "https://club.example/bare",
        "{{ name }}, {{ email }}, {{ phone }}, {{ organisation }}",
        "# News.\\n.From here = there é",
    ]
)
messages = st.builds(
    lambda body, subject, category: Message(body=body, subject=subject, category=category),
    st.lists(sentences, min_size=1, max_size=8).map("\n\n".join),
    st.sampled_from(["News", "For {{ child|you }}", "Été {{ first_name }}"]),
    st.sampled_from(Category),
)


def aqua(**more: Any) -> Organisation:
    return Organisation(slug="aqua-club", name="Aqua & Co", postal_address="12 Pool Street", **more)


def office(organisation: Organisation, **more: Any) -> Sender:
    said = {"from_name": "Aqua", "from_address": "office@club.example", **more}
    return Sender(organisation=organisation, channel="email", kind="smtp", **said)


def way(message: Message, sender: Sender) -> Way:
    organisation = sender.organisation
    text = email_text(message, organisation, identity_of(sender, organisation))
    signers = signing.signers_of(sender)
    return Way(1, "email", False, organisation, sender, text, signers)


def prepared(message: Message, row: Claimed, sender: Sender) -> Envelope:
    [made] = way(message, sender).prepare([row], NOW)
    assert isinstance(made.envelope, Envelope), made.envelope
    return made.envelope


def plain_row(**more: Any) -> Claimed:
    said = {
        "id": 17, "attempt": 1, "address": "alice@x.example", "normal": "alice@x.example",
        "first_name": "Alice", "last_name": "Roy", "email": "alice@x.example", "phone": "",
        "language": "en", **more,
    }  # fmt: skip
    return Claimed(**said)


class Hrefs(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [value or "" for name, value in attrs if tag == "a" and name == "href"]


def untracked(page: str, delivery: int) -> str:
    """Lead the links to where they led and take the pixel out, looking at every token."""

    def led_to(found: re.Match[str]) -> str:
        assert links.read(links.CLICK, found[1]) == delivery
        return html.escape(sealed.open(settings.TOKEN_KEYS, found[2]).url)

    pixel = f"http://127.0.0.1:8025/o/{links.sign(links.OPEN, delivery)}.gif"
    page, count = re.subn(f'<img src="{re.escape(pixel)}"[^>]*>', "", page)
    assert count == 1
    return TOKENS.sub(led_to, page)


def trimmed(addresses: list[str]) -> list[str]:
    """Leave out what browsers leave out of an address."""
    return [re.sub(r"[\t\r\n]", "", each).strip(" ") for each in addresses]


def one_kind_of_end(text: str) -> str:
    return re.sub(r"\r\n|\r|\n", "\n", text)


@hypothesis(max_examples=150, deadline=None)
@given(messages, rows)
def test_any_message_to_anybody_reads_as_it_was_meant(message: Message, row: Claimed) -> None:
    sender = office(aqua())
    envelope = prepared(message, row, sender)
    mail = read(envelope.content)
    url = links.unsubscribe_url(row.id)
    values = merge_values(row, sender.organisation) | {"unsubscribe_url": url}
    meant = fill(templates(message, sender.organisation), values)
    assert one_kind_of_end(content(mail, "plain")) == one_kind_of_end(meant.text)
    page = untracked(content(mail, "html"), row.id)
    assert trimmed(Hrefs(page).found) == trimmed(Hrefs(meant.html).found)
    assert fold_controls(str(mail["Subject"])) == fold_controls(meant.subject)
    assert owner(envelope.content) == fold_controls(row.name)
    assert mail["List-Unsubscribe"] == f"<{url}>"
    assert mail["Message-ID"] == f"<{row.id}@club.example>"
    assert (envelope.to, envelope.mail_from) == (row.address, "office@club.example")
    assert_well_formed(envelope.content)
    assert envelope.plain == envelope.content.isascii() == row.address.isascii()
    assert stuffed(envelope.content) == envelope.content


@given(rows, st.sets(st.sampled_from(["child", "activite", "name", "email", "organisation", "x"])))
def test_the_quick_way_gives_the_merge_values_that_are_asked_for(
    row: Claimed, asked: set[str]
) -> None:
    organisation = aqua()
    quick = Merging(asked, organisation).values(row)
    assert quick.keys() <= asked
    slow = merge_values(row, organisation)
    assert {key: quick.get(key, "") for key in asked} == {key: slow.get(key, "") for key in asked}


@pytest.mark.parametrize(("organisation", "message"), [(False, True), (True, False)])
def test_nothing_is_tracked_where_either_does_not_want_it(
    organisation: bool, message: bool
) -> None:
    said = Message(subject="x", body="[Here](https://club.example/)", tracks=message)
    mail = read(prepared(said, plain_row(), office(aqua(tracks=organisation))).content)
    page = content(mail, "html")
    assert 'href="https://club.example/"' in page
    assert "/c/" not in page
    assert "/o/" not in page


def test_tracked_links_stand_on_the_organisations_own_address() -> None:
    said = Message(subject="x", body="[Here](https://club.example/)")
    own = aqua(tracking_url="https://news.club.example")
    page = content(read(prepared(said, plain_row(), office(own)).content), "html")
    assert 'href="https://news.club.example/c/' in page
    assert 'src="https://news.club.example/o/' in page


def test_the_plain_text_keeps_its_own_addresses() -> None:
    said = Message(subject="x", body="[Here](https://club.example/)")
    mail = read(prepared(said, plain_row(), office(aqua())).content)
    assert "Here (https://club.example/)" in content(mail, "plain")


def test_a_bounce_comes_back_to_an_address_of_this_delivery() -> None:
    sender = office(aqua(), bounce_address="bounces@club.example")
    envelope = prepared(Message(subject="x", body="x"), plain_row(), sender)
    assert links.read_return_path(envelope.mail_from) == 17
    assert read(envelope.content)["From"].addresses[0].addr_spec == "office@club.example"


def test_a_service_that_writes_mails_anew_gets_no_return_path_and_no_signature() -> None:
    sender = office(aqua(), bounce_address="bounces@club.example")
    signing.put_keys(sender, "club.example", "s1", KEYS)
    sender.dkim_on, sender.kind = True, "esp"
    envelope = prepared(Message(subject="x", body="x"), plain_row(), sender)
    assert envelope.mail_from == "office@club.example"
    assert b"DKIM-Signature" not in envelope.content


def verify(raw: bytes, sender: Sender) -> list[bool]:
    records = {f"{r.name}.".encode(): r.value.encode() for r in signing.records(sender)}
    signatures = raw.count(b"DKIM-Signature:")
    return [
        bool(dkim.DKIM(raw).verify(n, dnsfunc=lambda name, timeout=5: records.get(name)))
        for n in range(signatures)
    ]


@hypothesis(max_examples=25, deadline=None)
@given(messages, rows)
def test_every_email_is_signed_for_good(message: Message, row: Claimed) -> None:
    sender = office(aqua())
    signing.put_keys(sender, "club.example", "s1", KEYS)
    sender.dkim_on = True
    raw = prepared(message, row, sender).content
    assert verify(raw, sender) == [True, True]
    assert isinstance(read(raw), EmailMessage)
    assert stuffed(raw) == raw


def test_a_signature_says_whose_and_when() -> None:
    sender = office(aqua())
    signing.put_keys(sender, "club.example", "s1", {"rsa": KEYS["rsa"]})
    sender.dkim_on = True
    raw = prepared(Message(subject="x", body="x"), plain_row(), sender).content
    said = raw[: raw.index(b"Date:")].decode()
    assert "d=club.example" in said
    assert "s=s1" in said
    assert f"t={int(NOW.timestamp())}" in said
    assert "list-unsubscribe" in said  # RFC 8058 section 4
    assert verify(raw, sender) == [True]


def test_a_recipient_who_cannot_stand_in_a_header_is_trouble_of_their_own() -> None:
    rows = [plain_row(address="a@x.example\r\nBcc: b@x.example"), plain_row(id=18)]
    bad, good = way(Message(subject="x", body="x"), office(aqua())).prepare(rows, NOW)
    assert isinstance(bad.envelope, Refused)
    assert bad.envelope.blame is Blame.MESSAGE
    assert isinstance(good.envelope, Envelope)


@pytest.mark.django_db
def test_what_cannot_be_signed_never_leaves_unsigned(
    person: MakePerson, sendout: MakeSendOut
) -> None:
    person("Ann", "ann@example.org")
    started = sendout(channels="email")
    send_now(started)
    sender = started.email_sender
    assert sender is not None
    signing.put_keys(sender, "club.example", "s1", {"rsa": KEYS["rsa"]})
    sender.dkim_on, sender.dkim_keys = True, "sealed with another key"
    sender.save()
    found = find_way(started.pk, "email")
    assert found is not None
    [made] = found.prepare([plain_row()], NOW)
    assert isinstance(made.envelope, Refused)
    assert not made.envelope.permanent
    assert "put the old key back into SENDOUT_KEYS" in found.sender.down_reason
    assert found.sender.down_until is not None
    sender.dkim_on = False
    sender.save()
    again = find_way(started.pk, "email")
    assert again is not None
    assert isinstance(again.prepare([plain_row()], NOW)[0].envelope, Envelope)


WAY_OUT = {"en": "Choose what you receive", "fr": "Choisir ce que je reçois"}


@pytest.mark.parametrize(
    ("organisation", "recipient", "spoken"),
    [
        ("en", "fr", "fr"),
        ("fr", "en", "en"),
        ("fr", "fr", "fr"),
        ("en", "", "en"),
        ("fr", "", "fr"),
    ],
)
@pytest.mark.parametrize("body_format", ["markdown", "html", "blocks"])
def test_what_stands_around_is_in_the_recipients_language(
    organisation: str, recipient: str, spoken: str, body_format: str
) -> None:
    sender = office(aqua(language=organisation))
    message = Message(subject="News", body_format=body_format, category=Category.OPERATIONAL)
    message.blocks = [{"id": "a", "kind": "text", "html": "<div>Pool</div>"}]
    message.body = "<html><body>Pool</body></html>" if body_format == "html" else "Pool"
    envelope = prepared(message, plain_row(language=recipient), sender)
    mail = read(envelope.content)
    for kind in ("plain", "html"):
        said = content(mail, kind)
        assert WAY_OUT[spoken] in said
        assert WAY_OUT["en" if spoken == "fr" else "fr"] not in said
    assert f'lang="{spoken}"' in said
