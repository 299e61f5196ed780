"""Addresses to which services post what became of messages; each has a secret in it."""

from __future__ import annotations

from django.urls import path

from sendout.inbound.esp import view

urlpatterns = [
    path("esp/<int:sender>/<str:secret>/", view.esp, name="esp_hook"),
]
