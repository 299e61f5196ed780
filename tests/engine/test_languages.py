"""A send-out in two languages: each recipient's copy is in theirs."""

from __future__ import annotations

from email import message_from_bytes
from email.policy import default

import pytest

from sendout.compose.closures import fill
from sendout.deliveries.freeze import send_now
from sendout.deliveries.models import Delivery
from sendout.deliveries.said import sms_said
from sendout.senders.models import OutboxCopy
from tests.deliveries.conftest import MakePerson, MakeSendOut
from tests.engine.conftest import RunBatches

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("no_jobs_left"),
]


def test_each_gets_theirs_by_both_channels(
    sendout: MakeSendOut, person: MakePerson, run_batches: RunBatches
) -> None:
    person("Ann", "deliver+ann@sandbox.test", "+15145550101", language="en")
    person("Zoé", "deliver+zoe@sandbox.test", "+15145550102", language="fr")
    closure = sendout(channels="both")
    for name, value in fill("closed", "both", {"what": "Pool", "what_other": "Pool"}, "en").items():
        setattr(closure.message, name, value)
    closure.message.save()
    send_now(closure)
    run_batches(closure)
    mails = {}
    for copy in OutboxCopy.objects.filter(channel="email"):
        mail = message_from_bytes(bytes(copy.content), policy=default)
        body = mail.get_body(("plain",))
        assert body is not None
        mails[str(mail["To"])[:3]] = (str(mail["Subject"]), body.get_content())
    subject, text = mails["Ann"]
    assert subject == "Pool: closed until further notice"
    assert "Hello Ann," in text
    assert "Choose what you receive" in text
    assert "Bonjour" not in text
    subject, text = mails["Zoé"]
    assert subject == "Pool : fermeture jusqu'à nouvel ordre"
    assert "Bonjour Zoé," in text
    assert "Choisir ce que je reçois" in text
    assert "Hello" not in text
    texts = OutboxCopy.objects.filter(channel="sms")
    said = {copy.recipient: bytes(copy.content).decode() for copy in texts}
    assert "closed until" in said["+15145550101"]
    assert "fermeture jusqu'à" in said["+15145550102"]
    for row in Delivery.objects.filter(channel="sms"):
        assert sms_said(row) == said[row.address]
