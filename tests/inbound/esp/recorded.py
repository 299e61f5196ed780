"""Requests as email services post them, written by hand after their public documents.

Each function gives what a service posts for an event of a message with this reference, at this
time. Headers and signatures are made by `signed`.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

TO = "dora@example.org"
KEY = "a key that only the service and we know"
SVIX = "whsec_" + base64.b64encode(KEY.encode()).decode()
EC_KEY = ec.generate_private_key(ec.SECP256R1())
EC_PUBLIC = base64.b64encode(
    EC_KEY.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
).decode()

Raw = dict[str, Any]


@dataclass(frozen=True)
class Post:
    """A request: its body, and its headers as Django's client takes them."""

    body: bytes
    kind: str = "application/json"
    headers: dict[str, str] = field(default_factory=dict)


def epoch(at: datetime) -> int:
    return int(at.timestamp())


def zulu(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"


# https://postmarkapp.com/developer/webhooks/webhooks-overview


def postmark(reference: str, at: datetime, record: str, **more: Any) -> Raw:
    when = {"Delivery": "DeliveredAt", "Bounce": "BouncedAt", "SpamComplaint": "BouncedAt"}
    return {
        "RecordType": record,
        "ServerID": 23,
        "MessageStream": "broadcast",
        "MessageID": "883953f4-6105-42a2-a16a-77a8eac79483",
        "Recipient": TO,
        "Email": TO,
        "Tag": "",
        when.get(record, "ReceivedAt"): at.strftime("%Y-%m-%dT%H:%M:%S.%f") + "7Z",
        "Metadata": {"sendout": reference},
        **more,
    }


def postmark_bounce(reference: str, at: datetime, type_: str, details: str) -> Raw:
    more = {"ID": 4323372036854775807, "Type": type_, "TypeCode": 1, "Name": type_}
    said = {"Description": "The server was unable to deliver your message.", "Details": details}
    return postmark(reference, at, "Bounce", **more, **said, Inactive=True, CanActivate=True)


# https://documentation.mailgun.com/docs/mailgun/user-manual/events/event-structure/


def mailgun(reference: str, at: datetime, event: str, **more: Any) -> Raw:
    return {
        "event-data": {
            "id": "CPgfbmQMTCKtHW6uIWtuVe",
            "timestamp": at.timestamp(),
            "log-level": "info",
            "event": event,
            "message": {
                "headers": {
                    "to": TO,
                    "message-id": "20261123100000.1.AB@mg.club.example",
                    "from": "office@club.example",
                    "subject": "Pool closed",
                },
                "attachments": [],
                "size": 3412,
            },
            "recipient": TO,
            "recipient-domain": "example.org",
            "tags": [],
            "user-variables": {"sendout": reference},
            **more,
        }
    }


def mailgun_failed(reference: str, at: datetime, severity: str, reason: str, message: str) -> Raw:
    status = {"attempt-no": 1, "message": message, "code": 550, "description": "", "tls": True}
    more = {"severity": severity, "reason": reason, "delivery-status": status}
    return mailgun(reference, at, "failed", **more)


# https://www.twilio.com/docs/sendgrid/for-developers/tracking-events/event


def sendgrid(reference: str, at: datetime, event: str, **more: Any) -> Raw:
    return {
        "email": TO,
        "timestamp": epoch(at),
        "smtp-id": "<14c5d75ce93.dfd.64b469@ismtpd-555>",
        "event": event,
        "sg_event_id": f"rWVYmVk90MjZJ9iohOBa{event}",
        "sg_message_id": "14c5d75ce93.dfd.64b469.filter0001.16648.5515E0B88.0",
        "anymail_id": "3d3b7a4c-0c2c-4d6c-a5f6-0e2a3c3c3c3c",
        "sendout": reference,
        **more,
    }


# https://developers.brevo.com/docs/transactional-webhooks


def brevo(reference: str, at: datetime, event: str, **more: Any) -> Raw:
    return {
        "event": event,
        "email": TO,
        "id": 26224,
        "date": at.strftime("%Y-%m-%d %H:%M:%S"),
        "ts": epoch(at) + 3600,
        "ts_event": epoch(at) + 3600,
        "ts_epoch": int(at.timestamp() * 1000),
        "message-id": "<202611231000.1@smtp-relay.mailin.fr>",
        "subject": "Pool closed",
        "X-Mailin-custom": json.dumps({"sendout": reference}),
        "sending_ip": "203.0.113.9",
        **more,
    }


# https://dev.mailjet.com/email/guides/webhooks/


def mailjet(reference: str, at: datetime, event: str, **more: Any) -> Raw:
    return {
        "event": event,
        "time": epoch(at),
        "MessageID": 19421777835146490,
        "Message_GUID": "1ab23cd4-e567-8901-2345-6789f0gh1i2j",
        "email": TO,
        "mj_campaign_id": 7257,
        "mj_contact_id": 4,
        "customcampaign": "",
        "CustomID": "",
        "Payload": json.dumps({"sendout": reference}),
        **more,
    }


def mailjet_bounce(reference: str, at: datetime, hard: bool, error: str, comment: str) -> Raw:
    more = {"blocked": False, "hard_bounce": hard, "error_related_to": "recipient"}
    return mailjet(reference, at, "bounce", **more, error=error, comment=comment)


# https://developers.sparkpost.com/api/webhooks/


def sparkpost(reference: str, at: datetime, type_: str, **more: Any) -> Raw:
    events = {
        "open": "track_event",
        "click": "track_event",
        "list_unsubscribe": "unsubscribe_event",
    }
    event = {
        "type": type_,
        "campaign_id": "",
        "customer_id": "1",
        "event_id": f"92356927693813856{len(type_)}",
        "message_id": "000443ee14578172be22",
        "transmission_id": "65832150921904138",
        "rcpt_to": TO,
        "raw_rcpt_to": TO,
        "rcpt_meta": {"sendout": reference},
        "timestamp": str(epoch(at)),
        **more,
    }
    return {"msys": {events.get(type_, "message_event"): event}}


# https://developers.mailersend.com/api/v1/webhooks.html


def mailersend(reference: str, at: datetime, type_: str, morph: Raw | None = None) -> Raw:
    return {
        "type": f"activity.{type_}",
        "domain_id": "yv69oxl5kl785kw2",
        "created_at": zulu(at),
        "webhook_id": "2351ndgwr4zqx8ko",
        "url": "https://club.example/hooks/esp/1/x/",
        "data": {
            "object": "activity",
            "id": f"62f114f8165fe0d8db{len(type_):06}",
            "type": type_,
            "created_at": zulu(at),
            "email": {
                "object": "email",
                "id": "62f114f7165fe0d8db0288e2",
                "created_at": zulu(at),
                "from": "office@club.example",
                "subject": "Pool closed",
                "status": "delivered",
                "tags": [reference],
                "message": {"object": "message", "id": "62fb66bef54a112e920b5493"},
                "recipient": {"object": "recipient", "id": "62c69be104270ee9c60740e4", "email": TO},
            },
            "morph": morph,
        },
    }


# https://resend.com/docs/dashboard/webhooks/event-types


def resend(reference: str, at: datetime, type_: str, **more: Any) -> Raw:
    return {
        "type": f"email.{type_}",
        "created_at": zulu(at),
        "data": {
            "created_at": zulu(at),
            "email_id": "56761188-7520-42d8-8898-ff6fc54ce618",
            "from": "Aqua Club <office@club.example>",
            "to": [TO],
            "subject": "Pool closed",
            "headers": [{"name": "X-Metadata", "value": json.dumps({"sendout": reference})}],
            **more,
        },
    }


def resend_bounce(reference: str, at: datetime, type_: str, sub: str, message: str) -> Raw:
    bounce = {"message": message, "type": type_, "subType": sub}
    return resend(reference, at, "bounced", bounce=bounce)


# https://mailchimp.com/developer/transactional/docs/webhooks/


def mandrill(reference: str, at: datetime, event: str, msg: Raw | None = None, **more: Any) -> Raw:
    return {
        "event": event,
        "_id": "exampleaaaaaaaaaaaaaaaaaaaaaaaaa",
        "ts": epoch(at),
        "msg": {
            "ts": epoch(at),
            "_id": "exampleaaaaaaaaaaaaaaaaaaaaaaaaa",
            "subject": "Pool closed",
            "email": TO,
            "sender": "office@club.example",
            "tags": [],
            "opens": [],
            "clicks": [],
            "state": "sent",
            "metadata": {"sendout": reference},
            **(msg or {}),
        },
        **more,
    }


# https://docs.aws.amazon.com/ses/latest/dg/event-publishing-retrieving-sns-contents.html


def amazon_ses(reference: str, at: datetime, type_: str, **more: Any) -> Raw:
    return {
        "eventType": type_,
        "mail": {
            "timestamp": zulu(at),
            "source": "office@club.example",
            "messageId": "EXAMPLE7c191be45-e9aedb9a-02f9-4d12-a87d-dd0099a07f8a-000000",
            "destination": [TO],
            "headersTruncated": False,
            "headers": [
                {"name": "Subject", "value": "Pool closed"},
                {"name": "X-Metadata", "value": json.dumps({"sendout": reference})},
            ],
        },
        **more,
    }


def amazon_bounce(reference: str, at: datetime, type_: str, sub: str, said: str) -> Raw:
    bounce = {
        "bounceType": type_,
        "bounceSubType": sub,
        "bouncedRecipients": [{"emailAddress": TO, "action": "failed", "diagnosticCode": said}],
        "timestamp": zulu(at),
        "feedbackId": "0100017a-0000",
    }
    return amazon_ses(reference, at, "Bounce", bounce=bounce)


# how they are posted

SECRETS: dict[str, dict[str, str]] = {
    "mailgun": {"webhook_signing_key": KEY},
    "sendgrid": {"tracking_webhook_verification_key": EC_PUBLIC},
    "mailersend": {"signing_secret": KEY},
    "resend": {"signing_secret": SVIX},
    "mandrill": {"webhook_key": KEY},
}


def _plain(raw: Raw, url: str, signed_at: float) -> Post:
    return Post(json.dumps(raw).encode())


def _list(raw: Raw, url: str, signed_at: float) -> Post:
    return Post(json.dumps([raw]).encode())


def _mailgun(raw: Raw, url: str, signed_at: float) -> Post:
    stamp, token = str(int(signed_at)), "ccf4a1f0ab7e4a5c" + raw["event-data"]["event"]
    mac = hmac.digest(KEY.encode(), f"{stamp}{token}".encode(), "sha256").hex()
    signature = {"token": token, "timestamp": stamp, "signature": mac}
    return Post(json.dumps({"signature": signature} | raw).encode())


def _sendgrid(raw: Raw, url: str, signed_at: float) -> Post:
    return signed_by_sendgrid(json.dumps([raw]).encode(), signed_at)


def signed_by_sendgrid(body: bytes, signed_at: float) -> Post:
    stamp = str(int(signed_at))
    made = EC_KEY.sign(stamp.encode() + body, ec.ECDSA(hashes.SHA256()))
    headers = {
        "X-Twilio-Email-Event-Webhook-Signature": base64.b64encode(made).decode(),
        "X-Twilio-Email-Event-Webhook-Timestamp": stamp,
    }
    return Post(body, headers=headers)


def _mailersend(raw: Raw, url: str, signed_at: float) -> Post:
    return signed_by_mailersend(json.dumps(raw).encode())


def signed_by_mailersend(body: bytes) -> Post:
    return Post(body, headers={"Signature": hmac.digest(KEY.encode(), body, "sha256").hex()})


def _resend(raw: Raw, url: str, signed_at: float) -> Post:
    return signed_by_resend(json.dumps(raw).encode(), f"msg_{raw['type']}", signed_at)


def signed_by_resend(body: bytes, id_: str, signed_at: float) -> Post:
    stamp = str(int(signed_at))
    mac = hmac.digest(KEY.encode(), f"{id_}.{stamp}.".encode() + body, "sha256")
    signature = "v1," + base64.b64encode(mac).decode()
    given = {"svix-id": id_, "svix-timestamp": stamp, "svix-signature": f"v1,b2xk {signature}"}
    return Post(body, headers=given)


def _mandrill(raw: Raw, url: str, signed_at: float) -> Post:
    return signed_by_mandrill(json.dumps([raw]), url)


def signed_by_mandrill(events: str, url: str) -> Post:
    said = f"{url}mandrill_events{events}".encode()
    mac = hmac.new(KEY.encode(), said, hashlib.sha1).digest()
    headers = {"X-Mandrill-Signature": base64.b64encode(mac).decode()}
    body = urlencode({"mandrill_events": events}).encode()
    return Post(body, "application/x-www-form-urlencoded", headers)


def _amazon(raw: Raw, url: str, signed_at: float) -> Post:
    id_ = "22b80b92-fdea-4c2c-8f9d-bdfb0c7bf324"
    notification = {
        "Type": "Notification",
        "MessageId": id_,
        "TopicArn": "arn:aws:sns:eu-west-1:123456789012:club",
        "Message": json.dumps(raw),
        "Timestamp": "2026-11-23T10:00:00.000Z",
        "SignatureVersion": "1",
        "Signature": "EXAMPLEw6JRN",
    }
    headers = {"x-amz-sns-message-type": "Notification", "x-amz-sns-message-id": id_}
    return Post(json.dumps(notification).encode(), "text/plain; charset=UTF-8", headers)


POST: dict[str, Callable[[Raw, str, float], Post]] = {
    "amazon_ses": _amazon,
    "brevo": _plain,
    "mailersend": _mailersend,
    "mailgun": _mailgun,
    "mailjet": _list,
    "mandrill": _mandrill,
    "postmark": _plain,
    "resend": _resend,
    "sendgrid": _sendgrid,
    "sparkpost": _list,
}
