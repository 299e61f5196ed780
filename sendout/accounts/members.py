"""Who works in an organisation, and as what. There is always an owner."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import transaction

from sendout.accounts.models import Membership, Organisation, Role


class LastOwner(Exception):
    """The only owner of an organisation can neither go nor become less."""

    def __init__(self) -> None:
        super().__init__("This is the only owner; make somebody else an owner first.")


def change_role(membership: Membership, role: str) -> None:
    """Give a member another role. Raises LastOwner."""
    with _keeping_an_owner(membership):
        Membership.objects.filter(pk=membership.pk).update(role=role)


def remove(membership: Membership) -> None:
    """Let a member go; the account stays. Raises LastOwner."""
    with _keeping_an_owner(membership):
        Membership.objects.filter(pk=membership.pk).delete()


@contextmanager
def _keeping_an_owner(membership: Membership) -> Iterator[None]:
    """Undo what leaves no owner; two who do this at once take turns at the organisation's row."""
    with transaction.atomic():
        Organisation.objects.select_for_update().get(pk=membership.organisation_id)
        yield
        owners = Membership.objects.filter(
            organisation=membership.organisation_id, role=Role.OWNER, user__is_active=True
        )
        if not owners.exists():
            raise LastOwner
