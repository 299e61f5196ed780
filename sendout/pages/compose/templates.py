"""Templates: listed, kept from a send-out, used for a new message, renamed, deleted."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from sendout.accounts.models import Role
from sendout.pages.access import MemberRequest, member_of
from sendout.pages.compose.finding import find_sendout
from sendout.sendouts import ready_made, templates
from sendout.sendouts.models import Template


class NameForm(forms.Form):
    """What a template is called."""

    name = forms.CharField(max_length=200, label=gettext_lazy("Name"))


class KeepForm(NameForm):
    """How a send-out is kept."""

    replaces = forms.BooleanField(
        required=False, label=gettext_lazy("Replace the template of this name, if there is one")
    )


@member_of(Role.SENDER)
def listing(request: MemberRequest) -> HttpResponse:
    """Show the organisation's templates, and those that come with Sendout."""
    context = {
        "organisation": request.organisation,
        "section": "messages",
        "templates": templates.listed(request.organisation),
        "ready_made": ready_made.offered(request.organisation),
    }
    return render(request, "pages/compose/templates.html", context)


@member_of(Role.SENDER)
def keep(request: MemberRequest, pk: int) -> HttpResponse:
    """Keep what a send-out says as a template."""
    sendout = find_sendout(request, pk)
    form = KeepForm(request.POST or None, initial={"name": sendout.name})
    if form.is_valid():
        name, replaces = form.cleaned_data["name"], form.cleaned_data["replaces"]
        try:
            templates.keep(sendout, name, request.user, replaces=replaces)
        except templates.NameTaken as taken:
            words = _("%(taken)s Take another name, or replace it.") % {"taken": taken}
            form.add_error("name", words)
        else:
            said = _("“%(name)s” is a template now: new messages can begin with it.")
            messages.success(request, said % {"name": name})
            return redirect("pages:templates", request.organisation.slug)
    return _form_page(request, form, {"sendout": sendout})


@member_of(Role.SENDER)
def rename(request: MemberRequest, pk: int) -> HttpResponse:
    """Give a template another name."""
    template = _find(request, pk)
    form = NameForm(request.POST or None, initial={"name": template.name})
    if form.is_valid():
        try:
            templates.rename(template, form.cleaned_data["name"])
        except templates.NameTaken as taken:
            form.add_error("name", _("%(taken)s Take another name.") % {"taken": taken})
        else:
            messages.success(request, _("The template was renamed."))
            return redirect("pages:templates", request.organisation.slug)
    return _form_page(request, form, {"template": _find(request, pk)})


def _form_page(request: MemberRequest, form: NameForm, about: dict[str, object]) -> HttpResponse:
    context = {"organisation": request.organisation, "section": "messages", "form": form, **about}
    status = 422 if form.is_bound else 200
    return render(request, "pages/compose/template_name.html", context, status=status)


@member_of(Role.SENDER)
@require_POST
def use(request: MemberRequest, pk: int) -> HttpResponse:
    """Begin a new message with a template."""
    draft = templates.begin(_find(request, pk), request.user)
    return redirect("pages:compose_write", request.organisation.slug, draft.pk)


@member_of(Role.SENDER)
@require_POST
def use_ready(request: MemberRequest, key: str) -> HttpResponse:
    """Begin a new message with a text that comes with Sendout."""
    ready = ready_made.find(key)
    if ready is None:
        raise Http404("There is no such text.")
    draft = templates.begin_ready(request.organisation, ready, request.user)
    return redirect("pages:compose_write", request.organisation.slug, draft.pk)


@member_of(Role.SENDER)
@require_POST
def delete(request: MemberRequest, pk: int) -> HttpResponse:
    """Delete a template; what was begun from it stays."""
    template = _find(request, pk)
    templates.delete(template)
    messages.success(request, _("The template “%(name)s” was deleted.") % {"name": template.name})
    return redirect("pages:templates", request.organisation.slug)


def _find(request: MemberRequest, pk: int) -> Template:
    """Give the organisation's template with this id; raises Http404 for any other."""
    return get_object_or_404(templates.listed(request.organisation), pk=pk)
