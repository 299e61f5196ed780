"""Every address of the web server."""

from django.urls import include, path

urlpatterns = [
    path("account/", include("allauth.urls")),
    path("", include("sendout.pages.urls")),
]
