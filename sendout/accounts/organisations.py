"""Found an organisation, with somebody who owns it."""

from __future__ import annotations

from allauth.account.forms import default_token_generator
from allauth.account.models import EmailAddress
from allauth.account.utils import user_pk_to_url_str
from django.db import transaction
from django.urls import reverse

from sendout.accounts.models import Membership, Organisation, Role, StopWords, User

# Where every text of marketing must say how to refuse more: CASL section 6(2)(c); CTIA Messaging
# Principles 5.1 under the TCPA; Spam Act 2003 section 18; Unsolicited Electronic Messages Act 2007
# section 11; Directive 2002/58/EC article 13(4) and PECR regulation 23.
_EUROPE = (
    "AT BE BG CH CY CZ DE DK EE ES FI FR GB GP GF GR HR HU IE IS IT LI LT LU LV MQ MT NL NO PL PT"
    " RE RO SE SI SK YT"
)
LAW_WANTS_STOP_WORDS = frozenset(["CA", "US", "AU", "NZ", *_EUROPE.split()])


def found(
    slug: str, name: str, *, country: str, timezone: str, owner: User | None = None
) -> Organisation:
    """Make an organisation. Raises ValidationError naming the field that does not fit.

    With an owner it begins with quiet hours, and with the words that its country's law wants in
    texts. Without one it is worked by scripts alone, which have rules of their own: nothing is
    held back or added then.
    """
    organisation = Organisation(slug=slug, name=name, country=country, timezone=timezone)
    if owner is not None:
        organisation.quiet_hours = True
        if country in LAW_WANTS_STOP_WORDS:
            organisation.stop_words = StopWords.EVERY
    organisation.full_clean()
    with transaction.atomic():
        organisation.save()
        if owner is not None:
            Membership.objects.create(organisation=organisation, user=owner, role=Role.OWNER)
    return organisation


def find_or_make_user(email: str) -> tuple[User, bool]:
    """Give the user with this address, and whether it was made just now, without a password."""
    known = User.objects.filter(email__iexact=email).first()
    if known is not None:
        return known, False
    with transaction.atomic():
        user = User.objects.create_user(email)
        EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user, True


def password_path(user: User) -> str:
    """Give the path of the page where the user sets a password, once, within three days."""
    uid, key = user_pk_to_url_str(user), default_token_generator.make_token(user)
    return reverse("account_reset_password_from_key", kwargs={"uidb36": uid, "key": key})
