"""Who works here: invite, change roles, let go."""

from __future__ import annotations

from smtplib import SMTPException

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from sendout.accounts import invitations
from sendout.accounts import members as membership_rules
from sendout.accounts.models import Invitation, Membership, Role
from sendout.pages.access import MemberRequest, member_of

ROLE_HELP = gettext_lazy(
    "Viewers read, senders write and send, owners also change settings and members."
)


class InviteForm(forms.Form):
    """Whom to invite, as what."""

    email = forms.EmailField(max_length=254, label=gettext_lazy("Email address"))
    role = forms.ChoiceField(choices=Role.choices, initial=Role.SENDER, help_text=ROLE_HELP)


class RoleForm(forms.Form):
    """A member's new role."""

    role = forms.ChoiceField(choices=Role.choices)


@member_of(Role.VIEWER)
def members(request: MemberRequest) -> HttpResponse:
    """Show members and open invitations."""
    return _page(request, InviteForm())


@member_of(Role.OWNER)
@require_POST
def invite(request: MemberRequest) -> HttpResponse:
    """Invite an address and send it the link."""
    form = InviteForm(request.POST)
    if not form.is_valid():
        return _page(request, form)
    data = form.cleaned_data
    try:
        invitation = invitations.invite(
            request.organisation, data["email"], data["role"], request.user
        )
    except invitations.NoInvitation as problem:
        form.add_error("email", str(problem))
        return _page(request, form)
    _send(request, invitation)
    return redirect("pages:members", request.organisation.slug)


def _send(request: MemberRequest, invitation: Invitation) -> None:
    try:
        invitations.mail(invitation, link_of(invitation))
    except (OSError, SMTPException) as error:
        messages.error(
            request,
            _(
                "The email to %(email)s could not be sent (%(error)s). Copy the link below "
                "and send it yourself."
            )
            % {"email": invitation.email, "error": error},
        )
    else:
        messages.success(
            request,
            _("An email with a link to join has gone to %(email)s.") % {"email": invitation.email},
        )


def link_of(invitation: Invitation) -> str:
    """Give the whole link of an invitation."""
    path = reverse("pages:invitation", args=[invitations.token_of(invitation)])
    return f"{settings.URL}{path}"


@member_of(Role.OWNER)
@require_POST
def revoke(request: MemberRequest, pk: int) -> HttpResponse:
    """Take an open invitation back."""
    invitation = get_object_or_404(Invitation, organisation=request.organisation, pk=pk)
    invitations.revoke(invitation)
    messages.success(
        request, _("The invitation of %(email)s is taken back.") % {"email": invitation.email}
    )
    return redirect("pages:members", request.organisation.slug)


@member_of(Role.OWNER)
@require_POST
def role(request: MemberRequest, pk: int) -> HttpResponse:
    """Give a member another role."""
    membership = find_member(request, pk)
    form = RoleForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("There is no such role; choose one of the list."))
        return redirect("pages:members", request.organisation.slug)
    try:
        membership_rules.change_role(membership, form.cleaned_data["role"])
    except membership_rules.LastOwner as problem:
        messages.error(request, str(problem))
    else:
        label = Role(form.cleaned_data["role"]).label.lower()
        messages.success(
            request, _("%(who)s is %(role)s now.") % {"who": membership.user, "role": label}
        )
    return redirect("pages:members", request.organisation.slug)


@member_of(Role.OWNER)
@require_POST
def remove(request: MemberRequest, pk: int) -> HttpResponse:
    """Let a member go; whoever goes alone leaves to the first page."""
    membership = find_member(request, pk)
    try:
        membership_rules.remove(membership)
    except membership_rules.LastOwner as problem:
        messages.error(request, str(problem))
        return redirect("pages:members", request.organisation.slug)
    messages.success(
        request,
        _("%(who)s is no member of %(organisation)s any more.")
        % {"who": membership.user, "organisation": request.organisation},
    )
    if membership.user_id == request.user.pk:
        return redirect("pages:home")
    return redirect("pages:members", request.organisation.slug)


def find_member(request: MemberRequest, pk: int) -> Membership:
    """Give a membership of the organisation. Raises Http404."""
    query = Membership.objects.select_related("user", "organisation")
    return get_object_or_404(query, organisation=request.organisation, pk=pk)


def _page(request: MemberRequest, form: InviteForm) -> HttpResponse:
    may_edit = request.membership.may(Role.OWNER)
    everybody = request.organisation.memberships.select_related("user")
    waiting = request.organisation.invitations.filter(accepted_at=None).order_by("email")
    context = {
        "organisation": request.organisation,
        "section": "settings",
        "tab": "members",
        "members": everybody.order_by("user__name", "user__email"),
        "waiting": [_waiting(each) for each in waiting] if may_edit else [],
        "roles": Role.choices,
        "form": form,
        "may_edit": may_edit,
    }
    status = 422 if form.errors else 200
    return render(request, "pages/settings/members.html", context, status=status)


def _waiting(invitation: Invitation) -> dict[str, object]:
    return {
        "invitation": invitation,
        "link": link_of(invitation),
        "is_over": invitations.is_over(invitation),
        "until": invitation.created_at + invitations.LIFETIME,
    }
