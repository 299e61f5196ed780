"""From what the staff wrote to what leaves."""

from __future__ import annotations

import email
import email.policy
from pathlib import Path

import pytest

from sendout.accounts.models import Organisation
from sendout.compose.fields import merge_values
from sendout.compose.models import Message
from sendout.compose.rendering import compile_email, compile_sms, fill, templates
from sendout.core.message.sms import measure
from sendout.people.models import Participant

REAL = Path(__file__).parents[3] / "shared" / "data" / "messages"
WAY_OUT = {"unsubscribe_url": "https://club.example.org/u/1"}
real_messages = pytest.mark.skipif(not REAL.is_dir(), reason="the real messages are not here")


@pytest.fixture
def aqua() -> Organisation:
    return Organisation(name="Aqua & Co", postal_address="12 Pool Street, Montréal QC")


@pytest.fixture
def ann() -> Participant:
    fields = {"Child": "Zoé <3", "Activity": "Minnows"}
    return Participant(first_name="Ann", last_name="O'Neil", email="a@x.example", fields=fields)


def markdown(body: str, **more: str) -> Message:
    return Message(subject="Hi {{ first_name|there }}", body=body, **more)


def test_markdown_stands_in_the_layout_with_name_address_and_way_out(aqua: Organisation) -> None:
    html = templates(markdown("# News\n\nHello {{ first_name|there }}"), aqua).html
    assert "Hello {{ first_name|there }}" in html
    assert "Aqua &amp; Co, 12 Pool Street, Montréal QC" in html
    assert 'href="{{ unsubscribe_url }}"' in html


@pytest.mark.parametrize("body", ["<p>Hi</p>", "<!doctype html><body><p>Hi</p></body>"])
def test_the_contact_stands_in_every_footer(aqua: Organisation, body: str) -> None:
    aqua.contact = "office@aqua.example {{ x }}"
    rendered = templates(Message(body=body, body_format="html", text="Hi"), aqua)
    for part in (rendered.html, rendered.text):
        assert part.count("office@aqua.example { { x }}") == 1


def test_the_layout_loads_nothing_from_elsewhere(aqua: Organisation) -> None:
    html = templates(markdown("Hello"), aqua).html
    assert "@import" not in html
    assert "<link" not in html


@pytest.mark.parametrize(
    ("language", "category", "words"),
    [
        ("en", "operational", "Choose what you receive"),
        ("en", "marketing", "Unsubscribe or choose"),
        ("fr", "operational", "Choisir ce que je reçois"),
        ("fr", "marketing", "Se désabonner"),
    ],
)
def test_the_footer_speaks_the_language_and_names_the_way_out_of_the_category(
    aqua: Organisation, language: str, category: str, words: str
) -> None:
    aqua.language = language
    rendered = templates(markdown("Hello", category=category), aqua)
    assert words in rendered.html
    assert words in rendered.text


def test_the_text_part_says_the_same_with_its_links(aqua: Organisation) -> None:
    text = templates(markdown("Hello [here](https://x.example/a) {{ name }}"), aqua).text
    assert "Hello here (https://x.example/a) {{ name }}" in text
    assert "{{ unsubscribe_url }}" in text


def test_html_in_a_value_is_escaped_in_html_alone(aqua: Organisation, ann: Participant) -> None:
    message = markdown("For {{ Child }}", sms_text="For {{ child }}")
    shown = fill(templates(message, aqua), merge_values(ann, aqua) | WAY_OUT)
    assert "For Zoé &lt;3" in shown.html
    assert "For Zoé <3" in shown.text
    assert shown.sms == "For Zoé <3"


def test_a_value_that_holds_a_merge_field_is_not_filled_again(aqua: Organisation) -> None:
    mallory = Participant(first_name="{{ email }}", email="secret@x.example")
    shown = fill(templates(markdown("Hi {{ first_name }}"), aqua), merge_values(mallory, aqua))
    assert "secret@x.example" not in shown.html + shown.text + shown.subject


@pytest.mark.parametrize(
    "body", ["{% load x %}{{ 7*7 }}", "{{ self.__class__ }}", "${7*7} <%= 7*7 %> {{{ 7*7 }}}"]
)
def test_a_template_language_in_a_message_is_never_executed(aqua: Organisation, body: str) -> None:
    for body_format in ("markdown", "html"):
        message = markdown(body, body_format=body_format)
        shown = fill(templates(message, aqua), {})
        assert "49" not in shown.html
        assert "class '" not in shown.html


def test_braces_in_the_organisations_name_are_no_merge_field(aqua: Organisation) -> None:
    aqua.name = "{{ email }} {% now %}"
    shown = fill(templates(markdown("Hello"), aqua), {"email": "secret@x.example"})
    assert "secret@x.example" not in shown.html


