"""Every address of the web server."""

from django.urls import include, path

handler400 = "sendout.pages.refusals.bad_request"
urlpatterns = [
    path("account/", include("allauth.urls")),
    path("hooks/", include("sendout.inbound.urls")),
    path("", include("sendout.pages.urls")),
]
