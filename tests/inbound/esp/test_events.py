"""What services tell becomes the right facts, and only bad addresses get on the list."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from sendout.deliveries.models import Event
from sendout.inbound.models import HookEvent
from sendout.inbound.waiting import take_in_due
from sendout.suppression.models import Suppression
from tests.inbound.esp import recorded as r
from tests.inbound.esp.conftest import Told

pytestmark = pytest.mark.django_db

UNKNOWN = "smtp;550 5.1.1 <dora@example.org>: user unknown"
FULL = "smtp;452 4.2.2 mailbox full"
POLICY = "550 5.7.1 rejected by policy"
READER = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"
URL = "https://club.example/register"
BAD, LEFT, SPAM, NOT = "bad_email", "unsubscribed", "complaint", ""

# service, how it tells, what that means: status, code, why the address is on the list
EVENTS: list[tuple[str, Callable[..., Any], tuple[Any, ...], str, str, str]] = [
    ("postmark", r.postmark, ("Delivery",), "delivered", "", NOT),
    ("postmark", r.postmark_bounce, ("HardBounce", UNKNOWN), "bounced", "5.1.1", BAD),
    ("postmark", r.postmark_bounce, ("HardBounce", "gone"), "bounced", "5.1.1", BAD),
    ("postmark", r.postmark_bounce, ("HardBounce", POLICY), "bounced", "5.7.1", NOT),
    ("postmark", r.postmark_bounce, ("SoftBounce", UNKNOWN), "bounced", "5.1.1", NOT),
    ("postmark", r.postmark_bounce, ("SoftBounce", "too busy"), "bounced", "4.4.7", NOT),
    ("postmark", r.postmark_bounce, ("Transient", FULL), "sent", "4.2.2", NOT),
    ("postmark", r.postmark_bounce, ("AutoResponder", "away"), "sent", "", NOT),
    ("postmark", r.postmark_bounce, ("Blocked", ""), "bounced", "5.7.1", NOT),
    ("postmark", r.postmark, ("SpamComplaint",), "complained", "", SPAM),
    ("mailgun", r.mailgun, ("delivered",), "delivered", "", NOT),
    (
        "mailgun",
        r.mailgun_failed,
        ("permanent", "bounce", UNKNOWN),
        "bounced",
        "5.1.1",
        BAD,
    ),
    ("mailgun", r.mailgun_failed, ("permanent", "bounce", POLICY), "bounced", "5.7.1", NOT),
    (
        "mailgun",
        r.mailgun_failed,
        ("permanent", "suppress-complaint", "Not delivering to a complainer"),
        "bounced",
        "5.7.1",
        NOT,
    ),
    ("mailgun", r.mailgun_failed, ("permanent", "old", "Too old"), "bounced", "4.4.7", NOT),
    ("mailgun", r.mailgun_failed, ("temporary", "generic", FULL), "sent", "4.2.2", NOT),
    ("mailgun", r.mailgun, ("complained",), "complained", "", SPAM),
    ("mailgun", r.mailgun, ("unsubscribed",), "sent", "", LEFT),
    ("sendgrid", r.sendgrid, ("delivered",), "delivered", "", NOT),
    ("sendgrid", r.sendgrid, ("processed",), "sent", "", NOT),
    ("sendgrid", r.sendgrid, ("deferred",), "sent", "4.0.0", NOT),
    ("sendgrid", r.sendgrid, ("spamreport",), "complained", "", SPAM),
    ("sendgrid", r.sendgrid, ("group_unsubscribe",), "sent", "", LEFT),
    ("brevo", r.brevo, ("request",), "sent", "", NOT),
    ("brevo", r.brevo, ("delivered",), "delivered", "", NOT),
    ("brevo", r.brevo, ("hard_bounce",), "bounced", "5.1.1", BAD),
    ("brevo", r.brevo, ("soft_bounce",), "bounced", "4.4.7", NOT),
    ("brevo", r.brevo, ("invalid_email",), "bounced", "5.1.3", BAD),
    ("brevo", r.brevo, ("blocked",), "bounced", "5.7.1", NOT),
    ("brevo", r.brevo, ("deferred",), "sent", "4.0.0", NOT),
    ("brevo", r.brevo, ("spam",), "complained", "", SPAM),
    ("brevo", r.brevo, ("unsubscribed",), "sent", "", LEFT),
    ("brevo", r.brevo, ("unique_opened",), "opened", "", NOT),
    ("brevo", r.brevo, ("unique_proxy_open",), "sent", "", NOT),
    ("mailjet", r.mailjet, ("sent",), "delivered", "", NOT),
    ("mailjet", r.mailjet_bounce, (True, "user unknown", ""), "bounced", "5.1.1", BAD),
    ("mailjet", r.mailjet_bounce, (True, "no mail host", ""), "bounced", "5.1.2", BAD),
    ("mailjet", r.mailjet_bounce, (False, "quota exceeded", ""), "bounced", "4.2.2", NOT),
    ("mailjet", r.mailjet_bounce, (False, "", "odd"), "bounced", "4.4.7", NOT),
    ("mailjet", r.mailjet_bounce, (False, "greylisted", ""), "sent", "4.0.0", NOT),
    ("mailjet", r.mailjet, ("spam",), "complained", "", SPAM),
    ("sparkpost", r.sparkpost, ("injection",), "sent", "", NOT),
    ("sparkpost", r.sparkpost, ("delivery",), "delivered", "", NOT),
    ("sparkpost", r.sparkpost, ("list_unsubscribe",), "sent", "", LEFT),
    ("sparkpost", r.sparkpost, ("spam_complaint",), "complained", "", SPAM),
    ("mailersend", r.mailersend, ("delivered",), "delivered", "", NOT),
    ("mailersend", r.mailersend, ("hard_bounced",), "bounced", "5.1.1", BAD),
    ("mailersend", r.mailersend, ("soft_bounced",), "bounced", "4.4.7", NOT),
    ("mailersend", r.mailersend, ("spam_complaint",), "complained", "", SPAM),
    ("resend", r.resend, ("delivered",), "delivered", "", NOT),
    ("resend", r.resend, ("delivery_delayed",), "sent", "4.0.0", NOT),
    ("resend", r.resend_bounce, ("Permanent", "General", "No such user"), "bounced", "5.1.1", BAD),
    (
        "resend",
        r.resend_bounce,
        ("Permanent", "OnAccountSuppressionList", ""),
        "bounced",
        "5.7.1",
        NOT,
    ),
    ("resend", r.resend_bounce, ("Transient", "MailboxFull", ""), "bounced", "4.2.2", NOT),
    ("resend", r.resend, ("suppressed",), "bounced", "5.7.1", NOT),
    ("resend", r.resend, ("complained",), "complained", "", SPAM),
    ("mandrill", r.mandrill, ("send",), "sent", "", NOT),
    ("mandrill", r.mandrill, ("deferral",), "sent", "4.0.0", NOT),
    (
        "mandrill",
        r.mandrill,
        ("hard_bounce", {"diag": UNKNOWN, "bounce_description": "bad_mailbox"}),
        "bounced",
        "5.1.1",
        BAD,
    ),
    (
        "mandrill",
        r.mandrill,
        ("soft_bounce", {"diag": FULL, "bounce_description": "mailbox_full"}),
        "bounced",
        "4.2.2",
        NOT,
    ),
    ("mandrill", r.mandrill, ("reject",), "bounced", "5.7.1", NOT),
    ("mandrill", r.mandrill, ("spam",), "complained", "", SPAM),
    ("mandrill", r.mandrill, ("unsub",), "sent", "", LEFT),
    ("amazon_ses", r.amazon_bounce, ("Permanent", "General", UNKNOWN), "bounced", "5.1.1", BAD),
    ("amazon_ses", r.amazon_bounce, ("Permanent", "NoEmail", ""), "bounced", "5.1.1", BAD),
    (
        "amazon_ses",
        r.amazon_bounce,
        ("Permanent", "OnAccountSuppressionList", ""),
        "bounced",
        "5.7.1",
        NOT,
    ),
    ("amazon_ses", r.amazon_bounce, ("Transient", "General", "away"), "sent", "4.0.0", NOT),
    ("amazon_ses", r.amazon_bounce, ("Transient", "MailboxFull", FULL), "bounced", "4.2.2", NOT),
]
# events whose raw form needs more words
FURTHER: list[tuple[str, Callable[..., Any], tuple[str, ...], dict[str, Any], str, str, str]] = [
    (
        "sendgrid",
        r.sendgrid,
        ("bounce",),
        {"type": "bounce", "reason": UNKNOWN},
        "bounced",
        "5.1.1",
        BAD,
    ),
    (
        "sendgrid",
        r.sendgrid,
        ("bounce",),
        {"type": "blocked", "reason": POLICY},
        "bounced",
        "5.7.1",
        NOT,
    ),
    ("sendgrid", r.sendgrid, ("dropped",), {"reason": "Bounced Address"}, "bounced", "5.1.1", BAD),
    (
        "sendgrid",
        r.sendgrid,
        ("dropped",),
        {"reason": "Unsubscribed Address"},
        "bounced",
        "5.7.1",
        NOT,
    ),
    (
        "sendgrid",
        r.sendgrid,
        ("open",),
        {"sg_machine_open": True, "useragent": READER},
        "sent",
        "",
        NOT,
    ),
    (
        "sendgrid",
        r.sendgrid,
        ("open",),
        {"sg_machine_open": False, "useragent": READER},
        "opened",
        "",
        NOT,
    ),
    ("sendgrid", r.sendgrid, ("click",), {"url": URL, "useragent": READER}, "clicked", "", NOT),
    ("sendgrid", r.sendgrid, ("click",), {"url": URL, "useragent": "Barracuda"}, "sent", "", NOT),
    (
        "sparkpost",
        r.sparkpost,
        ("bounce",),
        {"bounce_class": "10", "raw_reason": UNKNOWN},
        "bounced",
        "5.1.1",
        BAD,
    ),
    (
        "sparkpost",
        r.sparkpost,
        ("bounce",),
        {"bounce_class": "22", "raw_reason": FULL},
        "bounced",
        "4.2.2",
        NOT,
    ),
    ("sparkpost", r.sparkpost, ("out_of_band",), {"bounce_class": "30"}, "bounced", "5.1.1", BAD),
    ("sparkpost", r.sparkpost, ("bounce",), {"bounce_class": "60"}, "sent", "", NOT),
    (
        "sparkpost",
        r.sparkpost,
        ("delay",),
        {"bounce_class": "10", "raw_reason": FULL},
        "sent",
        "4.2.2",
        NOT,
    ),
    (
        "mailgun",
        r.mailgun,
        ("opened",),
        {"client-info": {"user-agent": READER, "bot": ""}},
        "opened",
        "",
        NOT,
    ),
    ("mailgun", r.mailgun, ("opened",), {"client-info": {"bot": "apple"}}, "sent", "", NOT),
    (
        "amazon_ses",
        r.amazon_ses,
        ("Delivery",),
        {"delivery": {"recipients": [r.TO]}},
        "delivered",
        "",
        NOT,
    ),
    (
        "amazon_ses",
        r.amazon_ses,
        ("DeliveryDelay",),
        {"deliveryDelay": {"delayType": "x"}},
        "sent",
        "4.0.0",
        NOT,
    ),
    (
        "amazon_ses",
        r.amazon_ses,
        ("Complaint",),
        {
            "complaint": {
                "complainedRecipients": [{"emailAddress": r.TO}],
                "complaintFeedbackType": "abuse",
            }
        },
        "complained",
        "",
        SPAM,
    ),
    (
        "postmark",
        r.postmark,
        ("SubscriptionChange",),
        {"SuppressSending": True, "SuppressionReason": "ManualSuppression", "Origin": "Recipient"},
        "sent",
        "",
        LEFT,
    ),
    (
        "postmark",
        r.postmark,
        ("SubscriptionChange",),
        {"SuppressSending": True, "SuppressionReason": "HardBounce", "Origin": "Recipient"},
        "sent",
        "",
        NOT,
    ),
]
ALL = [(*event[:3], {}, *event[3:]) for event in EVENTS] + FURTHER


@pytest.mark.parametrize(
    ("service", "make", "args", "more", "status", "code", "listed"),
    ALL,
    ids=[f"{e[0]}-{'-'.join(map(str, e[2]))}-{e[4]}-{n}"[:60] for n, e in enumerate(ALL)],
)
def test_an_event_becomes_its_fact(
    told: Callable[[str], Told],
    *,
    service: str,
    make: Callable[..., Any],
    args: tuple[Any, ...],
    more: dict[str, Any],
    status: str,
    code: str,
    listed: str,
) -> None:
    world = told(service)
    assert world.post(world.made(make, *args, **more)) == 200
    take_in_due()
    world.delivery.refresh_from_db()
    assert (world.delivery.status, world.delivery.error_code) == (status, code)
    assert [str(entry.reason) for entry in Suppression.objects.all()] == (
        [listed] if listed else []
    )
    assert not HookEvent.objects.exists()


@pytest.mark.parametrize("service", sorted(r.POST))
def test_the_time_is_the_services(told: Callable[[str], Told], service: str) -> None:
    world = told(service)
    makes: dict[str, tuple[Any, ...]] = {
        "amazon_ses": (r.amazon_bounce, "Permanent", "General", UNKNOWN),
        "brevo": (r.brevo, "hard_bounce"),
        "mailersend": (r.mailersend, "hard_bounced"),
        "mailgun": (r.mailgun_failed, "permanent", "bounce", UNKNOWN),
        "mailjet": (r.mailjet_bounce, True, "user unknown", ""),
        "mandrill": (r.mandrill, "hard_bounce"),
        "postmark": (r.postmark_bounce, "HardBounce", UNKNOWN),
        "resend": (r.resend_bounce, "Permanent", "General", ""),
        "sendgrid": (r.sendgrid, "dropped"),
        "sparkpost": (r.sparkpost, "out_of_band"),
    }
    world.post(world.made(*makes[service]))
    take_in_due()
    world.delivery.refresh_from_db()
    assert world.delivery.bounced_at is not None
    assert abs(world.delivery.bounced_at - world.at) < timedelta(seconds=1)


@pytest.mark.parametrize("service", sorted(r.POST))
def test_an_event_told_again_is_the_same_one(told: Callable[[str], Told], service: str) -> None:
    world = told(service)
    makes: dict[str, tuple[Any, ...]] = {
        "amazon_ses": (r.amazon_bounce, "Permanent", "General", UNKNOWN),
        "mailjet": (r.mailjet, "sent"),
        "postmark": (r.postmark, "Delivery"),
        "mandrill": (r.mandrill, "hard_bounce"),
        "sparkpost": (r.sparkpost, "delivery"),
    }
    make, *args = makes.get(service, (getattr(r, service), "delivered"))
    post = world.made(make, *args)
    assert [world.post(post) for _ in range(3)] == [200, 200, 200]
    take_in_due()
    world.post(post)
    take_in_due()
    assert Event.objects.filter(delivery=world.delivery.pk).count() == 1
