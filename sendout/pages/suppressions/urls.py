"""Addresses of the Unsubscribes list, below the organisation's."""

from __future__ import annotations

from django.urls import path

from sendout.pages.suppressions import change, listing

urlpatterns = [
    path("", listing.suppressions, name="suppressions"),
    path("export/", listing.export, name="suppressions_export"),
    path("add/", change.add, name="suppression_add"),
    path("<int:pk>/lift/", change.lift, name="suppression_lift"),
]
