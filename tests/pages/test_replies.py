"""The Replies page: who sees what, what can be done, and what is refused with a reason."""

from __future__ import annotations

import pytest
from django.test import Client
from django.utils import timezone

from sendout.accounts.models import Membership, Organisation, Role, User
from sendout.deliveries.models import Delivery
from sendout.deliveries.record import Happening, record
from sendout.people.models import Participant
from sendout.replies.models import Conversation, ForwardRule, Outgoing, Reply
from sendout.senders.models import Sender
from sendout.sendouts.models import SendOut
from sendout.suppression.entries import suppress
from sendout.suppression.models import Suppression
from tests.cast import sign_in
from tests.replies.conftest import PHONE, ann, number, number_of, text, write

__all__ = ["ann", "number"]
pytestmark = pytest.mark.django_db
AT = "/o/aqua-club/replies/"
HTMX = {"HX-Request": "true"}


@pytest.fixture
def office(alice: User) -> Client:
    return sign_in(alice)


@pytest.fixture
def asked(number: Sender, ann: Participant) -> Reply:
    write(number)
    return text(number, "Is Tuesday on?")


def page(browser: Client, path: str = "", **given: str) -> str:
    return browser.get(AT + path, given).content.decode()


def at(reply: Reply, step: str = "") -> str:
    return f"{AT}{reply.conversation_id}/{step}"


def test_conversations_are_listed_with_all_who_share_the_phone(
    office: Client, asked: Reply, club: Organisation
):
    Participant.objects.create(organisation=club, first_name="Ben", phone=PHONE)
    seen = page(office)
    assert "Ben, Ann Roy" in seen
    assert "Is Tuesday on?" in seen
    assert '<span class="badge">1<span class="visually-hidden"> unread' in seen


@pytest.mark.parametrize(
    ("words", "found"),
    [("ann", True), ("roy tuesday", True), ("0142", True), ("tues", True), ("0143", False)],
)
def test_they_are_found_by_name_number_and_words(
    office: Client, asked: Reply, words: str, found: bool
):
    assert (PHONE in page(office, q=words)) is found


def test_filters_show_what_they_say(office: Client, asked: Reply, alice: User, number: Sender):
    write(number, "+15145550143")
    other = text(number, "please stop writing", phone="+15145550143")
    Conversation.objects.filter(pk=asked.conversation_id).update(assigned=alice, unread=0)

    def shown(which: str) -> set[str]:
        seen = page(office, show=which)
        return {phone for phone in (asked.phone, other.phone) if phone in seen}

    both = {asked.phone, other.phone}
    assert shown("open") == shown("all") == shown("nonsense") == both
    assert shown("unread") == shown("review") == {other.phone}
    assert shown("mine") == {asked.phone}
    office.post(at(asked, "done/"))
    page(office)  # says once what was done
    assert (shown("open"), shown("done"), shown("mine")) == ({other.phone}, {asked.phone}, set())


def test_done_twice_is_done(office: Client, asked: Reply):
    for given, done in (("1", True), ("1", True), ("0", False), ("0", False)):
        office.post(at(asked, "done/"), {"done": given})
        assert Conversation.objects.get().done is done


def test_a_new_reply_brings_back_what_was_done(office: Client, asked: Reply, number: Sender):
    office.post(at(asked, "done/"))
    assert Conversation.objects.get().done
    text(number, "One more thing")
    conversation = Conversation.objects.get()
    assert (conversation.done, conversation.unread) == (False, 1)


def test_looking_changes_nothing_and_reading_does(office: Client, asked: Reply):
    office.get(at(asked))
    office.get(at(asked, "thread/"))
    assert Conversation.objects.get().unread == 1
    office.post(at(asked, "read/"))
    assert Conversation.objects.get().unread == 0
    assert Reply.objects.get().read_at


def test_both_directions_are_shown_in_order(office: Client, asked: Reply, number: Sender):
    office.post(at(asked, "answer/"), {"text": "Yes it is"})
    text(number, "HELP")
    seen = page(office, f"{asked.conversation_id}/")
    order = ["Pool closed", "Is Tuesday on?", "Yes it is", "HELP", "Text STOP to get no more"]
    places = [seen.index(words) for words in order]
    assert places == sorted(places)
    assert "Answered by Alice" in seen
    assert "News of Aqua Club" in seen


