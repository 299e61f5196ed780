"""Which senders a text may be meant for: several organisations may share one number."""

from __future__ import annotations

from sendout.accounts.models import Organisation
from sendout.senders.models import Channel, Sender
from sendout.senders.vault import CannotUnseal, unseal


def digits(number: str) -> str:
    """Give what two numbers are compared by, with or without + and spaces; a name stays a name."""
    plain = number.strip().lower()
    return "".join(filter(str.isdigit, plain)) or plain


def sharing(sender: Sender, to: str) -> list[Sender]:
    """Give the senders to which a text belongs that came in through this one, the oldest first.

    to: the number it was sent to. They are of the same account at the provider, and have that
    number, or else the same number as the sender. Whoever only claims to have a number gets none of
    its replies: the account's credentials prove whose it is.
    """
    numbers = {to.strip(), sender.from_address}
    numbers |= {f"+{digits(number)}" for number in numbers} | {digits(n) for n in numbers}
    found = Sender.objects.filter(
        channel=Channel.SMS, kind=sender.kind, from_address__in=numbers
    ).select_related("organisation")
    same = [one for one in found.order_by("pk") if one == sender or _same_account(one, sender)]
    named = [one for one in same if digits(one.from_address) == digits(to)]
    own = [one for one in same if digits(one.from_address) == digits(sender.from_address)]
    return named or own


def has_number(organisation: Organisation, number: str) -> bool:
    """Tell whether a sender of the organisation has the number, so that two never talk on.

    Others' senders are not asked: anybody can write any number into one, and would silence by it.
    """
    plain = digits(number)
    own = Sender.objects.filter(organisation=organisation, channel=Channel.SMS)
    return own.filter(from_address__in=[number, plain, f"+{plain}"]).exists()


def _same_account(one: Sender, other: Sender) -> bool:
    """Compare what proves an account: all credentials, and each setting that both have.

    Where there are no credentials, as in the sandbox, nothing is proven.
    """
    try:
        credentials = unseal(one.secrets)
        proven = bool(credentials) and credentials == unseal(other.secrets)
    except CannotUnseal:
        return False
    both = one.config.keys() & other.config.keys()
    return proven and all(one.config[name] == other.config[name] for name in both)
