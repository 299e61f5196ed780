"""Addresses of the bounces' pages, below the organisation's."""

from __future__ import annotations

from django.urls import path

from sendout.pages.bounces import listing, mail, mailbox

urlpatterns = [
    path("", listing.bounces, name="bounces"),
    path("mailboxes/add/<slug:protocol>/", mailbox.add, name="mailbox_add"),
    path("mailboxes/<int:pk>/", mailbox.edit, name="mailbox"),
    path("mailboxes/<int:pk>/test/", mailbox.test, name="mailbox_test"),
    path("mailboxes/<int:pk>/use/", mailbox.use, name="mailbox_use"),
    path("mailboxes/<int:pk>/delete/", mailbox.delete, name="mailbox_delete"),
    path("mail/<int:pk>/", mail.show, name="returned_mail"),
    path("mail/<int:pk>/raw/", mail.raw, name="returned_raw"),
    path("mail/<int:pk>/again/", mail.again, name="returned_again"),
    path("mail/<int:pk>/believe/", mail.believe, name="returned_believe"),
    path("mail/<int:pk>/delete/", mail.delete, name="returned_delete"),
]
