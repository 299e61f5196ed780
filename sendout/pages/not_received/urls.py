"""Addresses of "Did not get it?", below the organisation's."""

from __future__ import annotations

from django.urls import path

from sendout.pages.not_received import views

urlpatterns = [
    path("", views.find, name="not_received"),
    path("<int:pk>/", views.look, name="not_received_look"),
    path("<int:pk>/dns/", views.dns, name="not_received_dns"),
    path("delivery/<int:pk>/", views.of_delivery, name="not_received_delivery"),
]
