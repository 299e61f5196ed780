"""Every delivery of a send-out with its reason, as files and pages show it."""

from __future__ import annotations

import pytest
from django.utils import timezone

from sendout.accounts.models import Organisation
from sendout.core.addresses import KIND_WORDS
from sendout.deliveries import freeze, report, steer
from sendout.deliveries.claim import claim
from sendout.deliveries.models import Delivery
from sendout.deliveries.record import Happening, record
from sendout.suppression.entries import suppress
from sendout.suppression.models import Reason
from tests.deliveries.conftest import MakePerson, MakeSendOut

pytestmark = pytest.mark.django_db


def test_the_skipped_are_listed_with_why(
    club: Organisation, person: MakePerson, sendout: MakeSendOut
) -> None:
    ann = person("Ann", "ann@example.org", "+15145550101")
    person("Ben", "ANN@example.org")
    person("Cem", "cem@", email_normal="")
    person("Dee", "dee@example.org")
    suppress(club, "email", "dee@example.org", Reason.BAD_EMAIL)
    closure = sendout(channels="both")
    freeze.send_now(closure)
    found = list(report.rows(closure.pk, "email"))
    assert [row["reason"] for row in found] == [
        "",
        "Somebody else with the same email address gets it already.",
        "The email address is not written correctly.",
        "On the Unsubscribes list: bad email address.",
    ]
    assert [row["status"] for row in found] == ["queued", "skipped", "skipped", "skipped"]
    assert list(found[0]) == report.COLUMNS
    assert (found[0]["participant"], found[0]["address"]) == (ann.pk, "ann@example.org")
    assert len(list(report.rows(closure.pk))) == 8


def test_every_reason_for_skipping_has_words() -> None:
    ours = {"no_address", "invalid_address", "duplicate", "family", "expired", "deleted"}
    reasons = {*Reason.values, *ours}
    assert reasons == {*report.SKIPPED, *report.LISTED}
    assert report.NO_TEXTS.keys() == KIND_WORDS.keys()


def test_a_refusal_is_said_in_plain_words(person: MakePerson, sendout: MakeSendOut) -> None:
    person("Ann", "ann@example.org")
    closure = sendout()
    freeze.send_now(closure)
    (row,) = claim(closure.pk, "email", 1, 10).claimed
    words = "<ann@example.org>: user unknown"
    record([Happening(row.id, "bounced", timezone.now(), code="5.1.1", text=words)])
    assert report.reason(Delivery.objects.get()) == "There is no such mailbox."


def test_an_obstacle_that_was_overcome_is_no_reason() -> None:
    assert report.reason_words("deferred", "email", "", "4.2.2", "over quota")
    assert report.reason_words("sent", "email", "", "4.2.2", "over quota") == ""


def test_what_was_stopped_says_so(person: MakePerson, sendout: MakeSendOut) -> None:
    person("Ann", "ann@example.org")
    closure = sendout()
    freeze.send_now(closure)
    steer.cancel(closure)
    assert [row["reason"] for row in report.rows(closure.pk)] == [report.CANCELLED]
