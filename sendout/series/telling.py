"""Those who were reminded of a session, should it be cancelled or moved: written to again."""

from __future__ import annotations

from django.db import transaction
from django.db.models import QuerySet
from django.utils import translation
from django.utils.translation import gettext as _

from sendout.accounts.models import User
from sendout.core.delivery.status import Status
from sendout.core.message.markdown import escape_markdown
from sendout.core.message.template import literal
from sendout.deliveries.models import Delivery
from sendout.people.models import Participant
from sendout.sendouts import drafts
from sendout.sendouts.models import SendOut, State
from sendout.series.wording import session_time
from sendout.timetable.models import Session

NOT_TOLD = (Status.SKIPPED, Status.CANCELLED, Status.ERROR, Status.BOUNCED)


def reminded(session: Session) -> QuerySet[Participant]:
    """Give the people to whom a reminder of the session has left, or is leaving."""
    told = Delivery.objects.filter(sendout__occurrence__session=session)
    told = told.exclude(status__in=NOT_TOLD)
    return Participant.objects.filter(
        organisation=session.organisation_id, pk__in=told.values("participant")
    )


def reminders(session: Session) -> QuerySet[SendOut]:
    """Give the send-outs that reminded of the session, newest first."""
    return SendOut.objects.filter(occurrence__session=session).order_by("-pk")


def is_told_otherwise(session: Session) -> bool:
    """Tell whether a reminder says of the session what is not so any more."""
    told = session.occurrences.filter(sendout__isnull=False)
    told = told.exclude(sendout__state__in=(State.SCHEDULED, State.CANCELLED))
    return told.exists() if session.off else told.exclude(starts=session.starts).exists()


@transaction.atomic
def tell(session: Session, member: User) -> SendOut:
    """Make a draft to those who were reminded, which says that the session is off or has moved."""
    first = reminders(session).first()
    with translation.override(session.organisation.language):
        words = _("Cancelled: %(session)s") if session.off else _("Changed: %(session)s")
        named = literal(f"{session.title}, {session_time(session)}")
        subject = words % {"session": named}
        body = _("Hello {{ first_name|there }},") + "\n\n" + escape_markdown(f"{subject}.")
    channels = first.channels if first else "email"
    draft = drafts.start(session.organisation, member, subject[: drafts.LONGEST_NAME], channels)
    draft.message.subject, draft.message.body = subject, body
    draft.message.sms_text = f"{subject}."
    draft.message.save()
    if first is not None:
        draft.email_sender, draft.sms_sender = first.email_sender, first.sms_sender
        draft.save(update_fields=["email_sender", "sms_sender"])
    draft.people.set(reminded(session))
    return draft
