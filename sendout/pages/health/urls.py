"""Addresses of the watchers' doors; no organisation is in them."""

from __future__ import annotations

from django.urls import path

from sendout.pages.health import figures, ready

urlpatterns = [
    path("healthz", ready.healthz, name="healthz"),
    path("readyz", ready.readyz, name="readyz"),
    path("metrics", figures.metrics, name="metrics"),
]
