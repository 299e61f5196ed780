"""Addresses of the settings, below the organisation's."""

from __future__ import annotations

from django.urls import path

from sendout.pages.settings import emails, members, organisation, prices, texts

urlpatterns = [
    path("", organisation.settings, name="settings"),
    path("emails/", emails.emails, name="settings_emails"),
    path("texts/", texts.texts, name="settings_texts"),
    path("prices/", prices.prices, name="prices"),
    path("prices/money/", prices.change_money, name="prices_money"),
    path("prices/add/", prices.add, name="price_add"),
    path("prices/export/", prices.export, name="prices_export"),
    path("prices/import/", prices.import_file, name="prices_import"),
    path("prices/<int:pk>/remove/", prices.remove, name="price_remove"),
    path("members/", members.members, name="members"),
    path("members/invite/", members.invite, name="member_invite"),
    path("members/invitations/<int:pk>/revoke/", members.revoke, name="invitation_revoke"),
    path("members/<int:pk>/role/", members.role, name="member_role"),
    path("members/<int:pk>/remove/", members.remove, name="member_remove"),
]
