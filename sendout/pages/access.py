"""Who may see a page. Every view carries `access`, and a law reads it on every route."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext as _

from sendout.accounts.models import Membership, Organisation, Role, User
from sendout.pages.language import in_language_of

P = ParamSpec("P")
View = Callable[..., HttpResponseBase]


class MemberRequest(HttpRequest):
    """A request of a signed-in member, as `member_of` hands it on."""

    user: User
    organisation: Organisation
    membership: Membership


MemberView = Callable[Concatenate[MemberRequest, P], HttpResponseBase]


def find_membership(user: User, slug: str) -> Membership:
    """Give the user's membership of the organisation; raises Http404 when there is none."""
    query = Membership.objects.select_related("organisation")
    membership = query.filter(organisation__slug=slug, user=user).first()
    if membership is None:
        raise Http404("No such organisation.")
    return membership


def member_of(role: Role) -> Callable[[MemberView[P]], View]:
    """Let only members with this role in; the view's URL names the organisation.

    The view gets `request.organisation` and `request.membership`, not the slug; times show in the
    organisation's zone, and words in its language unless the member chose one. Others get 404,
    members with too small a role 403.
    """

    def decorate(view: MemberView[P]) -> View:
        @wraps(view)
        def check(request: Any, organisation: str, *args: Any, **kwargs: Any) -> HttpResponseBase:
            membership = find_membership(request.user, organisation)
            request.membership = membership
            request.organisation = membership.organisation
            with timezone.override(membership.organisation.zone), in_language_of(request):
                if not membership.may(role):
                    needed = _("This needs the role “%(role)s”.") % {"role": role.label}
                    raise PermissionDenied(needed)
                return view(request, *args, **kwargs)

        guarded = login_required(check)
        guarded.access = f"member:{role}"  # type: ignore[attr-defined]
        return guarded

    return decorate


def signed_in(view: View) -> View:
    """Let anybody in who is signed in."""
    guarded = login_required(view)
    guarded.access = "signed in"  # type: ignore[attr-defined]
    return guarded


def public(reason: str) -> Callable[[View], View]:
    """Let everybody in, for the reason given."""

    def decorate(view: View) -> View:
        view.access = f"public: {reason}"  # type: ignore[attr-defined]
        return view

    return decorate
