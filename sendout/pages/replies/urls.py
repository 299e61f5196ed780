"""Addresses of the Replies pages, below the organisation's."""

from __future__ import annotations

from django.urls import path

from sendout.pages.replies import conversation, forwarding, listing, review

urlpatterns = [
    path("", listing.conversations, name="replies"),
    path("unread/", listing.unread, name="replies_unread"),
    path("review/", review.queue, name="replies_review"),
    path("review/<int:pk>/list/", review.put_on_list, name="reply_list"),
    path("review/<int:pk>/dismiss/", review.dismiss, name="reply_dismiss"),
    path("forwarding/", forwarding.rules, name="forwarding"),
    path("forwarding/add/", forwarding.add, name="forwarding_add"),
    path("forwarding/<int:pk>/", forwarding.edit, name="forwarding_edit"),
    path("forwarding/<int:pk>/delete/", forwarding.delete, name="forwarding_delete"),
    path("<int:pk>/", conversation.show, name="conversation"),
    path("<int:pk>/thread/", conversation.thread, name="conversation_thread"),
    path("<int:pk>/answer/", conversation.answer, name="conversation_answer"),
    path("<int:pk>/assign/", conversation.assign, name="conversation_assign"),
    path("<int:pk>/done/", conversation.done, name="conversation_done"),
    path("<int:pk>/read/", conversation.read, name="conversation_read"),
]
