"""Replies go on to the staff, by the rules of the organisation."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from datetime import datetime, time, timedelta

from sendout.core.message.replies import Asked
from sendout.people.models import Participant
from sendout.replies.hours import Hours
from sendout.replies.keeping import whole_conversation
from sendout.replies.models import Conversation, ForwardRule, Outgoing, Reply
from sendout.replies.sending import AT_ONCE, Target, When, send_to_one, told_since
from sendout.replies.staff import is_staff_phone
from sendout.replies.wording import CLOSED, forward_body, forward_subject, forward_text, people_of
from sendout.senders.models import Channel
from sendout.senders.sharing import has_number
from sendout.sendouts.lifecycle import NotPossible
from sendout.sendouts.models import Kind
from sendout.suppression.entries import stops

logger = logging.getLogger(__name__)

MOST_AN_HOUR = 30  # forwards of one conversation; more is a machine that answers


def forward(reply: Reply, now: datetime) -> None:
    """Send a copy to whoever the rules name, and say so where the office is closed."""
    if stays_here(reply):
        return
    conversation = whole_conversation(reply)
    people = people_of(conversation)
    rules = rules_for(reply, people)
    reply.trouble = _send_copies(reply, conversation, people, rules, now)
    if reply.trouble:
        reply.save(update_fields=["trouble"])
    _say_closed(reply, conversation, rules, now)


def rules_for(reply: Reply, people: Sequence[Participant]) -> list[ForwardRule]:
    """Give the rules that count: those of the send-out, else of the people's groups, else all's."""
    rules = ForwardRule.objects.filter(organisation=reply.organisation, active=True).order_by("pk")
    sendout = reply.delivery.sendout if reply.delivery else None
    asked = {sendout.pk, sendout.origin_id} if sendout else set()
    own = [rule for rule in rules if rule.sendout_id and rule.sendout_id in asked]
    if own:
        return own
    grouped = rules.filter(group__participants__in=people, sendout=None).distinct()
    return list(grouped) or [r for r in rules if not r.sendout_id and not r.group_id]


def stays_here(reply: Reply) -> bool:
    """Tell whether a reply goes on to nobody, since it might go in a circle.

    Such are: what answers a forward, what comes from a number of the organisation, and what the
    staff's phones say that answers nothing. What a parent who works here answers to the news is
    for the others as any other parent's.
    """
    if has_number(reply.organisation, reply.phone):
        return True
    if reply.delivery is not None:
        return reply.delivery.sendout.kind == Kind.FORWARD
    return is_staff_phone(reply.organisation, reply.phone)


def hours_of(rule: ForwardRule) -> Hours:
    """Give when the office of a rule is open."""
    opens, closes = rule.opens or time(), rule.closes or time.max
    return Hours(frozenset(rule.days), opens, closes, rule.organisation.zone)


def _send_copies(
    reply: Reply,
    conversation: Conversation,
    people: list[Participant],
    rules: Sequence[ForwardRule],
    now: datetime,
) -> str:
    """Send each phone and mailbox one copy, however many rules name it; say why some got none."""
    made = Outgoing.objects.filter(conversation=conversation, sendout__kind=Kind.FORWARD)
    if rules and made.filter(created_at__gt=now - timedelta(hours=1)).count() >= MOST_AN_HOUR:
        return "Not forwarded: too many came from this phone in an hour."
    troubles = []
    for target, when in _targets(reply, rules, now):
        html = None
        if target.channel == Channel.EMAIL:
            html = forward_subject(reply, people), forward_body(reply, people)
        try:
            send_to_one(
                conversation,
                Kind.FORWARD,
                target,
                forward_text(reply, people),
                html=html,
                reply=reply,
                sender=reply.sender if target.channel == Channel.SMS else None,
                when=when,
            )
        except NotPossible as refusal:
            troubles.append(f"Not forwarded to {target.address}. {refusal}")
    return " ".join(troubles)


def _targets(
    reply: Reply, rules: Sequence[ForwardRule], now: datetime
) -> Iterator[tuple[Target, When]]:
    """Give phones and mailboxes, each once; phones are left in peace until the office opens."""
    for phone, opening in _phones(reply, rules, now).items():
        yield Target(Channel.SMS, phone), When(opening if opening > now else None)
    for mailbox in dict.fromkeys(box for rule in rules for box in rule.mailboxes):
        yield Target(Channel.EMAIL, mailbox), AT_ONCE


def _phones(reply: Reply, rules: Sequence[ForwardRule], now: datetime) -> dict[str, datetime]:
    """Give the phones, and when each may be disturbed: by the rule that lets it be soonest."""
    found: dict[str, datetime] = {}
    for rule in rules:
        opening = hours_of(rule).opens_next(now)
        for phone in rule.phones:
            if phone != reply.phone:
                found[phone] = min(opening, found.get(phone, opening))
    return found


def _say_closed(
    reply: Reply, conversation: Conversation, rules: Sequence[ForwardRule], now: datetime
) -> None:
    """Answer that nobody is there, once in a conversation while it is closed."""
    closed = [rule for rule in rules if rule.away and not hours_of(rule).open_at(now)]
    if not closed or reply.asked != Asked.REPLY.value or reply.at < now - timedelta(hours=1):
        return
    since = min(hours_of(closed[0]).closed_since(now), now - timedelta(hours=1))
    if told_since(conversation, CLOSED, since):
        return
    if stops(reply.organisation, Channel.SMS, reply.phone, "operational"):
        return
    try:
        send_to_one(
            conversation,
            Kind.NOTICE,
            Target(Channel.SMS, reply.phone),
            closed[0].away,
            reply=reply,
            sender=reply.sender,
            automatic=CLOSED,
            when=When(not_after=hours_of(closed[0]).opens_next(now)),
        )
    except NotPossible as refusal:
        logger.warning("no automatic answer to reply %s: %s", reply.pk, refusal)
