"""The numbers before sending are those that sending makes, and lead to the very people."""

from __future__ import annotations

from collections import Counter

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sendout.accounts.models import Organisation
from sendout.deliveries.freeze import forecast, send_now
from sendout.deliveries.models import Delivery
from sendout.deliveries.reaching import (
    EMAIL,
    NOT_REACHED,
    SMS,
    Part,
    Reached,
    people_of,
    reached,
    standing_of,
    who_gets,
)
from sendout.people.models import Participant
from sendout.senders.models import Channel
from sendout.sendouts.models import Channels, OncePer, SendOut
from sendout.suppression.entries import suppress
from tests.deliveries.conftest import MakePerson, MakeSendOut

pytestmark = pytest.mark.django_db

EMAILS = {"": "", "roy@": "", "roy@x.example": "roy@x.example", "zoe@x.example": "zoe@x.example"}
PHONES = {"": ("", ""), "555": ("", ""), "+15145550101": ("+15145550101", ""),
          "+15145550102": ("+15145550102", "landline")}  # fmt: skip
PEOPLE = st.lists(st.tuples(st.sampled_from([*EMAILS]), st.sampled_from([*PHONES])), max_size=7)
ENTRIES = st.lists(
    st.sampled_from(
        [
            ("email", "roy@x.example", "unsubscribed"),
            ("email", "roy@x.example", "bad_email"),
            ("email", "zoe@x.example", "complaint"),
            ("sms", "+15145550101", "unsubscribed"),
            ("sms", "+15145550101", "admin"),
        ]
    ),
    max_size=3,
)
SETTLED = st.fixed_dictionaries(
    {
        "channels": st.sampled_from(Channels.values),
        "once_per": st.sampled_from(OncePer.values),
        "category": st.sampled_from(["operational", "marketing"]),
    }
)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(people=PEOPLE, entries=ENTRIES, settled=SETTLED)
def test_what_is_counted_before_is_what_freezing_makes(
    club: Organisation, sendout: MakeSendOut, people, entries, settled
):
    with transaction.atomic():
        Participant.objects.bulk_create(
            Participant(
                organisation=club, first_name=str(n), email=email, email_normal=EMAILS[email],
                phone_typed=phone, phone=PHONES[phone][0], phone_kind=PHONES[phone][1],
            )
            for n, (email, phone) in enumerate(people)
        )  # fmt: skip
        for entry in entries:
            suppress(club, *entry)
        draft = sendout(**settled)
        before = reached(draft)
        named = {key: by_name(draft, key, before) for key in (*before.groups, NOT_REACHED)}
        assert before.forecast == forecast(draft)
        send_now(draft)
        rows = Delivery.objects.filter(sendout=draft)
        started = Channels(settled["channels"]).at_start
        for channel in started:
            reach = before.forecast.by_channel[channel]
            alone = rows.filter(channel=channel).exclude(status="carried")
            made = Counter(alone.values_list("skip_reason", flat=True))
            assert made == Counter({"": reach.to_send} | reach.skipped) - Counter()
        got = {c: set(rows.filter(channel=c, status="queued").values_list("participant", flat=True))
               for c in (EMAIL, SMS)}  # fmt: skip
        assert named.get(EMAIL, set()) == got[EMAIL]
        assert SMS not in started or named.get(SMS, set()) == got[SMS] - got[EMAIL]
        assert sum(before.groups.values()) == len(people)
        assert {key: len(found) for key, found in named.items()} == {
            key: before.count(key) for key in named
        }
        transaction.set_rollback(True)


def by_name(draft: SendOut, key: str, before: Reached) -> set[int]:
    """Give the ids of those whom a key means: the same at once with the counts, and afterwards."""
    part = Part(key, 0, 99)
    at_once = reached(draft, part)
    assert at_once.stands == before.stands
    after = people_of(draft, before, part)
    assert people_of(draft, at_once, part) == after == at_once.people
    assert people_of(draft, at_once, Part(key, 1, 2)) == after[1:3]
    return {each.person.pk for each in after}


def test_everybody_is_in_one_group_by_what_stands_in_the_way(
    club: Organisation, other_club: Organisation, person: MakePerson, sendout: MakeSendOut
):
    both = person("Ann", "ann@x.example", "+15145550101")
    person("Ben", "", "+15145550102")
    person("Cleo", "cleo@", "+15145550103", email_normal="")
    person("Dan", "dan@x.example", phone_kind="landline", phone="+15145550104")
    person("Eve")
    person("Fay", "ANN@x.example")
    suppress(club, "sms", "+15145550103", "unsubscribed")
    suppress(club, "email", "dan@x.example", "bad_email")
    draft = sendout(channels="both")
    now = reached(draft)
    assert now.groups == {
        "email": 1, "sms": 1, "stop": 1, "bad_email": 1, "no_contact": 1, "shared": 1,
    }  # fmt: skip
    assert (now.count(NOT_REACHED), now.count("sms-landline"), now.count("email-")) == (3, 1, 1)
    stranger = person("Zoe", "zoe@x.example", organisation=other_club)
    found = standing_of(draft, both.pk)
    assert found is not None
    assert (found.person, found.stand.group) == (both, "email")
    assert standing_of(draft, stranger.pk) is None
    assert [each.first_name for each in who_gets(draft, Channel.SMS)] == ["Ann", "Ben"]