def test_an_answer_leaves_once_and_reads_the_conversation(office: Client, asked: Reply):
    answer = office.post(at(asked, "answer/"), {"text": " Yes "}, headers=HTMX)
    assert 'id="thread"' in answer.content.decode()
    assert 'hx-swap-oob="true"' in answer.content.decode()
    row = Delivery.objects.get(sendout__kind="answer")
    assert (row.address, row.status, row.sendout.message.sms_text) == (PHONE, "queued", "Yes")
    assert Conversation.objects.get().unread == 0


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_an_answer_to_who_is_on_the_list_is_refused_saying_why(
    office: Client, asked: Reply, number: Sender, headers: dict[str, str]
):
    text(number, "STOP")
    answer = office.post(at(asked, "answer/"), {"text": "But..."}, headers=headers)
    assert (
        "is on the Unsubscribes list: recipient unsubscribed (“STOP”)." in answer.content.decode()
    )
    assert not SendOut.objects.filter(kind="answer").exists()


def test_a_long_answer_is_kept_in_the_box_and_refused(office: Client, asked: Reply):
    answer = office.post(at(asked, "answer/"), {"text": "y" * 1_601})
    assert "has 1,601 characters; shorten it to 1,600" in answer.content.decode()
    assert "y" * 1_601 in answer.content.decode()


@pytest.mark.parametrize(
    ("words", "colour"),
    [("Thanks", ""), ("STOP", " so-reply-stop"), ("stop texting me!!", " so-reply-review")],
)
def test_the_popup_shows_by_colour_what_a_reply_is(
    office: Client, asked: Reply, number: Sender, words: str, colour: str
):
    text(number, words)
    row = asked.delivery
    assert row is not None
    rows = office.get(f"/o/aqua-club/messages/{row.sendout_id}/sms/rows/").content.decode()
    assert f'<span class="so-reply{colour}" dir="auto">{words}</span>' in rows
    text(number, "Thank you")
    rows = office.get(f"/o/aqua-club/messages/{row.sendout_id}/sms/rows/").content.decode()
    assert '<span class="so-reply" dir="auto">Thank you</span>' in rows


def test_strange_words_are_words_in_their_own_direction(office: Client, asked: Reply):
    number = asked.sender
    assert number is not None
    text(number, "\u202eشكرا <b>" + "z" * 10_000)
    for path in ("", f"{asked.conversation_id}/"):
        seen = page(office, path)
        assert 'dir="auto">\u202eشكرا &lt;b&gt;zzz' in seen
        assert len(seen) < 60_000
    row = asked.delivery
    assert row is not None
    rows = office.get(f"/o/aqua-club/messages/{row.sendout_id}/sms/rows/").content.decode()
    assert 'dir="auto">\u202eشكرا &lt;b&gt;zzz' in rows
    assert len(rows) < 10_000


def test_an_empty_answer_is_refused_and_what_was_typed_is_kept(
    office: Client, asked: Reply, number: Sender
):
    assert (
        "the answer is empty" in office.post(at(asked, "answer/"), {"text": " "}).content.decode()
    )
    Sender.objects.update(active=False)
    answer = office.post(at(asked, "answer/"), {"text": "Kept words"})
    assert answer.status_code == 422
    assert "Choose a sender" in answer.content.decode()
    assert "Kept words" in answer.content.decode()


def test_a_viewer_sees_and_changes_nothing(bob: User, asked: Reply):
    viewer = sign_in(bob)
    seen = page(viewer, f"{asked.conversation_id}/")
    assert "Is Tuesday on?" in seen
    assert "answer-text" not in seen
    assert "data-read" not in seen
    for step in ("answer/", "assign/", "done/", "read/"):
        assert viewer.post(at(asked, step), {"text": "x"}).status_code == 403
    assert viewer.get(f"{AT}forwarding/").status_code == 403


def test_a_conversation_is_given_to_a_member_of_this_organisation_alone(
    office: Client, asked: Reply, bob: User, charlie: User
):
    theirs = Membership.objects.get(user=charlie)
    for given, assigned in ((Membership.objects.get(user=bob).pk, bob), (theirs.pk, None)):
        office.post(at(asked, "assign/"), {"member": given})
        assert Conversation.objects.get().assigned == assigned


