"""Every page; the organisation's pages begin with its slug."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

app_name = "pages"

_of_organisation: list[URLPattern | URLResolver] = [
    path("messages/", include("sendout.pages.messages.urls")),
    path("compose/", include("sendout.pages.compose.urls")),
]

urlpatterns: list[URLPattern | URLResolver] = [
    path("o/<slug:organisation>/", include(_of_organisation)),
]
