"""Every page; the organisation's pages begin with its slug."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

from sendout.pages.finding import page as finding
from sendout.pages.messages import listing

app_name = "pages"

_of_organisation: list[URLPattern | URLResolver] = [
    path("", listing.front, name="organisation"),
    path("find/", finding.find, name="find"),
    path("messages/", include("sendout.pages.messages.urls")),
    path("closure/", include("sendout.pages.closure.urls")),
    path("compose/", include("sendout.pages.compose.urls")),
    path("templates/", include("sendout.pages.compose.template_urls")),
    path("", include("sendout.pages.people.urls")),
    path("senders/", include("sendout.pages.senders.urls")),
    path("bounces/", include("sendout.pages.bounces.urls")),
    path("outbox/", include("sendout.pages.outbox.urls")),
    path("not-received/", include("sendout.pages.not_received.urls")),
    path("replies/", include("sendout.pages.replies.urls")),
    path("unsubscribes/", include("sendout.pages.suppressions.urls")),
    path("schedule/", include("sendout.pages.schedule.urls")),
    path("settings/", include("sendout.pages.settings.urls")),
    path("usage/", include("sendout.pages.usage.urls")),
    path("workers/", include("sendout.pages.workers.urls")),
]

urlpatterns: list[URLPattern | URLResolver] = [
    path("o/<slug:organisation>/", include(_of_organisation)),
    path("", include("sendout.pages.settings.own_urls")),
    path("", include("sendout.pages.public.urls")),
    path("", include("sendout.pages.health.urls")),
]
