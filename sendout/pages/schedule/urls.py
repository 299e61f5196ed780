"""Addresses of the schedule's pages, below the organisation's."""

from __future__ import annotations

from django.urls import path

from sendout.pages.schedule import calendars, closed, files, month, repeats, sessions

urlpatterns = [
    path("", month.month, name="schedule"),
    path("sessions/", sessions.sessions, name="sessions"),
    path("sessions/<int:pk>/", sessions.session, name="session"),
    path("sessions/<int:pk>/call-off/", sessions.call_off, name="session_call_off"),
    path("sessions/<int:pk>/tell/", sessions.tell_reminded, name="session_tell"),
    path("calendars/", calendars.calendars, name="calendars"),
    path("calendars/<int:pk>/", calendars.calendar, name="calendar"),
    path("calendars/<int:pk>/live/", calendars.live, name="calendar_live"),
    path("calendars/<int:pk>/fetch/", calendars.fetch, name="calendar_fetch"),
    path("calendars/<int:pk>/delete/", calendars.delete, name="calendar_delete"),
    path("calendars/<int:pk>/rules/", calendars.add_rule, name="calendar_rule_add"),
    path(
        "calendars/<int:pk>/rules/<int:rule>/remove/",
        calendars.remove_rule,
        name="calendar_rule_remove",
    ),
    path("repeats/", repeats.repeats, name="repeats"),
    path("repeats/new/", repeats.new, name="repeat_new"),
    path("repeats/<int:pk>/", repeats.series, name="series"),
    path("repeats/<int:pk>/save/", repeats.save, name="series_save"),
    path("repeats/<int:pk>/start/", repeats.step, {"to": "start"}, name="series_start"),
    path("repeats/<int:pk>/pause/", repeats.step, {"to": "pause"}, name="series_pause"),
    path("repeats/<int:pk>/resume/", repeats.step, {"to": "resume"}, name="series_resume"),
    path("repeats/<int:pk>/end/", repeats.step, {"to": "end"}, name="series_end"),
    path("closed/", closed.closed_days, name="closed_days"),
    path("closed/<int:pk>/remove/", closed.remove, name="closed_day_remove"),
    path("import/", files.upload, name="schedule_upload"),
    path("import/<int:pk>/", files.check, name="schedule_check"),
    path("import/<int:pk>/run/", files.run, name="schedule_run"),
    path("import/<int:pk>/delete/", files.delete, name="schedule_delete"),
]
