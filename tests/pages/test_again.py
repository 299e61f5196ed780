"""The page that sends a message again: what it shows, and who may."""

from __future__ import annotations

import pytest
from django.test import Client
from django.utils import timezone

from sendout.accounts.models import Organisation, User
from sendout.deliveries.freeze import send_now
from sendout.deliveries.models import Delivery
from sendout.deliveries.record import Happening, record
from sendout.pages.messages import again
from sendout.sendouts.models import SendOut
from tests.cast import sign_in
from tests.deliveries.conftest import MakePerson, MakeSendOut


@pytest.fixture
def sent(person: MakePerson, sendout: MakeSendOut) -> SendOut:
    """Four got the email; one person has opened it, and one machine."""
    for n in range(4):
        person(f"P{n}", f"p{n}@example.org")
    made = sendout()
    send_now(made)
    now = timezone.now()
    rows = list(Delivery.objects.order_by("pk"))
    record([Happening(row.pk, "accepted", now) for row in rows])
    record([Happening(rows[0].pk, "opened", now), Happening(rows[1].pk, "machine_opened", now)])
    return made


def url(sendout: SendOut, query: str = "") -> str:
    return f"/o/aqua-club/messages/{sendout.pk}/again/{query}"


def form(newest: int = 0, to_send: int = 3, then: str = "send") -> dict[str, object]:
    return {"to": "unopened", "newest": newest, "to_send": to_send, "then": then}


def test_it_shows_how_many_and_who_and_then_sends(alice: User, sent: SendOut) -> None:
    browser = sign_in(alice)
    page = browser.get(url(sent, "?to=unopened")).content.decode()
    assert "Send again to 3" in page
    assert "p1@example.org" in page
    assert "p0@example.org" not in page
    done = browser.post(url(sent), form())
    made = SendOut.objects.latest("pk")
    assert done["Location"].endswith(f"?open={made.pk}")
    assert made.created_by == alice
    assert made.deliveries.count() == 3
    popup = browser.get(f"/o/aqua-club/messages/{sent.pk}/").content.decode()
    assert f'data-popup="{made.pk}"' in popup
    popup = browser.get(f"/o/aqua-club/messages/{made.pk}/").content.decode()
    assert f'data-popup="{sent.pk}"' in popup
    twice = browser.post(url(sent), form(), follow=True).content.decode()
    assert "Nothing was sent again" in twice
    assert SendOut.objects.count() == 2


def test_many_are_counted_when_the_page_is_there(
    alice: User, sent: SendOut, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(again, "AT_ONCE", 3)
    browser = sign_in(alice)
    page = browser.get(url(sent, "?to=unopened")).content.decode()
    assert "Counting among 4" in page
    assert 'data-hx-get="?to=unopened&amp;counted=1"' in page
    assert "Send again to" not in page
    numbers = url(sent, "?to=unopened&counted=1")
    part = browser.get(numbers, headers={"HX-Request": "true"}).content.decode()
    assert "Send again to 3" in part
    assert "<html" not in part
    whole = browser.get(numbers).content.decode()  # without a script
    assert "Send again to 3" in whole
    assert "<html" in whole


@pytest.mark.parametrize("junk", [{"to": "nobody"}, {"to": ""}, {}])
def test_a_choice_that_there_is_not_is_no_page(
    alice: User, sent: SendOut, junk: dict[str, str]
) -> None:
    assert sign_in(alice).post(url(sent), junk).status_code == 404
    assert sign_in(alice).get(url(sent, "?to=nobody")).status_code == 200


@pytest.mark.parametrize("number", ["", "-1", "x", "9" * 5000, "٣"])
def test_numbers_that_are_none_send_nothing(alice: User, sent: SendOut, number: str) -> None:
    answer = sign_in(alice).post(url(sent), form() | {"newest": number})
    assert answer.status_code == 302
    assert SendOut.objects.count() == 1


def test_other_words_and_other_people_are_written_as_a_draft(alice: User, sent: SendOut) -> None:
    browser = sign_in(alice)
    browser.post(url(sent), form(then="write"))
    draft = SendOut.objects.latest("pk")
    assert draft.people.count() == 3
    browser.post(url(sent), {"then": "someone"})
    empty = SendOut.objects.latest("pk")
    assert not empty.people.exists()
    assert {draft.origin, empty.origin} == {sent}
    assert len({draft.message_id, empty.message_id, sent.message_id}) == 3
    popup = browser.get(f"/o/aqua-club/messages/{sent.pk}/").content.decode()
    assert "Sent again" not in popup


def test_without_a_text_it_is_written_first(alice: User, sent: SendOut, person: MakePerson) -> None:
    Delivery.objects.first().participant.__class__.objects.update(phone="+15145550111")
    sent.message.sms_text = ""
    sent.message.save()
    page = sign_in(alice).get(url(sent, "?to=unopened-by-sms")).content.decode()
    assert "Write the SMS" in page
    assert 'value="send"' not in page
    answer = sign_in(alice).post(url(sent), form() | {"to": "unopened-by-sms"}, follow=True)
    assert "The SMS text is empty" in answer.content.decode()
    assert SendOut.objects.count() == 1


def test_where_opens_are_not_tracked_nobody_is_said_not_to_have_opened(
    alice: User, sent: SendOut, club: Organisation
) -> None:
    club.tracks = False
    club.save()
    page = sign_in(alice).get(url(sent, "?to=unopened")).content.decode()
    assert "not tracked" in page
    assert sign_in(alice).post(url(sent), form()).status_code == 404


def test_a_draft_and_a_look_only_member_have_no_such_page(
    alice: User, bob: User, charlie: User, sent: SendOut, sendout: MakeSendOut
) -> None:
    assert sign_in(alice).get(url(sendout())).status_code == 404
    assert sign_in(bob).post(url(sent), form()).status_code == 403
    stranger = sign_in(charlie)
    own = url(sent).replace("aqua-club", "skating-club")
    for address in (url(sent), own):
        assert stranger.get(address).status_code == 404
        assert stranger.post(address, form()).status_code == 404
    assert SendOut.objects.count() == 2


def test_a_viewer_sees_no_button(bob: User, sent: SendOut) -> None:
    popup = Client()
    popup.force_login(bob)
    assert "/again/" not in popup.get(f"/o/aqua-club/messages/{sent.pk}/").content.decode()
