"""Addresses of the Outbox, below the organisation's."""

from __future__ import annotations

from django.urls import path

from sendout.pages.outbox import listing, mail

urlpatterns = [
    path("", listing.outbox, name="outbox"),
    path("<int:pk>/", mail.show, name="outbox_mail"),
    path("<int:pk>/html/", mail.html, name="outbox_html"),
    path("<int:pk>/raw/", mail.raw, name="outbox_raw"),
]
