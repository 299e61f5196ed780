"""Addresses of the settings, below the organisation's."""

from __future__ import annotations

from django.urls import path

from sendout.pages.settings import members, organisation, texts

urlpatterns = [
    path("", organisation.settings, name="settings"),
    path("texts/", texts.texts, name="settings_texts"),
    path("members/", members.members, name="members"),
    path("members/invite/", members.invite, name="member_invite"),
    path("members/invitations/<int:pk>/revoke/", members.revoke, name="invitation_revoke"),
    path("members/<int:pk>/role/", members.role, name="member_role"),
    path("members/<int:pk>/remove/", members.remove, name="member_remove"),
]
