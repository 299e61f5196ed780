"""Addresses of the Messages pages, below the organisation's."""

from __future__ import annotations

from django.urls import path

from sendout.pages.closure import board
from sendout.pages.messages import actions, again, export, listing, popup, report, signed
from sendout.pages.suppressions import correct

urlpatterns = [
    path("", listing.messages, name="messages"),
    path("rows/", listing.rows, name="messages_rows"),
    path("<int:pk>/", popup.details, name="popup"),
    path("<int:pk>/live/", popup.live, name="popup_live"),
    path("<int:pk>/<str:channel>/rows/", popup.rows, name="popup_rows"),
    path("<int:pk>/<str:channel>/export/", export.deliveries, name="export_deliveries"),
    path("<int:pk>/<str:channel>/report/", report.report, name="report"),
    path("<int:pk>/<str:channel>/report/retry/", report.retry, name="report_retry"),
    path("<int:pk>/<str:channel>/report/resend/", report.resend, name="report_resend"),
    path("<int:pk>/signed-report/", signed.signed, name="signed_report"),
    path(
        "<int:pk>/signed-report/<int:report>/<str:kind>/",
        signed.file,
        name="signed_report_file",
    ),
    path("<int:pk>/correction/", actions.correction, name="sendout_correction"),
    path("<int:pk>/delivery/<int:delivery>/", popup.delivery, name="delivery"),
    path("<int:pk>/delivery/<int:delivery>/correct/", correct.of_delivery, name="delivery_correct"),
    path("<int:pk>/again/", again.again, name="sendout_again"),
    path("<int:pk>/board/", board.board, name="board"),
    path("<int:pk>/board/live/", board.live, name="board_live"),
    path("<int:pk>/board/called/", board.called, name="board_called"),
    path("<int:pk>/board/calls/", board.calls, name="calls"),
    path("<int:pk>/board/calls/file/", board.calls_file, name="calls_file"),
    path("<int:pk>/sms/send/", actions.send_sms, name="sendout_sms_send"),
    path("<int:pk>/sms/call-off/", actions.call_off_sms, name="sendout_sms_call_off"),
    path("<int:pk>/pause/", actions.pause, name="sendout_pause"),
    path("<int:pk>/resume/", actions.resume, name="sendout_resume"),
    path("<int:pk>/cancel/", actions.cancel, name="sendout_cancel"),
]
