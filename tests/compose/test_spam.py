"""What leaves looks no more like spam than the same text, typed by hand and sent by itself."""

from __future__ import annotations

from email.message import EmailMessage
from pathlib import Path

import pytest

from sendout.accounts.models import Organisation
from sendout.compose.fields import merge_values
from sendout.compose.models import Category, Message
from sendout.compose.rendering import compile_email, fill, templates
from sendout.core.message.tracking import Tracking
from sendout.people.models import Participant
from tests.compose.conftest import PASTED, WAYS
from tests.compose.test_mail_programs import Written
from tests.rigs.spamassassin import judge

pytestmark = pytest.mark.django_db
MOST_POINTS = 2.0  # of 5 that make it spam
# Points that the layout, the pictures and the headers may cost. SpamAssassin takes a picture ill in
# a document of one's own of less than 1,200 bytes.
MOST_BESIDE_THE_TEXT = dict.fromkeys([*WAYS, "pasted"], 0.1) | {"document": 1.4}
DATE = "Mon, 23 Nov 2026 10:00:00 +0000"
WAY_OUT = "https://mail.aquaclub.org/u/AbCdEfGh123"


def leaves(message: Message, club: Organisation, ann: Participant) -> bytes:
    """Give a mail as it leaves, with its links tracked and its way out."""
    compiled = compile_email(
        message,
        club,
        from_name="Aqua Club",
        from_address="office@aquaclub.org",
        tracking=Tracking("https://mail.aquaclub.org", [b"key"]),
    )
    tokens = {"click token": "AbCdEfGh", "open token": "IjKlMnOp", "unsubscribe_url": WAY_OUT}
    return compiled.fill(
        merge_values(ann, club) | tokens,
        to_name="Ann Roy",
        to_address="ann@roy.org",
        message_id="8f3a2b1c9d",
        date=DATE,
        unsubscribe_url=WAY_OUT,
    )


def typed(message: Message, club: Organisation, ann: Participant) -> bytes:
    """Give the same words as a person would send them from a mail program."""
    said = fill(templates(message, club), merge_values(ann, club) | {"unsubscribe_url": WAY_OUT})
    mail = EmailMessage()
    mail["From"], mail["To"] = "Aqua Club <office@aquaclub.org>", "Ann Roy <ann@roy.org>"
    mail["Subject"], mail["Date"] = said.subject, DATE
    mail["Message-ID"] = "<8f3a2b1c9d@aquaclub.org>"
    mail.set_content(said.text, cte="quoted-printable")
    return mail.as_bytes()


@pytest.mark.parametrize("category", list(Category))
def test_it_looks_no_more_like_spam_than_its_text_alone(
    category: Category, written: Written, club: Organisation, tmp_path: Path
) -> None:
    ann = Participant(first_name="Ann", last_name="Roy", fields={"Child": "Zoé", "Activity": "X"})
    ways = [*WAYS, *["pasted"] * PASTED.exists()]
    messages = [written(way) for way in ways]
    for message in messages:
        message.category = category
    mails = [leaves(message, club, ann) for message in messages]
    texts = [typed(message, club, ann) for message in messages]
    opinions = judge([*mails, *texts], tmp_path)
    for way, ours, raw in zip(ways, opinions, opinions[len(ways) :], strict=False):
        assert ours.points < MOST_POINTS, (way, ours.rules)
        assert ours.points <= raw.points + MOST_BESIDE_THE_TEXT[way], (way, ours.rules, raw.rules)


def test_the_judge_knows_spam(tmp_path: Path) -> None:
    head = b"From: a@aquaclub.org\nSubject: ACT NOW!!! FREE MONEY\n\n"
    gtube = b"XJS*C4JDBQADN1.NSBN3*2IDNEN*GTUBE-STANDARD-ANTI-UBE-TEST-EMAIL*C.34X\n"
    spam, other = judge([head + gtube, head + b"Hello\n"], tmp_path)
    assert spam.points >= 1000
    assert "GTUBE" in spam.rules
    assert other.points < 100
    assert "MISSING_DATE" in other.rules
