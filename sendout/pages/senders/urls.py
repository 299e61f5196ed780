"""Addresses of the senders' pages, below the organisation's."""

from __future__ import annotations

from django.urls import path

from sendout.pages.senders import dkim, domains, edit, listing, trial

urlpatterns = [
    path("", listing.senders, name="senders"),
    path("add/<slug:channel>/<slug:kind>/", edit.add, name="sender_add"),
    path("<int:pk>/", edit.edit, name="sender"),
    path("<int:pk>/test/", trial.test, name="sender_test"),
    path("<int:pk>/dkim/", dkim.dkim, name="sender_dkim"),
    path("<int:pk>/dkim/switch/", dkim.switch, name="sender_dkim_switch"),
    path("<int:pk>/domains/", domains.limits, name="sender_domains"),
    path("<int:pk>/domains/reopen/", domains.reopen, name="sender_domain_reopen"),
    path("<int:pk>/hook/", edit.renew_hook, name="sender_hook"),
    path("<int:pk>/default/", edit.default, name="sender_default"),
    path("<int:pk>/use/", edit.use, name="sender_use"),
]
