""" "Send me a test": whether a sender works, explained while the person waits."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render

from sendout.accounts.models import Role
from sendout.core.delivery.outcome import Accepted, Outcome
from sendout.pages.access import MemberRequest, member_of
from sendout.pages.senders.edit import find_sender, test_form
from sendout.pages.senders.forms import TestForm
from sendout.senders.probe import explain
from sendout.senders.trial import send_test


@member_of(Role.SENDER)
def test(request: MemberRequest, pk: int) -> HttpResponse:
    """Send a test message and say what came of it; htmx gets the card alone."""
    sender = find_sender(request, pk)
    outcome: Outcome | None = None
    form = test_form(request, sender)
    if request.method == "POST":
        form = TestForm(request.POST, sender=sender)
        if form.is_valid():
            outcome = send_test(sender, form.cleaned_data["to"])
    context = {
        "organisation": request.organisation,
        "section": "senders",
        "sender": sender,
        "test_form": form,
        "outcome": outcome,
        "accepted": isinstance(outcome, Accepted),
        "explanation": explain(outcome, sender) if outcome is not None else "",
    }
    page = "test_card.html" if "HX-Request" in request.headers else "test.html"
    return render(request, f"pages/senders/{page}", context)
