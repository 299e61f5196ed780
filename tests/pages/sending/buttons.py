"""The pages of a draft, and their buttons."""

from __future__ import annotations

from django.test import Client

from sendout.sendouts.models import SendOut


def page_of(sendout: SendOut, page: str) -> str:
    return f"/o/aqua-club/compose/{sendout.pk}/{page}/"


def press(browser: Client, sendout: SendOut, button: str, **more: str) -> str:
    """Press a button of the check page and give the page that follows."""
    version = str(sendout.message.version)
    answer = browser.post(page_of(sendout, button), {"version": version, **more}, follow=True)
    sendout.refresh_from_db()
    return answer.content.decode()
