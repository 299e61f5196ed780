"""A link that is gone is found before sending, and nobody is scared for nothing."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from procrastinate.contrib.django.models import ProcrastinateJob

from sendout.accounts.models import Organisation, User
from sendout.compose.linking import run_checks
from sendout.compose.models import LinkCheck, Message
from tests.cast import sign_in
from tests.deliveries.conftest import MakeSendOut

HTMX = {"HX-Request": "true"}


class Pages(BaseHTTPRequestHandler):
    """A website with one page."""

    def do_HEAD(self) -> None:
        self.send_response(200 if self.path == "/lanes" else 404)
        self.end_headers()

    do_GET = do_HEAD  # noqa: N815

    def log_message(self, *_: object) -> None:
        """Keep quiet."""


@pytest.fixture
def website() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Pages) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


def test_a_link_that_is_gone_is_told_and_one_that_answers_is_not(
    club: Organisation, alice: User, sendout: MakeSendOut, website: str, settings
) -> None:
    settings.CHECK_LOOPBACK = True
    draft = sendout(channels="both")
    body = f"[Lanes]({website}/lanes) [Own]({website}/{{{{ id }}}}) [Mail](mailto:a@x.example)"
    Message.objects.filter(pk=draft.message.pk).update(body=body, sms_text=f"See {website}/old.")
    browser = sign_in(alice)
    there = f"/o/aqua-club/compose/{draft.pk}/links/"
    assert (
        "Check 2 links" in browser.get(f"/o/aqua-club/compose/{draft.pk}/check/").content.decode()
    )
    browser.get(there, headers=HTMX)
    assert not LinkCheck.objects.exists()
    assert "every 2s" in browser.post(there, headers=HTMX).content.decode()
    browser.post(there, headers=HTMX)
    job = ProcrastinateJob.objects.get(task_name="check_links")
    assert sorted(job.args["urls"]) == [f"{website}/lanes", f"{website}/old"]
    run_checks(**job.args)
    page = browser.get(there, headers=HTMX).content.decode()
    assert f'href="{website}/old"' in page
    assert f'href="{website}/lanes"' not in page
    assert "every 2s" not in page


def test_of_what_nobody_can_say_nothing_is_said_and_a_rehearsal_asks_for_nothing(
    club: Organisation, alice: User, sendout: MakeSendOut, website: str
) -> None:
    draft = sendout(channels="email")
    Message.objects.filter(pk=draft.message.pk).update(body=f"[Old]({website}/old)")
    browser = sign_in(alice)
    there = f"/o/aqua-club/compose/{draft.pk}/links/"
    browser.post(there, headers=HTMX)
    assert not LinkCheck.objects.exists()
    draft.email_sender.kind = "smtp"
    draft.email_sender.save()
    browser.post(there, headers=HTMX)
    run_checks(**ProcrastinateJob.objects.get(task_name="check_links").args)
    assert LinkCheck.objects.get().answer == "unknown"
    page = browser.get(there, headers=HTMX).content.decode()
    assert website not in page
    assert "alert" not in page
