"""Templates of an organisation: kept from a send-out, used for a new one, renamed, deleted."""

from __future__ import annotations

from django.db import IntegrityError, transaction
from django.db.models import F, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from sendout.accounts.models import Organisation, User
from sendout.compose import editing
from sendout.compose.copying import copy_message
from sendout.compose.filing import delete_message
from sendout.sendouts import drafts
from sendout.sendouts.models import SendOut, Template
from sendout.sendouts.ready_made import ReadyMade


class NameTaken(Exception):
    """Another template of the organisation has this name; the message says what to do."""

    def __init__(self, name: str) -> None:
        super().__init__(_("There is a template named “%(name)s” already.") % {"name": name})


def listed(organisation: Organisation) -> QuerySet[Template]:
    """Give the organisation's templates, those used last first, with their messages."""
    own = Template.objects.filter(organisation=organisation).select_related("message")
    return own.order_by(F("used_at").desc(nulls_last=True), "name")


@transaction.atomic
def keep(sendout: SendOut, name: str, member: User, *, replaces: bool = False) -> Template:
    """Keep what a send-out says as a template.

    replaces: whether one of this name may go. Raises NameTaken.
    """
    organisation = sendout.organisation
    if replaces:
        for old in Template.objects.filter(organisation=organisation, name__iexact=name):
            delete(old)
    message = copy_message(sendout.message, member)
    template = Template(
        organisation=organisation,
        name=name,
        message=message,
        channels=sendout.channels,
        created_by=member,
        **sendout.then_sms,
    )
    _save(template)
    return template


def rename(template: Template, name: str) -> None:
    """Give a template another name. Raises NameTaken."""
    template.name = name
    _save(template)


def _save(template: Template) -> None:
    try:
        with transaction.atomic():
            template.save()
    except IntegrityError:
        raise NameTaken(template.name) from None


@transaction.atomic
def begin(template: Template, member: User) -> SendOut:
    """Make a new draft that says what the template says, with the organisation's own senders."""
    draft = drafts.start(
        template.organisation,
        member,
        template.name,
        template.channels,
        message=copy_message(template.message, member),
        **template.then_sms,
    )
    note_use(template)
    return draft


def note_use(template: Template) -> None:
    """Note that something was begun from a template just now."""
    template.used_at = timezone.now()
    template.save(update_fields=["used_at"])


@transaction.atomic
def begin_ready(organisation: Organisation, ready: ReadyMade, member: User) -> SendOut:
    """Make a new draft of a text that comes with Sendout."""
    draft = drafts.start(organisation, member, ready.name, ready.channels)
    draft.message = editing.save(draft.message, ready.said, version=1, member=member)
    return draft


@transaction.atomic
def delete(template: Template) -> None:
    """Delete a template; the send-outs that were begun from it keep their words."""
    template.delete()
    delete_message(template.message)
