"""Addresses to which services post what became of messages; each has a secret in it."""

from __future__ import annotations

from django.urls import path

from sendout.inbound.esp import view
from sendout.inbound.sms.view import sms

urlpatterns = [
    path("esp/<int:sender>/<str:secret>/", view.esp, name="esp_hook"),
    path("sms/<int:sender>/<str:secret>/", sms, name="sms_hook"),
    path("sms/<int:sender>/<str:secret>/<str:name>/", sms, name="sms_hook_of"),
]
