"""Which person and which of their messages is looked at."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from sendout.accounts.models import Organisation
from sendout.deliveries.models import Delivery
from sendout.people.models import Participant
from sendout.sendouts.models import SendOut, State
from tests.deliveries.conftest import MakePerson, MakeSendOut
from tests.pages.not_received.looks import Reach, look, text


def test_without_any_message_the_page_says_so(bob_browser: Client, anna: Participant) -> None:
    assert "Nothing was ever sent to Anna Tremblay" in look(bob_browser, anna)


def test_drafts_are_not_offered(
    bob_browser: Client, anna: Participant, sendout: MakeSendOut
) -> None:
    draft = sendout()
    page = look(bob_browser, anna, sendout=draft.pk)
    assert "Nothing was ever sent" in page
    assert "<option" not in page


def test_the_newest_message_is_looked_at_unless_another_is_asked_for(
    bob_browser: Client, anna: Participant, reach: Reach
) -> None:
    first = reach("bounced", code="5.1.1")
    reach("accepted", "delivered")
    assert "It was delivered" in look(bob_browser, anna)
    assert "nobody can be reached" in look(bob_browser, anna, sendout=first.sendout_id)


def test_email_and_sms_of_one_send_out_are_looked_at_each(
    bob_browser: Client, anna: Participant, reach: Reach, sendout: MakeSendOut
) -> None:
    both = sendout(state=State.FINISHED, channels="both")
    reach("accepted", sendout=both)
    reach("accepted", sendout=both, channel="sms")
    assert "Email “Pool closed”" in look(bob_browser, anna)
    page = look(bob_browser, anna, channel="sms")
    assert "SMS “Pool closed today”" in page
    assert "Are both domains set up for mail?" not in page
    assert "your carrier took it" in text(page)


def test_what_strangers_wrote_is_shown_as_text(
    bob_browser: Client, anna: Participant, reach: Reach
) -> None:
    anna.first_name = "<script>{why}{0}"
    anna.save()
    reach("bounced", code="5.1.1", text="<img src=x> {said}")
    answer = bob_browser.get(f"/o/{anna.organisation.slug}/not-received/{anna.pk}/")
    page = answer.content.decode()
    assert "<script>{" not in page
    assert "<img src=x" not in page
    assert "&lt;img src=x&gt; {said}" in page


@pytest.mark.parametrize("nonsense", ["x", "-1", "99999999999999999999", "9" * 19, "²", "0"])
def test_nonsense_in_the_address_is_no_error(
    bob_browser: Client, anna: Participant, reach: Reach, nonsense: str
) -> None:
    reach("accepted")
    look(bob_browser, anna, sendout=nonsense, channel=nonsense, language=nonsense)


def test_another_clubs_send_out_is_nothing_here(
    bob_browser: Client, anna: Participant, other_club: Organisation, sendout: MakeSendOut
) -> None:
    theirs = sendout(state=State.FINISHED)
    SendOut.objects.filter(pk=theirs.pk).update(organisation=other_club, name="Secret gala")
    page = look(bob_browser, anna, sendout=theirs.pk)
    assert "Secret gala" not in page
    assert "Nothing was ever sent" in page


def test_a_single_message_leads_to_its_answer(
    bob_browser: Client, anna: Participant, reach: Reach
) -> None:
    row = reach("accepted", channel="sms")
    answer = bob_browser.get(f"/o/aqua-club/not-received/delivery/{row.pk}/")
    assert answer.headers["Location"] == (
        f"/o/aqua-club/not-received/{anna.pk}/?sendout={row.sendout_id}&channel=sms"
    )


def test_people_are_found_by_name_address_and_phone(
    bob_browser: Client, anna: Participant, reach: Reach, person: MakePerson
) -> None:
    person("Zoe")
    Delivery.objects.filter(pk=reach("accepted").pk).update(
        created_at=timezone.now() - timedelta(days=1)
    )
    reach("bounced", code="5.1.1")
    for q in ("tremblay", "ANNA@GM", "5550123"):
        page = bob_browser.get("/o/aqua-club/not-received/", {"q": q}).content.decode()
        assert f"/not-received/{anna.pk}/" in page
        assert 'data-status="bounced"' in page
        assert "Zoe" not in page
    part = bob_browser.get(
        "/o/aqua-club/not-received/", {"q": "nobody at all"}, headers={"HX-Request": "true"}
    ).content.decode()
    assert "Nobody found" in part
    assert "<html" not in part
    assert "Who is asking?" in bob_browser.get("/o/aqua-club/not-received/").content.decode()
