"""Addresses of a person who signed in, outside of any organisation."""

from __future__ import annotations

from django.urls import path

from sendout.pages.settings import own

urlpatterns = [
    path("", own.home, name="home"),
    path("profile/", own.profile, name="profile"),
    path("language/", own.language, name="language"),
]
