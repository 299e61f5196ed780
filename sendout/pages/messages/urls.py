"""Addresses of the Messages pages, below the organisation's."""

from __future__ import annotations

from django.urls import path

from sendout.pages.messages import actions, export, listing, popup

urlpatterns = [
    path("", listing.messages, name="messages"),
    path("rows/", listing.rows, name="messages_rows"),
    path("<int:pk>/", popup.details, name="popup"),
    path("<int:pk>/live/", popup.live, name="popup_live"),
    path("<int:pk>/<str:channel>/rows/", popup.rows, name="popup_rows"),
    path("<int:pk>/<str:channel>/export/", export.deliveries, name="export_deliveries"),
    path("<int:pk>/delivery/<int:delivery>/", popup.delivery, name="delivery"),
    path("<int:pk>/pause/", actions.pause, name="sendout_pause"),
    path("<int:pk>/resume/", actions.resume, name="sendout_resume"),
    path("<int:pk>/cancel/", actions.cancel, name="sendout_cancel"),
]
