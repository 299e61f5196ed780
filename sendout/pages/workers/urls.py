"""Addresses of the Workers page, below the organisation's."""

from __future__ import annotations

from django.urls import path

from sendout.pages.workers import page

urlpatterns = [
    path("", page.workers, name="workers"),
    path("live/", page.live, name="workers_live"),
]
