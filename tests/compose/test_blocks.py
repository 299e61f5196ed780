"""A newsletter of all kinds of blocks, from what is stored to what leaves."""

from __future__ import annotations

from io import BytesIO

import pytest
from PIL import Image as Pillow

from sendout.accounts.models import Organisation
from sendout.compose.converting import convert
from sendout.compose.events import file_of
from sendout.compose.fields import fields_used, merge_values
from sendout.compose.images import store
from sendout.compose.models import Image, Message
from sendout.compose.proposing import propose_sms
from sendout.compose.rendering import compile_email, fill, templates
from sendout.core.message.blocks.reading import read
from sendout.core.message.mending import CLIPPED_AT, to_mend
from sendout.core.message.tracking import Tracking
from sendout.core.tokens import BadToken
from sendout.people.models import Participant

pytestmark = pytest.mark.django_db


def test_every_block_reaches_its_reader_with_the_fields_filled(
    message: Message, club: Organisation, picture: Image
) -> None:
    ann = Participant(first_name="<Ann>", fields={"Child": "Zoé & co"})
    values = merge_values(ann, club) | {"unsubscribe_url": "https://u.example"}
    rendered = fill(templates(message, club), values)
    for words in (
        "Spring is here, &lt;Ann&gt;", "bring Zoé &amp; co", 'href="https://club.example/a"',
        'href="https://club.example/?a=1&amp;b=2"', f"/images/{picture.name}.jpg", 'alt="The pool"',
        "Sunday 14 March 2027, 18:00 to 19:30", "12 Pool Street, Montréal QC",
    ):  # fmt: skip
        assert words in rendered.html
    for line in (
        "Spring is here, <Ann>", "- bring Zoé & co", "The pool (https://club.example)",
        "Register (https://club.example/?a=1&b=2)", "To the left", "To the right", "Open evening",
        "Sunday 14 March 2027, 18:00 to 19:30", "12 Pool Street, Montréal",
    ):  # fmt: skip
        assert line in rendered.text.splitlines()
    assert fields_used(message) == ["first_name", "Child"]
    assert ".so-card, .so-card > table { background: #1c242d" in rendered.html  # in the dark
    assert to_mend(rendered.html) == []
    assert len(rendered.html) < CLIPPED_AT / 3


def test_links_of_blocks_are_tracked_and_pictures_are_not(
    message: Message, club: Organisation
) -> None:
    tracking = Tracking("https://t.example", [b"key"])
    compiled = compile_email(
        message, club, from_name="Aqua", from_address="a@aqua.example", tracking=tracking
    )
    content = compiled.fill(
        {"click token": "c1", "open token": "o1", "unsubscribe_url": "https://u.example"},
        to_name="", to_address="a@x.example", message_id="1", date="",
    )  # fmt: skip
    html = content.decode().replace("=\r\n", "").partition("text/html")[2]
    assert html.count("https://t.example/c/c1/") == 4  # text, picture, button, calendar
    assert 'src=3D"https://t.example/o/o1' in html


def test_the_colour_and_the_logo_of_the_club_are_in_its_emails(
    message: Message, club: Organisation, picture: Image
) -> None:
    club.colour, club.logo = "#ffd400", picture.name
    html = templates(message, club).html
    assert 'alt="Aqua Club"' in html
    assert "background:#ffd400;color:#14202b" in html  # the button can be read
    assert "color: #ffd400" not in html  # nor are links yellow on white
    club.logo = ""
    assert "color:#14202b;" in templates(Message(body="Hi"), club).html


def test_a_picture_of_another_club_is_left_out(message: Message, other_club: Organisation) -> None:
    assert "/images/" not in templates(message, other_club).html


def test_the_same_picture_is_stored_once(club: Organisation, picture: Image) -> None:
    out = BytesIO()
    Pillow.new("RGB", (900, 300), "#3a7").save(out, "JPEG")
    assert store(club, out.getvalue()) == picture
    assert Image.objects.count() == 1


def test_the_calendar_file_is_only_for_its_own_link(message: Message, club: Organisation) -> None:
    html = templates(message, club).html
    token = html.partition("/event/")[2].partition("/e.ics")[0]
    file = file_of(token, "e")
    assert file is not None
    assert b"DTSTART:20270314T220000Z" in file
    assert file_of(token, "h") is None
    with pytest.raises(BadToken):
        file_of(token[:-2] + "00", "e")
    message.delete()
    assert file_of(token, "e") is None


def test_a_french_club_says_the_time_in_french(message: Message, club: Organisation) -> None:
    club.language = "fr"
    text = templates(message, club).text
    assert "dimanche 14 mars 2027, 18:00 à 19:30" in text
    assert "Ajouter à mon calendrier (http" in text


def test_an_sms_is_proposed_from_the_first_blocks(message: Message, club: Organisation) -> None:
    assert propose_sms(message, club).startswith("Spring is here, {{ first_name|friend }}")


def test_what_conversion_loses_is_told(message: Message) -> None:
    converted = convert("", read(message.blocks), "blocks", "markdown")
    assert converted.body.startswith("# Spring is here, {{ first_name|friend }}\n\nThe **pool**")
    assert len(converted.lost) == 4
    back = convert(converted.body, (), "markdown", "blocks")
    assert back.lost == []
    assert [type(block).__name__ for block in back.blocks][:2] == ["Heading", "Text"]
