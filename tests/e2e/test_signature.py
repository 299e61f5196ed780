"""What is signed here is still believed after a real Postfix had it."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import dkim
import pytest

from sendout.accounts.models import Organisation
from sendout.compose.models import Message
from sendout.core.providers.base import Envelope, Provider
from sendout.deliveries import links
from sendout.deliveries.claim import Claimed
from sendout.engine.prepare import Way, email_text, identity_of
from sendout.senders import signing
from sendout.senders.models import Sender
from sendout.senders.ways import provider_of
from tests.core.providers.contract import send_all
from tests.rigs.postfix import CAST, Postfix

pytestmark = pytest.mark.postfix

BODY = (
    "Hi {{ first_name }},\n\n.From here on  two blanks \n\n[Été](https://club.example/?é=1)\n\n.\n"
)


def row(number: int, name: str) -> Claimed:
    return Claimed(number, 1, CAST[0], CAST[0], name, "Roy", CAST[0], "", "en")


def sender_to(postfix: Postfix) -> Sender:
    """Give a sender that signs with both kinds of keys and has bounces come back."""
    club = Organisation(slug="club", name="Club", postal_address="12 Pool Street")
    config = {"host": "localhost", "port": postfix.port, "tls": "none"}
    sender = Sender(
        organisation=club, channel="email", kind="smtp", config=config, from_name="Été",
        from_address="office@club.example", bounce_address="bounces@club.example",
    )  # fmt: skip
    signing.put_keys(sender, "club.example", "s1", signing.make_keys(["rsa", "ed25519"]))
    sender.dkim_on = True
    return sender


async def hand_over(provider: Provider, envelopes: list[Envelope]) -> list[int]:
    """Give the deliveries that were accepted."""
    return (await send_all(await provider.connect(), envelopes)).accepted


def test_signatures_and_return_paths_survive_a_mail_server() -> None:
    with Postfix() as postfix:
        sender = sender_to(postfix)
        club = sender.organisation
        text = email_text(
            Message(subject="{{ first_name }}", body=BODY), club, identity_of(sender, club)
        )
        way = Way(1, "email", False, club, sender, text, signing.signers_of(sender))
        made = way.prepare([row(17, "Alice"), row(18, "Zoé")], datetime.now(UTC))
        envelopes = [each.envelope for each in made if isinstance(each.envelope, Envelope)]
        assert asyncio.run(hand_over(provider_of(sender), envelopes)) == [17, 18]
        postfix.wait_for(2)
        arrived = postfix.raw(CAST[0])
        paths = [str(mail["Return-Path"]) for mail in postfix.mails(CAST[0])]
    records = {f"{each.name}.".encode(): each.value.encode() for each in signing.records(sender)}
    for raw in arrived:
        mail = dkim.DKIM(raw.replace(b"\n", b"\r\n"))
        for number in range(2):
            assert mail.verify(number, dnsfunc=lambda name, timeout=5: records.get(name))
    assert sorted(links.read_return_path(path) for path in paths) == [17, 18]
