"""Addresses of the templates, below the organisation's."""

from __future__ import annotations

from django.urls import path

from sendout.pages.compose import templates

urlpatterns = [
    path("", templates.listing, name="templates"),
    path("ready/<slug:key>/use/", templates.use_ready, name="template_use_ready"),
    path("keep/<int:pk>/", templates.keep, name="template_keep"),
    path("<int:pk>/use/", templates.use, name="template_use"),
    path("<int:pk>/rename/", templates.rename, name="template_rename"),
    path("<int:pk>/delete/", templates.delete, name="template_delete"),
]
