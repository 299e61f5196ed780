"""The estimate measures every text as it would leave, and says which characters are dear."""

from __future__ import annotations

import pytest
from django.utils import timezone

from sendout.accounts.models import Organisation, StopWords
from sendout.core.message.gsm_plain import Plain
from sendout.deliveries.claim import claim
from sendout.deliveries.estimate import Part, estimate, left_to_pay
from sendout.deliveries.freeze import send_now
from sendout.deliveries.measuring import Drawback
from sendout.deliveries.models import Delivery
from sendout.deliveries.record import Happening, record
from sendout.engine.prepare import find_way
from sendout.people.models import Group
from sendout.sendouts.models import SendOut
from sendout.suppression.entries import suppress
from sendout.usage.prices import put
from tests.deliveries.conftest import MakePerson, MakeSendOut

PARTY = "\N{PARTY POPPER}"


@pytest.fixture
def priced(club: Organisation) -> Organisation:
    put(club, ("email", "out", ""), 1_000)
    put(club, ("sms", "out", ""), 10)
    put(club, ("sms", "out", "US"), 7)
    return club


def says(sendout: SendOut, text: str) -> SendOut:
    sendout.message.sms_text = text
    sendout.message.save()
    return sendout


def test_it_counts_whom_freezing_would_reach(
    priced: Organisation, person: MakePerson, sendout: MakeSendOut
):
    person("Ann", "ann@example.org", "+15145550101")
    person("Ben", "ann@example.org", "+12125550102")  # her family
    person("Cleo", phone="+15145550103")
    person("Dan", "dan@", email_normal="")
    suppress(priced, "sms", "+15145550103", "admin")
    found = estimate(sendout(channels="both"))
    assert found.parts == [
        Part("email", "", 1, 1, 1_000),
        Part("sms", "CA", 1, 1, 10),
        Part("sms", "US", 1, 1, 7),
    ]
    assert found.price == 1_017
    assert found.drawbacks == []


def test_one_emoji_makes_every_text_two_parts_and_says_what_that_costs(
    priced: Organisation, person: MakePerson, sendout: MakeSendOut
):
    for number in range(5):
        person(f"Swimmer {number}", phone=f"+1514555010{number}")
    person("Yankee Doodle", phone="+12125550102")
    text = "See you at the pool on Saturday, {{ first_name }}, for the party of the year! " + PARTY
    found = estimate(says(sendout(channels="sms"), text))
    assert [(part.country, part.segments) for part in found.parts] == [("CA", 10), ("US", 2)]
    assert found.drawbacks == [Drawback((PARTY,), True, 6, 12, 6, 114, 57)]


def test_letters_in_names_are_told_apart_from_those_of_the_message(
    priced: Organisation, person: MakePerson, sendout: MakeSendOut
):
    person("Łukasz", phone="+15145550101")
    person("Zoë", phone="+15145550102")
    person("Ann", phone="+15145550103")
    person("Zoé", phone="+15145550104")  # é is in the plain alphabet, ë is not
    text = "{{ first_name }}: the pool is closed on Saturday, and so are the changing rooms, sorry."
    found = estimate(says(sendout(channels="sms"), text))
    assert found.drawbacks == [Drawback(("Ł", "ë"), False, 2, 4, 2, 40, 20)]
    assert found.price == 60


def test_own_fields_and_fallbacks_are_filled_in(
    priced: Organisation, person: MakePerson, sendout: MakeSendOut
):
    person("Ann", phone="+15145550101", fields={"Level": "x" * 160})
    person("Ben", phone="+15145550102")
    found = estimate(says(sendout(channels="sms"), "Level: {{ level|none }}"))
    assert [part.segments for part in found.parts] == [3]


def test_the_words_below_are_counted_by_language_and_only_for_whom_they_are_new(
    priced: Organisation, person: MakePerson, sendout: MakeSendOut
):
    priced.stop_words, priced.stop_words_in_all = StopWords.FIRST, True
    priced.save()
    told = person("Ann", phone="+15145550101")
    person("Ben", phone="+15145550102")
    person("Chloé", phone="+15145550103", language="fr")
    before = sendout(channels="sms", everyone=False)
    before.people.add(told)
    send_now(before)
    cost = {"segments": 1, "price": 10, "country": "CA"}
    record([Happening(Delivery.objects.get().pk, "accepted", timezone.now(), **cost)])
    text = "x" * 130  # the English words fit below it, the French ones do not
    news = says(sendout(channels="sms"), text)
    assert [part.segments for part in estimate(news).parts] == [4]
    send_now(news)
    assert left_to_pay(news) == 40
    way = find_way(news.pk, "sms")
    assert way is not None
    rows = claim(news.pk, "sms", 1, 10).claimed
    assert [each.segments for each in way.prepare(rows, timezone.now())] == [1, 1, 2]


def test_what_is_made_plain_is_measured_plain(
    priced: Organisation, person: MakePerson, sendout: MakeSendOut
):
    person("Ann", phone="+15145550101")
    curly = says(sendout(channels="sms"), f"{{{{ first_name }}}}’s course – {'x' * 90}")
    assert estimate(curly).price == 20
    assert estimate(curly).drawbacks == [Drawback(("’", "–"), True, 1, 2, 1, 20, 10)]
    curly.message.sms_plain = Plain.ACCENTS
    assert (estimate(curly).price, estimate(curly).drawbacks) == (10, [])


def test_texts_of_another_organisation_are_not_read(
    priced: Organisation, other_club: Organisation, person: MakePerson, sendout: MakeSendOut
):
    person("Ann", phone="+15145550101")
    person("Charlie", phone="+15145550102", organisation=other_club)
    put(other_club, ("sms", "out", ""), 1_000_000)
    assert estimate(sendout(channels="sms")).price == 10


def test_nobody_costs_nothing(priced: Organisation, sendout: MakeSendOut):
    empty = sendout(channels="both", everyone=False)
    empty.groups.add(Group.objects.create(organisation=priced, name="Nobody"))
    assert (estimate(empty).parts, estimate(empty).price) == ([], 0)
