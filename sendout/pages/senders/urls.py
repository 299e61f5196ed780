"""Addresses of the senders' pages, below the organisation's."""

from __future__ import annotations

from django.urls import path

from sendout.pages.senders import edit, listing, trial

urlpatterns = [
    path("", listing.senders, name="senders"),
    path("add/<slug:channel>/<slug:kind>/", edit.add, name="sender_add"),
    path("<int:pk>/", edit.edit, name="sender"),
    path("<int:pk>/test/", trial.test, name="sender_test"),
    path("<int:pk>/default/", edit.default, name="sender_default"),
    path("<int:pk>/use/", edit.use, name="sender_use"),
]
