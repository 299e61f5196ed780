"""How each email service answers a call, after its public documents; and a letter to send."""

from __future__ import annotations

import itertools
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from email.policy import SMTP
from typing import Any

import pytest

from sendout.core.providers.base import Envelope, Provider
from sendout.senders.esp.provider import EspProvider
from tests.core.providers.contract import Answers, send_all
from tests.rigs.esp_service import Call, EspService, Reply

_numbers = itertools.count(1)


def postmark(call: Call) -> Reply:
    return Reply(body=[_postmark(each) for each in call.data])


def _postmark(message: dict[str, Any]) -> dict[str, Any]:
    return {
        "ErrorCode": 0,
        "Message": "OK",
        "MessageID": f"b7bc2f4a-e38e-4336-af7d-{next(_numbers):012}",
        "SubmittedAt": "2026-11-23T10:00:00.0000000-05:00",
        "To": message["To"],
    }


def mailjet(call: Call) -> Reply:
    lines = [
        {
            "Status": "success",
            "CustomID": "",
            "To": [{"Email": m["To"][0]["Email"], "MessageID": 576460752303400 + next(_numbers)}],
            "Cc": [],
            "Bcc": [],
        }
        for m in call.data["Messages"]
    ]
    return Reply(body={"Messages": lines})


def mailgun(call: Call) -> Reply:
    ref = f"<2026112310.1.{next(_numbers):X}@mg.club.example>"
    return Reply(body={"id": ref, "message": "Queued. Thank you."})


def sendgrid(call: Call) -> Reply:
    return Reply(202, "", {"X-Message-Id": f"14c5d75ce93.dfd.{next(_numbers)}"})


def brevo(call: Call) -> Reply:
    return Reply(201, {"messageId": f"<2026112310.{next(_numbers)}@smtp-relay.mailin.fr>"})


def sparkpost(call: Call) -> Reply:
    results = {
        "total_rejected_recipients": 0,
        "total_accepted_recipients": 1,
        "id": f"66{next(_numbers):016}",
    }
    return Reply(body={"results": results})


def mailersend(call: Call) -> Reply:
    return Reply(202, "", {"X-Message-Id": f"5e42957d51f1d94a{next(_numbers):08x}"})


def resend(call: Call) -> Reply:
    return Reply(body={"id": f"49a3999c-0ce1-4ea6-ab68-{next(_numbers):012x}"})


def mandrill(call: Call) -> Reply:
    [to] = call.data["message"]["to"]
    found = {"email": to["email"], "status": "sent", "_id": f"abc123{next(_numbers):08x}"}
    return Reply(body=[found | {"reject_reason": None}])


def amazon_ses(call: Call) -> Reply:
    return Reply(body={"MessageId": f"0100018c-{next(_numbers):08x}-000000"})


PLAYS: dict[str, Callable[[Call], Reply]] = {
    "postmark": postmark,
    "mailjet": mailjet,
    "mailgun": mailgun,
    "sendgrid": sendgrid,
    "brevo": brevo,
    "sparkpost": sparkpost,
    "mailersend": mailersend,
    "resend": resend,
    "mandrill": mandrill,
    "amazon_ses": amazon_ses,
}
KEYS: dict[str, dict[str, str]] = {
    "postmark": {"server_token": "s3cret", "message_stream": "broadcast"},
    "mailjet": {"api_key": "k3y", "secret_key": "s3cret"},
    "mailersend": {"api_token": "s3cret"},
    "amazon_ses": {
        "access_key_id": "AKIA",
        "secret_access_key": "s3cret",
        "region_name": "eu-west-1",
    },
}
EVERY = pytest.mark.parametrize("name", sorted(PLAYS))
RAW = b64encode(b"Date: Mon, 23").decode()[:12]  # how a whole message begins in a call


def config(name: str, **more: Any) -> dict[str, Any]:
    return {"esp": name, **KEYS.get(name, {"api_key": "s3cret"}), **more}


@contextmanager
def world(name: str, **more: Any) -> Iterator[tuple[EspService, EspProvider]]:
    """Give a service that works, and a provider that sends through it."""
    with EspService(PLAYS[name]) as service:
        yield service, EspProvider.from_config(config(name, api_url=service.url, **more))


def letter(
    delivery: int = 17, to: str = "dora@example.org", name: str = "Dora Ünal, M."
) -> Envelope:
    mail = EmailMessage(SMTP)
    mail["Date"] = "Mon, 23 Nov 2026 10:00:00 +0000"
    mail["From"] = '"Aqua Club, Montréal" <office@club.example>'
    mail["To"] = f'"{name}" <{to}>'
    mail["Reply-To"] = "desk@club.example"
    mail["Subject"] = "Fermeture de la piscine: désolés, à mardi, et merci de votre patience à tous"
    mail["Message-ID"] = f"<{delivery}@club.example>"
    mail["List-Unsubscribe"] = "<https://club.example/u/" + "a" * 90 + "/>"
    mail["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    mail["Feedback-ID"] = "17:aqua-club:sendout"
    mail.set_content("Fermé mardi.\nÀ bientôt")
    mail.add_alternative("<p>Fermé <b>mardi</b>.</p>", subtype="html")
    return Envelope(delivery, "bounces@club.example", to, bytes(mail))


async def send(made: Provider, *envelopes: Envelope) -> Answers:
    return await send_all(await made.connect(), list(envelopes) or [letter()])


def leaves(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [text for each in value.values() for text in leaves(each)]
    if isinstance(value, list):
        return [text for each in value for text in leaves(each)]
    return [str(value)]
