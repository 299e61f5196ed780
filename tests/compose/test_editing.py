"""Two people write one message."""

from __future__ import annotations

import pytest

from sendout.accounts.models import Organisation, User
from sendout.compose.editing import Conflict, Page, save
from sendout.compose.models import Message


@pytest.fixture
def message(club: Organisation, alice: User) -> Message:
    return Message.objects.create(organisation=club, subject="Pool closed", updated_by=alice)


def test_a_save_raises_the_version_and_says_who(message: Message, alice: User) -> None:
    saved = save(message, {"subject": "Pool open"}, version=1, member=alice)
    assert (saved.subject, saved.version, saved.updated_by) == ("Pool open", 2, alice)


def test_of_two_who_began_together_the_second_is_told_who_was_first(
    message: Message, alice: User, bob: User
) -> None:
    save(message, {"subject": "Bob's"}, version=1, member=bob)
    with pytest.raises(Conflict) as told:
        save(message, {"subject": "Alice's"}, version=1, member=alice)
    message.refresh_from_db()
    assert message.subject == "Bob's"
    assert told.value.by == "Bob"
    assert told.value.saved.subject == "Bob's"


def test_who_has_seen_the_other_text_may_save_over_it(
    message: Message, alice: User, bob: User
) -> None:
    save(message, {"subject": "Bob's"}, version=1, member=bob)
    with pytest.raises(Conflict) as told:
        save(message, {"subject": "Alice's"}, version=1, member=alice)
    saved = save(message, {"subject": "Alice's"}, version=told.value.saved.version, member=alice)
    assert saved.subject == "Alice's"


def test_the_same_text_saved_twice_is_no_conflict(message: Message, alice: User) -> None:
    save(message, {"subject": "Pool open"}, version=1, member=alice)
    assert save(message, {"subject": "Pool open"}, version=1, member=alice).version == 2


def test_a_page_is_never_in_conflict_with_itself(message: Message, alice: User, bob: User) -> None:
    page = "a" * 32
    save(message, {"subject": "One"}, version=1, member=alice, page=Page(page, 1))
    # The answer was lost, so the page still says 1.
    saved = save(message, {"subject": "Two"}, version=1, member=alice, page=Page(page, 2))
    assert (saved.subject, saved.version) == ("Two", 3)
    late = save(message, {"subject": "One"}, version=1, member=alice, page=Page(page, 1))
    assert late.subject == "Two"
    save(message, {"subject": "Bob's"}, version=3, member=bob)
    with pytest.raises(Conflict):
        save(message, {"subject": "Three"}, version=3, member=alice, page=Page(page, 3))
