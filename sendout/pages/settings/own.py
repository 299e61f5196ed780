"""The first page after sign-in, and one's own name."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from sendout.accounts.models import Membership, User
from sendout.pages.access import signed_in


class ProfileForm(forms.ModelForm):  # type: ignore[type-arg]
    """What colleagues and invited people read."""

    class Meta:
        model = User
        fields = ("name",)
        labels = {"name": "Your name"}
        help_texts = {"name": "Colleagues and people you invite see it."}


@signed_in
def home(request: HttpRequest) -> HttpResponse:
    """Go to the only organisation's messages, or let the person choose one."""
    own = Membership.objects.filter(user__email=request.user.get_username())
    memberships = list(own.select_related("organisation").order_by("organisation__name"))
    if len(memberships) == 1:
        return redirect("pages:messages", memberships[0].organisation.slug)
    return render(request, "pages/settings/home.html", {"memberships": memberships})


@signed_in
def profile(request: HttpRequest) -> HttpResponse:
    """Change one's own name."""
    form = ProfileForm(request.POST or None, instance=request.user)
    if form.is_valid():
        form.save()
        messages.success(request, "Your name is saved.")
        return redirect("pages:profile")
    status = 422 if form.errors else 200
    return render(request, "pages/settings/profile.html", {"form": form}, status=status)
