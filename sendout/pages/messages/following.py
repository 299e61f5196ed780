"""The SMS that follow the emails of a send-out: what the popup says of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from sendout.core.quiet import Night
from sendout.deliveries import fallback
from sendout.deliveries.counting import Tally
from sendout.deliveries.quiet import hours_of, night_of
from sendout.sendouts.models import Channels, Fallback, FallbackTo, SendOut, State
from sendout.sendouts.waits import when_words


@dataclass(frozen=True, slots=True)
class Following:
    """sentence: when they go and to whom, or what became of them. number: to how many now.

    waits: whether they can still be sent or called off. asleep: that it is night there, in words.
    """

    sentence: str
    number: str = ""
    waits: bool = False
    asleep: str = ""


def following(sendout: SendOut, emails: Tally) -> Following | None:
    """Say how the SMS stand that follow the emails; None where none do."""
    if sendout.channels != Channels.EMAIL_THEN_SMS:
        return None
    now = timezone.now()
    words = {"when": when_words(sendout, now), "whom": FallbackTo(sendout.fallback_to).label}
    if sendout.falls_back:
        needed = fallback.needed(sendout, emails)
        sentence = _("SMS go %(when)s to those %(whom)s.") % words
        return Following(
            sentence, _number(needed), waits=True, asleep=_asleep(sendout, needed, now)
        )
    if sendout.fallback == Fallback.SENT:
        return Following(_("SMS went %(when)s to those %(whom)s.") % words)
    if sendout.fallback == Fallback.CALLED_OFF or sendout.state == State.CANCELLED:
        return Following(_("No SMS follow the emails: they were called off."))
    return Following(_("SMS go %(when)s to those %(whom)s.") % words)


def _number(needed: fallback.Needed) -> str:
    n = {"n": f"{needed.people:,}"}
    if needed.exact:
        return (
            ngettext("That is %(n)s person now.", "Those are %(n)s people now.", needed.people) % n
        )
    return _("Those are at most %(n)s people now.") % n


def _asleep(sendout: SendOut, needed: fallback.Needed, now: datetime) -> str:
    """Say that it is night for some; where they are many, by the organisation's clock alone."""
    organisation = sendout.organisation
    hours = hours_of(organisation)
    if not organisation.quiet_hours or not needed.people:
        return ""
    if needed.exact:
        return _night_words(night_of(sendout, now))
    return _("It is night.") if hours.hold(now, organisation.timezone) else ""


def _night_words(night: Night | None) -> str:
    return _("It is night there: %(night)s.") % {"night": night} if night else ""