def test_a_near_miss_is_decided_with_one_click(office: Client, number: Sender, alice: User):
    reply = text(number, "stop texting me!!")
    queue = page(office, "review/")
    assert "stop texting me!!" in queue
    assert "Somebody may want no more texts" in page(office)
    answer = office.post(f"{AT}review/{reply.pk}/list/", headers=HTMX)
    assert "Nothing to decide" in answer.content.decode()
    entry = Suppression.objects.get()
    assert (entry.address, entry.evidence, entry.created_by) == (PHONE, "stop texting me!!", alice)
    office.post(f"{AT}review/{reply.pk}/dismiss/")
    assert Reply.objects.get().review == "listed"


def test_a_near_miss_is_decided_in_its_conversation(office: Client, number: Sender):
    reply = text(number, "stop that noise, we love it")
    answer = office.post(f"{AT}review/{reply.pk}/dismiss/", {"thread": "1"}, headers=HTMX)
    assert 'id="thread"' in answer.content.decode()
    assert "not meant as STOP" in answer.content.decode()
    assert not Suppression.objects.exists()


def test_forwards_are_shown_as_forwarded_or_by_what_became_of_them(
    office: Client, club: Organisation, number: Sender, ann: Participant
):
    ForwardRule.objects.create(organisation=club, name="Office", phones=["+15145550103"])
    row = write(number)
    reply = text(number, "Is Tuesday on?")
    forward = Outgoing.objects.get(reply=reply).delivery
    story = f"/o/aqua-club/messages/{row.sendout_id}/delivery/{row.pk}/"
    assert "Forwarded" not in page(office, f"{reply.conversation_id}/")
    record([Happening(forward.pk, "accepted", timezone.now(), attempt=1, segments=1)])
    for seen in (page(office, f"{reply.conversation_id}/"), office.get(story).content.decode()):
        assert 'data-status="forwarded"' in seen
        assert "+15145550103" in seen
    record([Happening(forward.pk, "bounced", timezone.now(), code="5.1.1", text="No such number")])
    seen = page(office, f"{reply.conversation_id}/")
    assert 'data-status="forwarded"' not in seen
    assert "Bounced" in seen


def test_the_popup_leads_to_the_conversation(office: Client, asked: Reply):
    row = asked.delivery
    assert row is not None
    seen = office.get(f"/o/aqua-club/messages/{row.sendout_id}/delivery/{row.pk}/").content.decode()
    assert f'href="{AT}{asked.conversation_id}/"' in seen


def test_send_outs_to_one_stand_on_no_list_of_messages(office: Client, asked: Reply):
    office.post(at(asked, "answer/"), {"text": "Yes it is"})
    for address in ("/o/aqua-club/messages/", "/o/aqua-club/messages/?q=Answer"):
        assert "Answer to" not in office.get(address).content.decode()
    answer = SendOut.objects.get(kind="answer")
    assert office.get(f"/o/aqua-club/messages/{answer.pk}/").status_code == 200


def test_a_forward_to_the_staff_has_pages_like_any_other_message(
    office: Client, club: Organisation, number: Sender, client: Client
):
    ForwardRule.objects.create(organisation=club, name="Office", phones=["+15145550103"])
    text(number, "Hello")
    row = Delivery.objects.get(sendout__kind="forward")
    base = f"/o/aqua-club/messages/{row.sendout_id}/"
    for path in ("", "sms/rows/", "sms/report/", "sms/export/", f"delivery/{row.pk}/"):
        assert office.get(base + path).status_code == 200, path
    assert office.get(f"{base}delivery/{row.pk}/correct/").status_code == 404
    assert office.get(f"/o/aqua-club/not-received/delivery/{row.pk}/").status_code == 404


def rule(**fields: object) -> dict[str, object]:
    return {"name": "Office", "phones": "514-555-0103", "active": "on", **fields}


