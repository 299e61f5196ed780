"""Addresses that need no sign-in."""

from __future__ import annotations

from django.urls import path

from sendout.pages.public import invitation, unsubscribe

urlpatterns = [
    path("u/<str:token>/", unsubscribe.unsubscribe, name="unsubscribe"),
    path("invitation/<str:token>/", invitation.accept, name="invitation"),
]
