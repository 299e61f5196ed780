"""Who downloaded which file of a send-out: counted once for each recipient."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, F, Q
from django.utils import timezone

from sendout.compose.filing import files_of, links_of
from sendout.compose.models import LinkedFile
from sendout.deliveries.models import Delivery, Download
from sendout.sendouts.models import SendOut


@dataclass(frozen=True, slots=True)
class Downloaded:
    """A file of a send-out, and how many people downloaded it. size: bytes.

    attached: whether it went inside the emails, where nobody can count who looks at it.
    """

    name: str
    size: int
    people: int
    attached: bool
    digest: str


def find_file(delivery: Delivery, pk: int) -> LinkedFile | None:
    """Give the file with this id, if this delivery has a link to it."""
    return links_of(delivery.sendout.message).filter(pk=pk).first()


def ends_at(delivery: Delivery, linked: LinkedFile) -> datetime:
    """Tell until when the link of a recipient works."""
    return (delivery.sendout.started_at or delivery.created_at) + timedelta(days=linked.days)


def note(delivery: Delivery, linked: LinkedFile) -> None:
    """Count a download by a person; the second one by the same makes nobody more."""
    now = timezone.now()
    _, first = Download.objects.get_or_create(
        delivery=delivery.pk,
        linked=linked,
        defaults={"organisation": delivery.organisation, "sendout": delivery.sendout},
    )
    if not first:
        Download.objects.filter(delivery=delivery.pk, linked=linked).update(
            times=F("times") + 1, last_at=now
        )


def counted(sendout: SendOut) -> list[Downloaded]:
    """Give the files of a send-out with how many people downloaded each."""
    own = Count("downloads", filter=Q(downloads__sendout=sendout))
    found = files_of(sendout.message).annotate(people=own)
    return [
        Downloaded(each.name, each.file.size, each.people, each.attached, each.file.digest)
        for each in found
    ]
