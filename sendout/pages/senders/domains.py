"""How a sender treats single domains of recipients: limits, and those it leaves alone for now."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from sendout.accounts.models import Role
from sendout.pages.access import MemberRequest, member_of
from sendout.pages.senders.edit import find_sender
from sendout.senders import domains
from sendout.senders.models import Channel, Sender


class LimitsForm(forms.Form):
    """Limits, one on a line."""

    limits = forms.CharField(
        required=False,
        max_length=20_000,
        label=gettext_lazy("Limits"),
        help_text=gettext_lazy(
            "One domain on each line, like “gmail.com 100/minute”. It counts for this "
            "sender's messages to addresses that end with it, over all send-outs together."
        ),
        widget=forms.Textarea(attrs={"rows": 8, "spellcheck": "false"}),
    )

    def clean_limits(self) -> dict[str, tuple[int, str]]:
        """Read them."""
        try:
            return domains.read_limits(self.cleaned_data["limits"])
        except domains.BadLimit as error:
            raise forms.ValidationError(str(error)) from error


@member_of(Role.OWNER)
def limits(request: MemberRequest, pk: int) -> HttpResponse:
    """Show and change the limits of a sender."""
    sender = _find(request, pk)
    form = LimitsForm(request.POST or None, initial={"limits": domains.written_limits(sender)})
    if form.is_valid():
        domains.put_limits(sender, form.cleaned_data["limits"])
        messages.success(request, _("The limits are saved."))
        return redirect("pages:sender_domains", request.organisation.slug, pk)
    context = {
        "organisation": request.organisation,
        "section": "senders",
        "sender": sender,
        "form": form,
        "closed": domains.closed_now(sender, timezone.now()),
    }
    status = 422 if form.errors else 200
    return render(request, "pages/senders/domains.html", context, status=status)


@member_of(Role.OWNER)
@require_POST
def reopen(request: MemberRequest, pk: int) -> HttpResponse:
    """Try a domain again now that was left alone."""
    sender = _find(request, pk)
    domain = request.POST.get("domain", "")
    if domains.reopen(sender, domain):
        messages.success(request, _("Messages to %(domain)s are tried again.") % {"domain": domain})
    return redirect("pages:sender_domains", request.organisation.slug, pk)


def _find(request: MemberRequest, pk: int) -> Sender:
    sender = find_sender(request, pk)
    if sender.channel != Channel.EMAIL:
        raise Http404("Only email goes to domains.")
    return sender
