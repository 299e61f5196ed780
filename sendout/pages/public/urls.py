"""Addresses that need no sign-in."""

from __future__ import annotations

from django.urls import path

from sendout.pages.public import invitation, notifications

urlpatterns = [
    path("u/<str:token>/", notifications.notifications, name="notifications"),
    path("invitation/<str:token>/", invitation.accept, name="invitation"),
]
