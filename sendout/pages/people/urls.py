"""Addresses of the people's pages, below the organisation's."""

from __future__ import annotations

from django.urls import path

from sendout.pages.people import checking, edit, family, groups, imports, listing, members, one

urlpatterns = [
    path("participants/", listing.participants, name="participants"),
    path("participants/rows/", listing.rows, name="participants_rows"),
    path("participants/export/", listing.export, name="participants_export"),
    path("participants/add/", edit.add, name="participant_add"),
    path("participants/<int:pk>/", one.participant, name="participant"),
    path("participants/<int:pk>/edit/", edit.edit, name="participant_edit"),
    path("participants/<int:pk>/family/find/", family.find, name="family_find"),
    path("participants/<int:pk>/family/join/", family.join, name="family_join"),
    path("participants/<int:pk>/family/part/", family.part, name="family_part"),
    path("groups/", groups.groups, name="groups"),
    path("groups/<int:pk>/", groups.group, name="group"),
    path("groups/<int:pk>/rename/", groups.rename, name="group_rename"),
    path("groups/<int:pk>/delete/", groups.delete, name="group_delete"),
    path("groups/<int:pk>/find/", members.find, name="group_find"),
    path("groups/<int:pk>/add/", members.add, name="group_add"),
    path("groups/<int:pk>/remove/", members.remove, name="group_remove"),
    path("imports/", imports.imports, name="imports"),
    path("imports/upload/", imports.upload, name="import_upload"),
    path("imports/<int:pk>/columns/", imports.columns, name="import_map"),
    path("imports/<int:pk>/", checking.check, name="import_check"),
    path("imports/<int:pk>/live/", checking.live, name="import_live"),
    path("imports/<int:pk>/run/", checking.run, name="import_run"),
    path("imports/<int:pk>/delete/", imports.delete, name="import_delete"),
    path("imports/<int:pk>/report/", checking.report, name="import_report"),
]
