"""Addresses of the usage pages, below the organisation's."""

from __future__ import annotations

from django.urls import path

from sendout.pages.usage import page

urlpatterns = [
    path("", page.usage, name="usage"),
    path("export/", page.export, name="usage_export"),
    path("statement/", page.statement, name="usage_statement"),
]
