"""The first page after sign-in, one's own name and language."""

from __future__ import annotations

from django import forms
from django.conf import settings as config
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from sendout.accounts.models import Language, Membership, User
from sendout.pages.access import public, signed_in

YEAR = 365 * 86_400  # seconds


class ProfileForm(forms.ModelForm):  # type: ignore[type-arg]
    """What colleagues and invited people read, and the language one reads oneself."""

    class Meta:
        model = User
        fields = ("name", "language")
        labels = {"name": gettext_lazy("Your name")}
        help_texts = {"name": gettext_lazy("Colleagues and people you invite see it.")}

    language = forms.ChoiceField(
        choices=[("", gettext_lazy("As the organisation")), *Language.choices],
        label=gettext_lazy("Language of Sendout"),
        required=False,
    )


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
    """Change one's own name and language."""
    form = ProfileForm(request.POST or None, instance=request.user)
    if form.is_valid():
        form.save()
        with translation.override(form.cleaned_data["language"] or translation.get_language()):
            messages.success(request, _("Your profile is saved."))
        response = redirect("pages:profile")
        response.delete_cookie(config.LANGUAGE_COOKIE_NAME)
        return response
    status = 422 if form.errors else 200
    return render(request, "pages/settings/profile.html", {"form": form}, status=status)


@public("the language of the page it stands on")
@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """Remember the language on this browser, and with the person when one is signed in."""
    asked = request.POST.get("language", "")
    back = request.POST.get("next", "")
    here = back.startswith("/") and url_has_allowed_host_and_scheme(back, allowed_hosts=None)
    response = HttpResponseRedirect(back if here else "/")
    if asked in Language.values:
        if isinstance(request.user, User):
            User.objects.filter(pk=request.user.pk).update(language=asked)
        response.set_cookie(
            config.LANGUAGE_COOKIE_NAME,
            asked,
            max_age=YEAR,
            secure=config.SESSION_COOKIE_SECURE,
            httponly=True,
            samesite="Lax",
        )
    return response
