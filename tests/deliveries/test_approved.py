"""Every way in which something leaves asks for the approval that it needs."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from sendout.accounts.models import Organisation, User
from sendout.deliveries import again, freeze
from sendout.deliveries.freeze import send_now
from sendout.deliveries.missed import Search, find_missed, resend
from sendout.deliveries.models import Delivery
from sendout.deliveries.record import Happening, record
from sendout.people.models import Group
from sendout.sendouts import approving, lifecycle
from sendout.sendouts.approved import fingerprint
from sendout.sendouts.lifecycle import NeedsApproval
from sendout.sendouts.models import SendOut, Verdict
from tests.deliveries.conftest import MakePerson, MakeSendOut

pytestmark = pytest.mark.django_db


def approve_above(club: Organisation, people: int | None) -> None:
    Organisation.objects.filter(pk=club.pk).update(approval_above=people)


def test_no_start_and_no_repeat_goes_round_it(
    club: Organisation, alice: User, person: MakePerson, sendout: MakeSendOut
):
    ann = person("Ann", "ann@x.example")
    first = sendout()
    send_now(first)
    row = Delivery.objects.get()
    now = timezone.now()
    record([Happening(row.pk, "bounced", now, "smtp", code="5.1.1")])
    approve_above(club, 0)
    first = SendOut.objects.get(pk=first.pk)
    missed = Search(club, (ann.pk,), "email", now - timedelta(days=1))
    assert find_missed(missed)
    with pytest.raises(NeedsApproval):
        resend(missed, [first.pk], alice)
    seen = again.Seen(0, again.foresee(first, again.WHOM["failed-email"]).to_send)
    with pytest.raises(NeedsApproval):
        again.send(first, again.WHOM["failed-email"], seen, alice)
    draft = SendOut.objects.get(pk=sendout().pk)
    for start in (freeze.send_now, freeze.send):
        with pytest.raises(NeedsApproval):
            start(draft)
    with pytest.raises(NeedsApproval):
        lifecycle.schedule(draft, now + timedelta(days=1))
    assert Delivery.objects.count() == 1
    approve_above(club, None)
    send_now(SendOut.objects.get(pk=draft.pk))


def test_it_is_given_for_a_choice_and_withdrawn_with_it(
    club: Organisation, alice: User, bob: User, person: MakePerson, sendout: MakeSendOut
):
    bob.memberships.update(role="sender")
    ann, ben = person("Ann", "ann@x.example"), person("Ben", "ben@x.example")
    masters = Group.objects.create(organisation=club, name="Masters")
    masters.participants.add(ann)
    approve_above(club, 0)
    draft = SendOut.objects.get(pk=sendout(everyone=False).pk)
    draft.groups.add(masters)
    approving.ask(draft, alice)
    approving.decide_alone(draft, bob, Verdict.APPROVED, "")
    before = fingerprint(draft)
    masters.participants.add(ben)
    assert fingerprint(draft) == before
    draft.people.add(ben)
    approving.withdraw_if_changed(draft.pk)
    assert draft.approvals.get().verdict == Verdict.WITHDRAWN
    with pytest.raises(NeedsApproval):
        send_now(draft)
