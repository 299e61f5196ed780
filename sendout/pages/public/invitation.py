"""The page behind an invitation's link."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.password_validation import validate_password
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from sendout.accounts.invitations import NoInvitation, find, register
from sendout.accounts.invitations import accept as accept_invitation
from sendout.accounts.models import Invitation, Membership, User
from sendout.pages.access import public

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


class AccountForm(forms.Form):
    """A name and a password for somebody new."""

    name = forms.CharField(max_length=120, label=gettext_lazy("Your name"))
    password = forms.CharField(
        strip=False,
        help_text=gettext_lazy("At least 10 characters."),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, *args: Any, email: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.email = email

    def clean(self) -> dict[str, Any]:
        """A password must not be guessed from the name or address."""
        cleaned = super().clean() or self.cleaned_data
        if password := cleaned.get("password"):
            try:
                validate_password(password, User(email=self.email, name=cleaned.get("name", "")))
            except forms.ValidationError as error:
                self.add_error("password", error)
        return cleaned


@public("the signed link of an invitation")
@require_http_methods(["GET", "HEAD", "POST"])
def accept(request: HttpRequest, token: str) -> HttpResponse:
    """Let the invited person in: with the account they have, or one made here."""
    try:
        invitation = find(token)
        if isinstance(request.user, User):
            return _by_member(request, request.user, invitation)
        if User.objects.filter(email__iexact=invitation.email).exists():
            return _page(request, invitation, needs_sign_in=True)
        return _by_newcomer(request, invitation)
    except NoInvitation as problem:
        context = {"problem": str(problem)}
        return render(request, "pages/public/no_invitation.html", context, status=404)


def _by_member(request: HttpRequest, user: User, invitation: Invitation) -> HttpResponse:
    if user.email.lower() != invitation.email.lower():
        return _page(request, invitation, wrong_account=True)
    if request.method != "POST":
        return _page(request, invitation)
    return _welcome(request, accept_invitation(invitation, user))


def _by_newcomer(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    form = AccountForm(request.POST or None, email=invitation.email)
    if not form.is_valid():
        return _page(request, invitation, form=form)
    user = register(invitation, form.cleaned_data["name"].strip(), form.cleaned_data["password"])
    login(request, user, backend=BACKEND)
    return _welcome(request, invitation.organisation.memberships.get(user=user))


def _welcome(request: HttpRequest, membership: Membership) -> HttpResponse:
    messages.success(
        request, _("Welcome to %(organisation)s.") % {"organisation": membership.organisation}
    )
    return redirect("pages:messages", membership.organisation.slug)


def _page(request: HttpRequest, invitation: Invitation, **more: object) -> HttpResponse:
    form = more.get("form")
    wrong = isinstance(form, forms.Form) and bool(form.errors)
    context = {"invitation": invitation, **more}
    return render(request, "pages/public/invitation.html", context, status=422 if wrong else 200)
