"""Addresses of the closure pages; the board stands below its message."""

from __future__ import annotations

from django.urls import path

from sendout.pages.closure import telling

urlpatterns = [
    path("", telling.closure, name="closure"),
    path("<int:pk>/", telling.check, name="closure_check"),
    path("<int:pk>/send/", telling.send, name="closure_send"),
]
