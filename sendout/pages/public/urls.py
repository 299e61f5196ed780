"""Addresses that need no sign-in."""

from __future__ import annotations

from django.urls import path

from sendout.pages.public import event, files, image, invitation, notifications

urlpatterns = [
    path("u/<str:token>/", notifications.notifications, name="notifications"),
    path("images/<slug:name>.<slug:ending>", image.image, name="image"),
    path("event/<slug:token>/<slug:event>.ics", event.event, name="event"),
    path("f/<str:token>/<int:file>/", files.download, name="file"),
    path("invitation/<str:token>/", invitation.accept, name="invitation"),
]
