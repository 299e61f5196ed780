"""Which phones are the staff's: those that replies are forwarded to."""

from __future__ import annotations

from sendout.accounts.models import Organisation
from sendout.replies.models import ForwardRule


def is_staff_phone(organisation: Organisation, phone: str) -> bool:
    """Tell whether a rule in use forwards replies to this phone."""
    rules = ForwardRule.objects.filter(organisation=organisation, active=True)
    return rules.filter(phones__contains=[phone]).exists()
