"""DKIM of one sender: its keys, what must stand in the DNS, whether its emails are signed."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from sendout.accounts.models import Role
from sendout.core.dnscheck.dkim import check_own
from sendout.core.dnscheck.finding import Mark
from sendout.core.dnscheck.lookup import SystemDns, Unanswered, is_nowhere
from sendout.core.message.dkim import BadKey
from sendout.pages.access import MemberRequest, member_of
from sendout.pages.senders.edit import find_sender
from sendout.senders import signing
from sendout.senders.models import Sender
from sendout.wording.said import said

LONGEST_KEY = 20_000  # characters; an RSA key of 4096 bits has 3,300
BLOCK = re.compile(r"-----BEGIN [A-Z ]+-----.*?-----END [A-Z ]+-----", re.DOTALL)
KEEP, MAKE, PASTE = "keep", "make", "paste"


class UnrepeatedText(forms.Textarea):
    """A text that is not shown again, not even when it is refused."""

    def format_value(self, value: Any) -> None:
        """Give nothing."""


class DkimForm(forms.Form):
    """Under which names a sender signs, and with which keys."""

    domain = forms.CharField(
        max_length=253,
        help_text=gettext_lazy(
            "Usually what stands behind the @ of the from-address: receivers compare them."
        ),
    )
    selector = forms.CharField(
        max_length=signing.LONGEST_SELECTOR,
        help_text=gettext_lazy(
            "Any word that this domain does not use yet; it becomes part of a DNS name."
        ),
    )
    keys = forms.ChoiceField(widget=forms.RadioSelect, label=gettext_lazy("Keys"))
    algorithms = forms.MultipleChoiceField(
        choices=[
            ("rsa", gettext_lazy("RSA, which every receiver knows")),
            ("ed25519", gettext_lazy("Ed25519, in addition")),
        ],
        required=False,
        widget=forms.CheckboxSelectMultiple,
        label=gettext_lazy("New keys for"),
        help_text=gettext_lazy(
            "With new keys take another selector, and leave the old record in the DNS for a "
            "week: emails on their way are still checked with it."
        ),
    )
    pem = forms.CharField(
        max_length=LONGEST_KEY,
        required=False,
        label=gettext_lazy("Private keys of your own"),
        help_text=gettext_lazy(
            "In PEM format without a password, one or two of them. They are stored "
            "encrypted and never shown."
        ),
        widget=UnrepeatedText(attrs={"rows": 5, "spellcheck": "false", "autocomplete": "off"}),
    )

    def __init__(self, *args: Any, sender: Sender, **kwargs: Any) -> None:
        self.sender = sender
        has_keys = bool(sender.dkim_keys)
        kwargs["initial"] = {
            "domain": sender.dkim_domain or sender.from_address.rpartition("@")[2],
            "selector": sender.dkim_selector or signing.SELECTOR,
            "keys": KEEP if has_keys else MAKE,
            "algorithms": ["rsa"],
        }
        super().__init__(*args, **kwargs)
        choices = [(KEEP, _("Keep those there are"))] if has_keys else []
        choices += [(MAKE, _("Make new ones")), (PASTE, _("Use my own"))]
        self.fields["keys"].choices = choices  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Put it all on the sender, which is not saved yet."""
        cleaned = super().clean() or self.cleaned_data
        if self.errors:
            return cleaned
        try:
            keys = self._keys()
            signing.put_keys(self.sender, cleaned["domain"], cleaned["selector"], keys)
        except (BadKey, signing.CannotSign) as error:
            text = str(error)
            self.add_error(None, f"{text[:1].upper()}{text[1:]}")
        return cleaned

    def _keys(self) -> dict[str, str]:
        """Give the keys in PEM format, by algorithm. Raises BadKey, CannotSign."""
        chosen = self.cleaned_data["keys"]
        if chosen == KEEP:
            return signing.read_keys(self.sender)
        if chosen == PASTE:
            pems = BLOCK.findall(self.cleaned_data["pem"]) or [self.cleaned_data["pem"]]
            return {signing.algorithm_of(pem): pem for pem in pems}
        if not self.cleaned_data["algorithms"]:
            raise BadKey(_("choose at least one kind of key."))
        return signing.make_keys(self.cleaned_data["algorithms"])


@member_of(Role.OWNER)
def dkim(request: MemberRequest, pk: int) -> HttpResponse:
    """Show and change names and keys."""
    sender = find_signing(request, pk)
    form = DkimForm(request.POST or None, sender=sender)
    if form.is_valid():
        sender.save(update_fields=["dkim_on", "dkim_domain", "dkim_selector", "dkim_keys"])
        next_step = "" if sender.dkim_on else _(" Publish the records, then switch signing on.")
        messages.success(request, _("The names and keys are saved.") + next_step)
        return redirect("pages:sender_dkim", request.organisation.slug, pk)
    shown = find_signing(request, pk)
    context = {
        "organisation": request.organisation,
        "section": "senders",
        "sender": shown,
        "form": form,
        "aligned": is_aligned(shown),
        **published(shown),
    }
    status = 422 if form.errors else 200
    return render(request, "pages/senders/dkim.html", context, status=status)


@member_of(Role.OWNER)
@require_POST
def switch(request: MemberRequest, pk: int) -> HttpResponse:
    """Sign from now on, or no more."""
    sender = find_signing(request, pk)
    sender.dkim_on = request.POST.get("on") == "yes"
    try:
        signing.signers_of(sender)
    except signing.CannotSign as error:
        messages.error(request, str(error))
    else:
        sender.save(update_fields=["dkim_on"])
        words = (
            _("Emails of “%(name)s” are signed now.")
            if sender.dkim_on
            else _("Emails of “%(name)s” are not signed any more.")
        )
        messages.success(request, words % {"name": sender.name})
        if sender.dkim_on and (missing := not_published(sender)):
            messages.warning(request, missing)
    return redirect("pages:sender_dkim", request.organisation.slug, pk)


def not_published(sender: Sender) -> str:
    """Say which record is not in the DNS as it should be, if any.

    A name server of the organisation's own network may know less than the world's: this warns,
    and does not forbid.
    """
    if is_nowhere(sender.dkim_domain):
        return ""
    dns = SystemDns(settings.DNS_SERVERS)
    try:
        findings = [check_own(dns, r.name, r.value) for r in signing.records(sender)]
    except Unanswered as error:
        return _("Whether the records are published cannot be seen from here: %(error)s.") % {
            "error": said(str(error))
        }
    return next((each.words for each in findings if each.mark is not Mark.GOOD), "")


def find_signing(request: MemberRequest, pk: int) -> Sender:
    """Give the organisation's sender, if its emails can be signed here. Raises Http404."""
    sender = find_sender(request, pk)
    if not signing.can_sign(sender):
        raise Http404("This sender's emails are not signed here.")
    return sender


def published(sender: Sender) -> dict[str, object]:
    """Give the records that must stand in the DNS, or why there are none to show."""
    try:
        return {"records": signing.records(sender)}
    except (signing.CannotSign, BadKey) as error:
        return {"records": [], "trouble": str(error)}


def is_aligned(sender: Sender) -> bool:
    """Tell whether receivers see that the signature is the from-address's own (RFC 7489 3.1.1)."""
    domain = sender.from_address.rpartition("@")[2].lower()
    ours = sender.dkim_domain
    return not ours or domain == ours or domain.endswith(f".{ours}") or ours.endswith(f".{domain}")
