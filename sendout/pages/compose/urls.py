"""Addresses of the compose pages, below the organisation's."""

from __future__ import annotations

from django.urls import path

from sendout.pages.compose import (
    approval,
    audience,
    autosave,
    blocks,
    characters,
    check,
    cost,
    fixing,
    links,
    preview,
    reach,
    sending,
    warnings,
    write,
)

urlpatterns = [
    path("", write.new, name="compose_new"),
    path("save/", autosave.save_new, name="compose_save_new"),
    path("<int:pk>/save/", autosave.save, name="compose_save"),
    path("images/", blocks.image, name="compose_image"),
    path("convert/", blocks.converted, name="compose_convert"),
    path("live/", blocks.live, name="compose_live"),
    path("<int:pk>/live/", blocks.live, name="compose_live_of"),
    path("<int:pk>/", write.write, name="compose_write"),
    path("<int:pk>/audience/", audience.audience, name="compose_audience"),
    path("<int:pk>/audience/find/", audience.find, name="compose_find"),
    path("<int:pk>/audience/pick/", audience.pick, name="compose_pick"),
    path("<int:pk>/audience/drop/", audience.drop, name="compose_drop"),
    path("<int:pk>/check/", check.check, name="compose_check"),
    path("<int:pk>/reach/", reach.reach, name="compose_reach"),
    path("<int:pk>/reach/<int:participant>/<slug:channel>/", fixing.fix, name="compose_fix"),
    path("<int:pk>/cost/", cost.cost, name="compose_cost"),
    path("<int:pk>/links/", links.links, name="compose_links"),
    path("<int:pk>/warnings/", warnings.warnings, name="compose_warnings"),
    path("<int:pk>/plain/", characters.make_plain, name="compose_plain"),
    path("<int:pk>/preview/", preview.panel, name="compose_preview"),
    path("<int:pk>/preview/email/", preview.email, name="compose_preview_email"),
    path("<int:pk>/test/", sending.test, name="compose_test"),
    path("<int:pk>/send/", sending.send, name="compose_send"),
    path("<int:pk>/schedule/", sending.schedule, name="compose_schedule"),
    path("<int:pk>/unschedule/", sending.unschedule, name="compose_unschedule"),
    path("<int:pk>/approval/ask/", approval.ask, name="approval_ask"),
    path("<int:pk>/approval/withdraw/", approval.withdraw, name="approval_withdraw"),
    path("<int:pk>/approval/approve/", approval.approve, name="approval_approve"),
    path("<int:pk>/approval/return/", approval.send_back, name="approval_return"),
    path("<int:pk>/copy/", sending.copy, name="compose_copy"),
    path("<int:pk>/discard/", sending.discard, name="compose_discard"),
]
