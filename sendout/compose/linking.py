"""Whether the links of a message lead anywhere: asked by a worker, kept for an hour."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Collection
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from procrastinate.contrib.django import app
from selectolax.lexbor import LexborHTMLParser

from sendout.accounts.models import Organisation
from sendout.compose.markup import BadStyle
from sendout.compose.models import LinkCheck, Message
from sendout.compose.rendering import render_html
from sendout.compose.versions import versions
from sendout.core.message.link_check import Rules, check_links

TASK = "check_links"
QUEUE = "people"  # waits neither for a batch nor for the clock
MOST = 30  # links of one message that are asked for
LONGEST = 1_000  # bytes of an address
FRESH = timedelta(hours=1)
PATIENCE = timedelta(seconds=40)  # after which a page no longer waits for a worker
_IN_TEXT = re.compile(r"https?://[^\s<>\"]+", re.IGNORECASE)


def links_of(message: Message, organisation: Organisation) -> list[str]:
    """Give the web addresses of a message, each once; those with a merge field are left out."""
    found: list[str] = []
    for language, said in versions(message, organisation):
        found += [address.rstrip(".,;:!?)") for address in _IN_TEXT.findall(said.sms_text)]
        try:
            html = render_html(said, organisation, language) if said.has_body else ""
        except BadStyle:
            html = ""
        for link in LexborHTMLParser(html).css("a[href]"):
            found.append((link.attributes.get("href") or "").strip())
    wanted = [url for url in found if _IN_TEXT.fullmatch(url) and "{{" not in url]
    return [url for url in dict.fromkeys(wanted) if len(url.encode()) <= LONGEST][:MOST]


def known(organisation: Organisation, urls: Collection[str]) -> list[LinkCheck]:
    """Give what is known of these addresses since an hour or less."""
    recent = timezone.now() - FRESH
    checks = LinkCheck.objects.filter(organisation=organisation, url__in=urls)
    return list(checks.filter(asked_at__gt=recent).order_by("url"))


def is_waiting(check: LinkCheck) -> bool:
    """Tell whether a worker may still answer soon."""
    return not check.answer and timezone.now() - check.asked_at < PATIENCE


@transaction.atomic
def request_checks(organisation: Organisation, urls: Collection[str]) -> None:
    """Have a worker ask for those of the addresses of which nothing is known."""
    fresh = {check.url for check in known(organisation, urls)}
    wanted = [url for url in urls if url not in fresh]
    if not wanted:
        return
    now = timezone.now()
    LinkCheck.objects.bulk_create(
        [LinkCheck(organisation=organisation, url=url, asked_at=now) for url in wanted],
        update_conflicts=True,
        unique_fields=["organisation", "url"],
        update_fields=["asked_at", "answer"],
    )
    app.configure_task(TASK, queue=QUEUE).defer(organisation=organisation.pk, urls=[*wanted])


def run_checks(organisation: int, urls: Collection[str]) -> None:
    """Ask for the addresses and keep the answers; the body of the job, safe to run again."""
    found = asyncio.run(check_links(urls, Rules(loopback=settings.CHECK_LOOPBACK)))
    for url, answer in found.items():
        LinkCheck.objects.filter(organisation=organisation, url=url).update(answer=answer)
