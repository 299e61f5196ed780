"""What the staff does with a series: begin, start, change, pause, resume, end."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from sendout.accounts.models import Organisation, User
from sendout.compose.fields import SESSION_FIELDS, slots
from sendout.sendouts import approving, drafts, lifecycle
from sendout.sendouts.approved import needed
from sendout.sendouts.lifecycle import NotPossible
from sendout.sendouts.models import Channels, SendOut
from sendout.series.making import take_back
from sendout.series.models import Going, Series, When

FOLLOWS = {
    Going.ACTIVE: (Going.NOT_YET, Going.PAUSED),
    Going.PAUSED: (Going.ACTIVE,),
    Going.ENDED: (Going.NOT_YET, Going.ACTIVE, Going.PAUSED),
}


@transaction.atomic
def begin(
    organisation: Organisation, member: User, name: str, channels: str, times: Mapping[str, Any]
) -> Series:
    """Make a series with an empty message, which does not repeat yet."""
    pattern = drafts.start(organisation, member, name, channels)
    pattern.pattern = True
    pattern.everyone = times["when"] == When.BEFORE
    pattern.save(update_fields=["pattern", "everyone"])
    return Series.objects.create(
        organisation=organisation, pattern=pattern, created_by=member, **times
    )


@transaction.atomic
def change(series: Series, name: str, times: Mapping[str, Any]) -> Series:
    """Have it repeat at other times from now on; what has left stays as it is. Gives it as it is.

    Where a second member must approve it, that is so for other times, too: it pauses until then.
    """
    SendOut.objects.select_for_update().get(pk=series.pattern_id)  # first, as who approves it does
    held = _hold(series)
    held.pattern.name = name
    held.pattern.save(update_fields=["name"])
    others = any(getattr(held, field) != value for field, value in times.items())
    for field, value in times.items():
        setattr(held, field, value)
    held.since = timezone.now()
    if others:
        approving.withdraw_given(held.pattern)
    if others and held.going == Going.ACTIVE and needed(held.pattern):
        held.going = Going.PAUSED
    held.save()
    take_back(held, Q())
    return held


@transaction.atomic
def move(series: Series, to: Going) -> None:
    """Start, resume, pause or end it; raises NotPossible.

    Nothing of the time before is made up for. What has been made and has not left is taken back.
    """
    held = _hold(series)
    if held.going not in FOLLOWS[to]:
        now = {"name": held.pattern.name, "state": Going(held.going).label.lower()}
        raise NotPossible(_("“%(name)s” cannot do that now: it is “%(state)s”.") % now)
    if to == Going.ACTIVE:
        check(held)
        lifecycle.require_approval(held.pattern)
    held.going, held.since = to, timezone.now()
    held.save(update_fields=["going", "since"])
    take_back(held, Q())


def start(series: Series) -> None:
    """Have it repeat, if it does not; raises NotPossible as `move` does."""
    if series.going != Going.ACTIVE:
        move(series, Going.ACTIVE)


def _hold(series: Series) -> Series:
    held = Series.objects.select_for_update(of=("self",))
    return held.select_related("organisation", "pattern__message").get(pk=series.pk)


def check(series: Series) -> None:
    """Raise NotPossible, saying what is missing, unless it could be sent."""
    pattern = series.pattern
    lifecycle.check_content(pattern)
    asked = {slot.key for slot in slots(pattern.message, Channels(pattern.channels).used)}
    if series.when == When.WEEKLY and (known := asked & set(SESSION_FIELDS)):
        field = "{{ " + min(known) + " }}"
        told = _("%(field)s is known before sessions alone: take it out of the message.")
        raise NotPossible(told % {"field": field})
    picked = pattern.everyone or pattern.groups.exists()
    if not picked and (series.when == When.BEFORE or not pattern.people.exists()):
        raise NotPossible(_("Choose whom it goes to: nobody is chosen yet."))