def test_a_rule_is_made_changed_and_deleted(office: Client, club: Organisation):
    given = rule(
        mailboxes="Office@Club.example\n",
        days=["0", "4"],
        opens="09:00",
        closes="17:30",
        away="Back soon",
    )
    assert office.post(f"{AT}forwarding/add/", given).status_code == 302
    made = ForwardRule.objects.get()
    assert (made.phones, made.mailboxes) == (["+15145550103"], ["office@club.example"])
    assert (made.days, str(made.opens), made.away) == ([0, 4], "09:00:00", "Back soon")
    assert "Mon, Fri 09:00–17:30" in page(office, "forwarding/")
    seen = page(office, f"forwarding/{made.pk}/")
    assert "+15145550103</textarea>" in seen
    assert 'value="09:00"' in seen
    office.post(f"{AT}forwarding/{made.pk}/", rule(phones="+1 514 555 0104"))
    made.refresh_from_db()
    assert (made.phones, made.days) == (["+15145550104"], [])
    office.post(f"{AT}forwarding/{made.pk}/delete/")
    assert not ForwardRule.objects.exists()


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"phones": "514-555-0103\n12"}, "Line 2: &quot;12&quot; is not a phone number in CA."),
        ({"phones": "+15145550100"}, "is the number of a sender, not of a person"),
        ({"mailboxes": "office"}, "Line 1: &quot;office&quot; is not an email address"),
        ({"phones": ""}, "this rule does nothing"),
        ({"days": ["0"]}, "Say from when until when the office is open."),
        ({"days": ["0"], "opens": "17:00", "closes": "09:00"}, "closes after it opens"),
        ({"away": "Closed"}, "an office that never closes is never closed"),
        ({"away": "x" * 481}, "This has 481 characters; shorten it to 480."),
        ({"days": ["7"]}, "7 is not one of the available choices"),
    ],
)
def test_a_rule_that_cannot_work_says_why(
    office: Client, number: Sender, given: dict[str, object], words: str
):
    answer = office.post(f"{AT}forwarding/add/", rule(**given))
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not ForwardRule.objects.exists()


def test_a_rule_says_who_gets_nothing(office: Client, club: Organisation):
    ForwardRule.objects.create(
        organisation=club, name="Office", phones=["+15145550103"], mailboxes=["a@club.example"]
    )
    assert "on the Unsubscribes list" not in page(office, "forwarding/")
    suppress(club, "email", "a@club.example", "bad_email")
    seen = page(office, "forwarding/")
    assert seen.count("on the Unsubscribes list: bad email") == 1


def test_a_number_of_somebody_else_is_no_secret_told(
    office: Client, other_club: Organisation, number: Sender
):
    """A form that refused it would tell Alice which numbers others have."""
    number_of(other_club, account="b", from_address="+15145550103")
    assert office.post(f"{AT}forwarding/add/", rule()).status_code == 302


def test_two_rules_have_two_names(office: Client, club: Organisation):
    ForwardRule.objects.create(organisation=club, name="Office", phones=["+15145550103"])
    answer = office.post(f"{AT}forwarding/add/", rule())
    assert "There is a rule with this name" in answer.content.decode()


@pytest.mark.parametrize("given", ["", "True", "False"])
def test_who_confirms_a_stop_is_set_on_the_sender(office: Client, sms_sender: Sender, given: str):
    fields = {
        "name": "Texts",
        "from_address": "+15145550100",
        "connections": "4",
        "pace_count": "0",
        "pace_period": "second",
        "confirms_stop": given,
    }
    rates = {f"setting_{rate}_rate": 0 for rate in ("bounce", "defer", "reply", "stop")}
    settings = {"setting_seed": 1, "setting_speed": 1, **rates}
    answer = office.post(f"/o/aqua-club/senders/{sms_sender.pk}/", fields | settings)
    assert answer.status_code == 302, answer.content.decode()
    sms_sender.refresh_from_db()
    assert sms_sender.confirms_stop == {"": None, "True": True, "False": False}[given]
    seen = office.get(f"/o/aqua-club/senders/{sms_sender.pk}/").content.decode()
    assert f'<option value="{given}" selected>' in seen


def test_a_member_who_sends_may_answer_and_decide(bob: User, asked: Reply, number: Sender):
    Membership.objects.filter(user=bob).update(role=Role.SENDER)
    browser = sign_in(bob)
    assert browser.post(at(asked, "answer/"), {"text": "Yes"}).status_code == 302
    miss = text(number, "stop it please")
    assert browser.post(f"{AT}review/{miss.pk}/dismiss/").status_code == 302
    assert Reply.objects.get(pk=miss.pk).review == "dismissed"
