"""Addresses of the Unsubscribes list, below the organisation's."""

from __future__ import annotations

from django.urls import path

from sendout.pages.suppressions import (
    change,
    checking,
    correct,
    history,
    imports,
    listing,
    missed,
)

urlpatterns = [
    path("", listing.suppressions, name="suppressions"),
    path("counts/", listing.counts, name="suppressions_counts"),
    path("export/", listing.export, name="suppressions_export"),
    path("history/", history.history, name="suppressions_history"),
    path("add/", change.add, name="suppression_add"),
    path("<int:pk>/lift/", change.lift, name="suppression_lift"),
    path("<int:pk>/correct/", correct.of_entry, name="suppression_correct"),
    path("missed/<str:channel>/", missed.missed, name="missed"),
    path("imports/", imports.imports, name="list_imports"),
    path("imports/upload/", imports.upload, name="list_upload"),
    path("imports/<int:pk>/read/", imports.read, name="list_read"),
    path("imports/<int:pk>/", checking.check, name="list_check"),
    path("imports/<int:pk>/live/", checking.live, name="list_live"),
    path("imports/<int:pk>/run/", checking.run, name="list_run"),
    path("imports/<int:pk>/report/", checking.report, name="list_report"),
    path("imports/<int:pk>/undo/", imports.undo, name="list_undo"),
    path("imports/<int:pk>/delete/", imports.delete, name="list_delete"),
]
