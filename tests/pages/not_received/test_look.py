"""Every way in which a message can fail to be read has its answer, and none is another's."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from html import unescape

import pytest
from django.test import Client
from django.utils import timezone

from sendout.accounts.models import Organisation, User
from sendout.core.delivery.ending import Ending
from sendout.deliveries.models import Delivery
from sendout.deliveries.record import Happening, record
from sendout.pages.not_received.client_words import EMAIL, SMS, words
from sendout.pages.not_received.staff_words import ANSWERS, SMS_ADVICE
from sendout.people.models import Participant
from sendout.sendouts.models import SendOut, State
from sendout.suppression.entries import suppress
from sendout.suppression.models import Reason
from tests.cast import sign_in
from tests.counts import recount
from tests.deliveries.conftest import MakePerson, MakeSendOut

ANNA, PHONE = "anna@gmail.com", "+15145550123"
Reach = Callable[..., Delivery]


@pytest.fixture
def anna(person: MakePerson) -> Participant:
    return person("Anna", ANNA, PHONE, last_name="Tremblay")


@pytest.fixture
def bob_browser(bob: User) -> Client:
    return sign_in(bob)


@pytest.fixture
def reach(anna: Participant, sendout: MakeSendOut) -> Reach:
    """Give what makes a delivery to Anna and tells facts of it."""

    def make(*facts: str, code: str = "", text: str = "", **fields: object) -> Delivery:
        channel = str(fields.pop("channel", "email"))
        made = fields.pop("sendout", None) or sendout(state=State.RUNNING)
        assert isinstance(made, SendOut)
        row = Delivery.objects.create(
            organisation=anna.organisation,
            sendout=made,
            participant=anna,
            channel=channel,
            batch=1,
            address=fields.pop("address", ANNA if channel == "email" else PHONE),
            sender=made.sender(channel),
            **fields,
        )
        recount()
        now = timezone.now()
        record(
            Happening(row.pk, fact, now, "test", code=code, text=text, attempt=1) for fact in facts
        )
        return row

    return make


def look(client: Client, anna: Participant, **query: object) -> str:
    answer = client.get(f"/o/{anna.organisation.slug}/not-received/{anna.pk}/", query)
    assert answer.status_code == 200
    return unescape(answer.content.decode())


def marks(page: str) -> list[str]:
    """Give how the four checks went."""
    return re.findall(r'<li data-mark="(\w+)"', page)[:4]


def text(page: str) -> str:
    found = re.search(r"<textarea[^>]*>(.*?)</textarea>", page, re.DOTALL)
    assert found
    return found[1].strip()


@pytest.mark.parametrize(
    ("facts", "code", "said", "answer", "seen"),
    [
        (["accepted"], "", "", "the receiving server took it", "good good good warn"),
        (["accepted", "delivered"], "", "", "It was delivered to", "good good good warn"),
        (["accepted", "delivered", "opened"], "", "", "They have it", "good good good good"),
        (["accepted", "machine_opened"], "", "", "took it", "good good good warn"),
        (["bounced"], "5.1.1", "no such user", "nobody can be reached", "warn good bad unknown"),
        (["bounced"], "5.2.2", "over quota", "does not take it", "good good bad unknown"),
        (["bounced"], "5.7.1", "spam detected", "refused what it says", "good good bad unknown"),
        (["bounced"], "5.7.1", "listed at spamhaus", "your own side", "good good bad unknown"),
        (["failed"], "login", "", "your own side", "good good bad unknown"),
        (["deferred"], "4.2.2", "try later", "asked us to come again", "good good warn unknown"),
        (["unsure"], "", "", "Nobody knows", "good good warn unknown"),
        (["accepted", "complained"], "", "", "marked as spam", "good good bad bad"),
        (["cancelled"], "", "", "was stopped", "good good unknown unknown"),
        ([], "", "", "waits for its turn", "good good unknown unknown"),
    ],
)
def test_what_became_of_it_is_said_in_plain_words(
    bob_browser: Client,
    anna: Participant,
    reach: Reach,
    *,
    facts: list[str],
    code: str,
    said: str,
    answer: str,
    seen: str,
) -> None:
    reach(*facts, code=code, text=said)
    page = look(bob_browser, anna)
    assert answer in page
    assert marks(page) == seen.split()
    if said:
        assert said in page


def test_the_client_reads_when_it_was_sent_in_their_words(
    bob_browser: Client, anna: Participant, reach: Reach
) -> None:
    row = reach("accepted", "delivered", "opened")
    sent = datetime(2026, 8, 1, 18, 5, tzinfo=anna.organisation.zone)
    Delivery.objects.filter(pk=row.pk).update(accepted_at=sent)
    english = text(look(bob_browser, anna, language="en"))
    assert f"to {ANNA} on 1 August 2026 at 18:05, and it was opened there" in english
    french = text(look(bob_browser, anna, language="fr"))
    assert f"à {ANNA} le 1 août 2026 à 18:05, et il y a été ouvert" in french


@pytest.mark.parametrize(
    ("skip_reason", "answer"),
    [
        ("no_address", "there was no address"),
        ("invalid_address", "is not written correctly"),
        ("duplicate", "One copy went to"),
        ("unsubscribed", "they unsubscribed"),
        ("complaint", "was marked as spam"),
        ("bad_email", "came back before"),
        ("admin", "the staff put the address"),
        ("expired", "had ended before"),
    ],
)
def test_why_it_was_skipped_is_said(
    bob_browser: Client, anna: Participant, reach: Reach, skip_reason: str, answer: str
) -> None:
    reach("skipped", code=skip_reason)
    page = look(bob_browser, anna)
    assert answer in page
    assert marks(page)[2:] == ["unknown", "unknown"]


def test_an_address_with_a_slip_is_asked_about(
    bob_browser: Client, anna: Participant, reach: Reach
) -> None:
    anna.email = anna.email_normal = "anna@gmial.com"
    anna.save()
    reach("bounced", code="5.1.2", address="anna@gmial.com")
    page = look(bob_browser, anna)
    assert "did they mean …@gmail.com?" in page
    assert marks(page)[0] == "warn"


@pytest.mark.parametrize(
    ("typed", "words"),
    [("", "No email address is known."), ("anna@", "nothing stands after the @")],
)
def test_an_address_that_is_none_is_said_to_be_none(
    bob_browser: Client, anna: Participant, reach: Reach, typed: str, words: str
) -> None:
    anna.email, anna.email_normal = typed, ""
    anna.save()
    reach("skipped", code="invalid_address", address=typed)
    page = look(bob_browser, anna)
    assert words in page
    assert marks(page)[0] == "bad"


def test_an_address_that_was_corrected_since_is_told_apart(
    bob_browser: Client, anna: Participant, reach: Reach
) -> None:
    reach("accepted", address="old@gmail.com")
    assert "This message was for old@gmail.com" in look(bob_browser, anna)


def test_others_with_the_same_address_are_named_and_strangers_are_not(
    bob_browser: Client,
    anna: Participant,
    reach: Reach,
    person: MakePerson,
    other_club: Organisation,
) -> None:
    person("Zoe", ANNA)
    person("Stranger", ANNA, organisation=other_club)
    reach("accepted")
    page = look(bob_browser, anna)
    assert "may have read the message: Zoe." in page
    assert "Stranger" not in page


def test_who_shares_an_address_is_led_to_the_copy_that_left(
    bob_browser: Client, anna: Participant, reach: Reach, person: MakePerson
) -> None:
    row = reach("skipped", code="duplicate")
    zoe = person("Zoe", ANNA)
    copy = Delivery.objects.create(
        organisation=anna.organisation,
        sendout=row.sendout,
        participant=zoe,
        channel="email",
        batch=1,
        address=ANNA,
    )
    recount()
    page = look(bob_browser, anna)
    assert "the copy that went to Zoe" in page
    assert f"/not-received/delivery/{copy.pk}/" in page


def test_only_who_may_correct_an_address_is_led_to_it(
    bob_browser: Client, alice: User, anna: Participant, reach: Reach
) -> None:
    reach("accepted")
    assert "Correct it" not in look(bob_browser, anna)
    assert f"/participants/{anna.pk}/edit/" in look(sign_in(alice), anna)


def test_a_wrong_address_is_corrected_where_what_was_missed_follows(
    alice: User, anna: Participant, reach: Reach
) -> None:
    row = reach("bounced", code="5.1.1")
    page = look(sign_in(alice), anna)
    assert f"/messages/{row.sendout_id}/delivery/{row.pk}/correct/" in page


@pytest.mark.parametrize(
    ("reason", "category", "mark"),
    [
        (Reason.COMPLAINT, "operational", "bad"),
        (Reason.UNSUBSCRIBED, "operational", "warn"),
        (Reason.UNSUBSCRIBED, "marketing", "bad"),
    ],
)
def test_the_list_is_asked_now_and_says_why_and_since_when(
    bob_browser: Client,
    anna: Participant,
    reach: Reach,
    sendout: MakeSendOut,
    *,
    reason: Reason,
    category: str,
    mark: str,
) -> None:
    suppress(anna.organisation, "email", ANNA, reason, evidence="by the link in “News”")
    reach("accepted", sendout=sendout(state=State.FINISHED, category=category))
    page = look(bob_browser, anna)
    assert marks(page)[1] == mark
    assert "by the link in “News”" in page
    assert "/unsubscribes/?q=anna%40gmail.com" in page


def test_who_was_listed_then_and_is_not_now_is_told_so(
    bob_browser: Client, anna: Participant, reach: Reach
) -> None:
    reach("skipped", code="admin")
    assert "it is not any more" in look(bob_browser, anna)


def test_a_send_out_that_went_to_others_is_said_to(
    bob_browser: Client, anna: Participant, sendout: MakeSendOut, reach: Reach
) -> None:
    reach("accepted")
    others = sendout(state=State.FINISHED)
    page = look(bob_browser, anna, sendout=others.pk)
    assert "was not among the recipients of “Closure”" in page
    assert "was not sent to you" in text(page)


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


def test_a_paused_send_out_waits_for_the_staff(
    bob_browser: Client, anna: Participant, reach: Reach, sendout: MakeSendOut
) -> None:
    reach(sendout=sendout(state=State.PAUSED))
    assert "The send-out is paused" in look(bob_browser, anna)


def test_the_text_for_the_client_is_in_their_language_or_the_one_asked_for(
    bob_browser: Client, anna: Participant, reach: Reach
) -> None:
    anna.language = "fr"
    anna.save()
    reach("bounced", code="5.2.2", text="mailbox full")
    french = text(look(bob_browser, anna))
    assert french.startswith("Bonjour Anna,")
    assert "nous est revenu" in french
    assert french.endswith("Aqua Club")
    assert text(look(bob_browser, anna, language="en")).startswith("Hello Anna,")
    assert text(look(bob_browser, anna, language="xx")) == french


def test_the_text_holds_what_the_client_needs_to_search_for(
    bob_browser: Client, anna: Participant, reach: Reach
) -> None:
    reach("accepted", "delivered")
    said = text(look(bob_browser, anna))
    for needed in ("“Pool closed”", ANNA, "office@aquaclub.example.org", "spam", "safe senders"):
        assert needed in said


GAPS = re.compile(r"{(\w+)}")


@pytest.mark.parametrize("ending", Ending)
def test_every_answer_has_words_for_everybody(ending: Ending) -> None:
    assert ending in ANSWERS
    for channel in ("email", "sms"):
        english, french = (words(channel, language, ending) for language in ("en", "fr"))
        assert set(GAPS.findall(english)) == set(GAPS.findall(french))


def test_no_words_are_left_over() -> None:
    known = set(Ending)
    for table in (ANSWERS, SMS_ADVICE, *EMAIL.values(), *SMS.values()):
        assert set(table) <= known


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
