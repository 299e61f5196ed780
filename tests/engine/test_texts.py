"""What an SMS says when it leaves, and what it is billed as."""

from __future__ import annotations

import pytest
from django.utils import timezone

from sendout.accounts.models import Organisation, StopWords
from sendout.compose.models import Message
from sendout.core.providers.base import Envelope
from sendout.deliveries.claim import Claimed, claim
from sendout.deliveries.freeze import send_now
from sendout.deliveries.models import Delivery
from sendout.deliveries.record import Happening, record
from sendout.deliveries.told import has_been_told
from sendout.engine.prepare import find_way
from sendout.sendouts.models import SendOut
from tests.deliveries.conftest import MakePerson, MakeSendOut

pytestmark = pytest.mark.django_db


def leave(sendout: SendOut) -> dict[str, tuple[str, int]]:
    """Give what leaves for each phone, with its segments, and record that it was taken."""
    send_now(sendout)
    way = find_way(sendout.pk, "sms")
    assert way is not None
    prepared = way.prepare(claim(sendout.pk, "sms", 1, 10).claimed, timezone.now())
    record(Happening(p.row.id, "accepted", timezone.now(), attempt=1) for p in prepared)
    texts = {}
    for each in prepared:
        assert isinstance(each.envelope, Envelope)
        assert isinstance(each.envelope.content, bytes)
        texts[each.row.phone] = each.envelope.content.decode(), each.segments
    return texts


def test_every_recipient_is_told_in_their_language_and_billed_for_it(
    club: Organisation, person: MakePerson, sendout: MakeSendOut
) -> None:
    Organisation.objects.update(stop_words=StopWords.EVERY)
    person("Ann", phone="+15145550199")
    person("Zoé", phone="+15145550198", language="fr")
    made = sendout(channels="sms", category="marketing")
    Message.objects.update(sms_text="Hi {{ first_name }}" + "a" * 120)
    texts = leave(made)
    english, french = texts["+15145550199"], texts["+15145550198"]
    assert english == (f"Hi Ann{'a' * 120}\nReply STOP to unsubscribe", 1)
    assert french == (f"Hi Zoé{'a' * 120}\nRépondez STOP pour vous désabonner", 2)


def test_a_setting_that_changes_counts_from_then_on(
    club: Organisation, person: MakePerson, sendout: MakeSendOut
) -> None:
    person("Ann", phone="+15145550199")
    made = sendout(channels="sms", category="marketing")
    assert leave(made)["+15145550199"][0] == "Pool closed today"
    Organisation.objects.update(stop_words=StopWords.EVERY)
    way = find_way(made.pk, "sms", running=False)
    assert way is not None
    [again] = way.prepare([_claimed(made)], timezone.now())
    assert b"Reply STOP" in again.envelope.content  # type: ignore[union-attr,operator]


def _claimed(sendout: SendOut) -> Claimed:
    row = Delivery.objects.get(sendout=sendout)
    who = row.participant
    names = (who.first_name, who.last_name, who.email, who.phone, who.language)
    return Claimed(row.pk, 1, row.address, who.phone, *names)


def test_plain_characters_halve_the_parts_of_those_who_need_it(
    person: MakePerson, sendout: MakeSendOut
) -> None:
    person("Zoë", phone="+15145550199")
    made = sendout(channels="sms")
    Message.objects.update(sms_text="{{ first_name }}’s lesson" + "s" * 100, sms_plain="accents")
    assert leave(made)["+15145550199"] == (f"Zoe's lesson{'s' * 100}", 1)


def test_only_the_first_text_of_marketing_tells(
    club: Organisation, person: MakePerson, sendout: MakeSendOut
) -> None:
    Organisation.objects.update(stop_words=StopWords.FIRST)
    club.refresh_from_db()
    ann = person("Ann", phone="+15145550199")
    told = ["Reply STOP" in leave(sendout(channels="sms", category=category))["+15145550199"][0]
            for category in ("operational", "marketing", "operational", "marketing")]  # fmt: skip
    assert told == [False, True, False, False]
    assert has_been_told(club, ann.pk)
    bea = person("Bea", phone="+15145550198")
    assert not has_been_told(club, bea.pk)
    texts = leave(sendout(channels="sms", category="marketing"))
    assert "Reply STOP" in texts["+15145550198"][0]
    assert "Reply STOP" not in texts["+15145550199"][0]