def test_a_fragment_gets_the_layout_and_a_document_does_not(aqua: Organisation) -> None:
    fragment = templates(markdown("<p>One</p>", body_format="html"), aqua).html
    whole = "<html><body><p>One</p></body></html>"
    document = templates(markdown(whole, body_format="html"), aqua).html
    assert "mj-column" in fragment
    assert document.startswith("<html><body><p>One</p>")
    assert "12 Pool Street" in document
    assert document.index("{{ unsubscribe_url }}") < document.index("</body>")


def test_a_document_that_says_what_the_law_asks_is_left_alone(aqua: Organisation) -> None:
    whole = (
        "<html><body>12 Pool&nbsp;Street,<br> Montr&eacute;al QC "
        '<a href="{{unsubscribe_url}}">out</a></body></html>'
    )
    assert templates(markdown(whole, body_format="html"), aqua).html == whole


def test_nothing_written_renders_to_nothing(aqua: Organisation) -> None:
    rendered = templates(Message(), aqua)
    assert (rendered.subject, rendered.html, rendered.text) == ("", "", "")
    assert rendered.sms.fill({}) == ""


def test_a_value_cannot_add_a_header(aqua: Organisation) -> None:
    mallory = Participant(first_name="A\r\nBcc: everybody@x.example", email="m@x.example")
    parsed = email.message_from_bytes(leave(markdown("Hello"), aqua, mallory))
    assert parsed["Bcc"] is None
    assert "everybody@x.example" in parsed["Subject"]


def leave(message: Message, organisation: Organisation, person: Participant) -> bytes:
    compiled = compile_email(
        message, organisation, from_name="Aqua", from_address="office@aqua.example"
    )
    return compiled.fill(
        merge_values(person, organisation) | WAY_OUT,
        to_name=person.name,
        to_address="ann@x.example",
        message_id="1",
        date="Mon, 23 Nov 2026 10:00:00 +0000",
        unsubscribe_url=WAY_OUT["unsubscribe_url"],
    )


@pytest.mark.parametrize(("category", "offered"), [("marketing", True), ("operational", False)])
def test_only_marketing_offers_to_unsubscribe_with_one_click(
    aqua: Organisation, ann: Participant, category: str, offered: bool
) -> None:
    aqua.slug = "aqua"
    parsed = email.message_from_bytes(leave(markdown("Hello", category=category), aqua, ann))
    assert parsed["List-Unsubscribe"] == "<https://club.example.org/u/1>"
    assert ("List-Unsubscribe-Post" in parsed) is offered
    assert parsed["List-Id"] == f"<{category}.aqua.aqua.example>"


@real_messages
def test_the_newsletter_leaves_whole_and_personal(aqua: Organisation, ann: Participant) -> None:
    body = (REAL / "newsletter.html").read_text()
    message = Message(subject="News", body=body, body_format="html", category="marketing")
    parsed = email.message_from_bytes(leave(message, aqua, ann), policy=email.policy.default)
    html = parsed.get_body(("html",)).get_content()
    text = parsed.get_body(("plain",)).get_content()
    assert "For Ann O&#x27;Neil, Minnows" in html
    assert html.count("Read more") == 6
    assert "Hi Ann," in text
    assert "https://aquaclub.example.org/camp?utm_source=newsletter" in text
    assert html.count("12 Pool Street") == 1
    assert 'href="https://club.example.org/u/1"' in html
    assert "{{" not in html + text


@real_messages
@pytest.mark.parametrize(
    ("file", "encoding"),
    [
        ("cancellation.en.txt", "GSM-7"),
        ("cancellation.fr.txt", "GSM-7"),
        ("one-emoji.txt", "UCS-2"),
    ],
)
def test_the_real_texts_are_measured_filled(
    aqua: Organisation, ann: Participant, file: str, encoding: str
) -> None:
    ann.fields["Child"] = "Zoé"
    compiled = compile_sms(Message(sms_text=(REAL / file).read_text()), aqua)
    text = compiled.fill(merge_values(ann, aqua))
    assert "{{" not in text
    assert "Ann" in text
    assert measure(text).encoding == encoding
    assert measure(text).segments >= 2


def test_a_plain_text_of_ones_own_is_kept_and_says_what_the_law_asks_for(aqua: Organisation):
    message = Message(
        organisation=aqua, category="marketing", body="<p>Hi</p>", text="Hi {{ Child }}!"
    )
    rendered = templates(message, aqua)
    assert rendered.text.startswith("Hi {{ Child }}!\n\n-- \n")
    assert aqua.postal_address in rendered.text
    assert "{{ unsubscribe_url }}" in rendered.text


def test_a_plain_text_that_says_it_all_gets_no_footer(aqua: Organisation):
    own = f"Hi!\n{aqua.postal_address}\n{{{{ unsubscribe_url }}}}"
    message = Message(organisation=aqua, category="marketing", body="<p>Hi</p>", text=own)
    assert templates(message, aqua).text == own
