"""A page with nothing on it but who has signed in: what any page of Django costs."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import include, path

from sendout.pages.access import signed_in

PLACE = "hello/"


@signed_in
def hello(request: HttpRequest) -> HttpResponse:
    """Greet the member, on a page of our own so that session and user are read."""
    return HttpResponse(f"<p>Hello {request.user}</p>")


urlpatterns = [path(PLACE, hello), path("", include("sendout.urls"))]
