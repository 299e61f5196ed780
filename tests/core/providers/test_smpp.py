"""SMS through a real SMPP server (npm `smpp`), which records, gives receipts and makes trouble."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from sendout.core.delivery.outcome import Accepted, Blame, Refused, Unsure
from sendout.core.message.sms import measure
from sendout.core.providers.base import Envelope, Provider, SenderDown
from sendout.core.providers.heard import Receipt
from sendout.core.providers.registry import build, config_from_url
from sendout.core.providers.setting import BadConfig
from sendout.core.providers.smpp import SmppConnection, SmppProvider
from sendout.core.providers.smpp_hearing import HeardText, Told, read
from sendout.core.providers.smpp_submit import UNSURE
from tests.core.providers.contract import Answers, ProviderContract, send_all
from tests.rigs import free_port
from tests.rigs.certificates import make_certificates
from tests.rigs.smsc import Plan, Smsc

LONG = "Le cours de natation est annulé ce soir : la piscine est fermée. " * 5


def provider_for(smsc: Smsc, **settings: Any) -> SmppProvider:
    """Give a provider that speaks to this server."""
    config = config_from_url("sms", "smpp", smsc.url)
    provider = build("sms", "smpp", config | {"timeout": 5.0} | settings)
    assert isinstance(provider, SmppProvider)
    return provider


def texts(*contents: str, attempt: int = 1) -> list[Envelope]:
    """Give envelopes with these texts, each to a number of its own."""
    return [
        Envelope(n, "AquaClub", f"+1514555{n:04}", content.encode(), attempt)
        for n, content in enumerate(contents, 1)
    ]


@asynccontextmanager
async def server(folder: Path, plan: Plan | None = None) -> AsyncIterator[Smsc]:
    """Run a server."""
    with Smsc(folder, plan) as smsc:
        yield smsc


class TestContract(ProviderContract):
    """What every provider keeps."""

    channel, kind = "sms", "smpp"
    down = {"host": "127.0.0.1", "port": 1, "username": "club"}

    @pytest.fixture(autouse=True)
    def _folder(self, tmp_path: Path) -> None:
        self.folder = tmp_path

    @asynccontextmanager
    async def world(self) -> AsyncIterator[Provider]:
        """Run a server that takes everything."""
        with Smsc(self.folder) as smsc:
            yield provider_for(smsc)


async def test_texts_arrive_as_they_were_written(tmp_path: Path) -> None:
    contents = (
        "Fermé {ce} soir €5",
        "Déjà vu: ça ç",
        "Fermé 🏊 ce soir",
        LONG,
        "🏊" * 90,
        "[" * 100,
    )
    async with server(tmp_path) as smsc:
        answers = await send_all(await provider_for(smsc).connect(), texts(*contents))
        assert smsc.texts() == {e.to: [e.content.decode()] for e in texts(*contents)}
        parts = smsc.parts()
    assert len(answers.accepted) == len(contents)
    assert parts == {e.to: measure(e.content.decode()).segments for e in texts(*contents)}
    ids = [
        answer.ref.split(",")
        for answer in answers.outcomes.values()
        if isinstance(answer, Accepted)
    ]
    assert [len(each) for each in ids] == [parts[e.to] for e in texts(*contents)]


@pytest.mark.parametrize("long", ["udh16", "sar", "payload"])
async def test_other_ways_to_number_parts(tmp_path: Path, long: str) -> None:
    async with server(tmp_path) as smsc:
        answers = await send_all(
            await provider_for(smsc, long=long).connect(), texts(LONG, "🏊" * 90)
        )
        assert smsc.texts() == {e.to: [e.content.decode()] for e in texts(LONG, "🏊" * 90)}
        count = smsc.parts().total()
    assert len(answers.accepted) == 2
    assert count == (2 if long == "payload" else 6)


async def test_who_it_comes_from_has_its_type(tmp_path: Path) -> None:
    async with server(tmp_path) as smsc:
        connection = await provider_for(smsc).connect()
        [envelope] = texts("Hello")
        sources = ("AquaClub", "+15145550100", "12345")
        await send_all(connection, [replace(envelope, mail_from=each) for each in sources])
        assert [(line["from"], line["ton"]) for line in smsc.taken()] == [
            ("AquaClub", [5, 1]), ("15145550100", [1, 1]), ("12345", [3, 1]),
        ]  # fmt: skip


async def test_a_refusal_says_whose_fault_it_is(tmp_path: Path) -> None:
    errors = {"15145550001": 0x0B, "15145550002": 0x45, "15145550003": 0x0A, "15145550004": 0x412}
    async with server(tmp_path, Plan(errors=errors)) as smsc:
        answers = await send_all(await provider_for(smsc).connect(), texts(*["Hello"] * 5))
    refused = [o for o in answers.outcomes.values() if isinstance(o, Refused)]
    assert [(o.permanent, o.blame) for o in refused] == [
        (True, Blame.ADDRESS), (False, Blame.RECIPIENT), (False, Blame.SENDER),
        (False, Blame.RECIPIENT),
    ]  # fmt: skip
    assert refused[3].text == "it refused the text with a code of its own (SMPP 0x412)"
    assert answers.accepted == [5]


@pytest.mark.parametrize("status", [0x58, 0x14])
async def test_who_has_too_much_to_do_is_asked_again_soon(tmp_path: Path, status: int) -> None:
    async with server(tmp_path, Plan(errors={"15145550001": status})) as smsc:
        connection, waits = await provider_for(smsc).connect(), []
        for attempt in (1, 2, 3):
            answers = Answers()
            await connection.send(texts("Hello", attempt=attempt), answers)
            waits.append(answers.outcomes[1])
        await connection.close()
    assert [w.retry_after for w in waits if isinstance(w, Refused)] == [5.0, 20.0, None]


async def test_a_busy_part_goes_again_alone(tmp_path: Path) -> None:
    plan = Plan(throttled=1.0)  # the first part of everybody
    async with server(tmp_path, plan) as smsc:
        answers = await send_all(await provider_for(smsc).connect(), texts(LONG))
        assert list(smsc.texts().values()) == [[LONG]]
        assert smsc.parts().total() == 3
    assert answers.accepted == [1]


async def test_a_refusal_in_the_middle_is_told_as_it_is(tmp_path: Path) -> None:
    async with server(tmp_path) as smsc:
        provider = provider_for(smsc, window=1)
        connection, answers = await provider.connect(), Answers()
        smsc.order("set", {"middle": {"2": 0x66}})
        await connection.send(texts(LONG), answers)
        smsc.order("set", {"middle": {"2": 0x45}})
        await connection.send(texts(LONG), answers)
        await connection.close()
    outcome = answers.outcomes[1]
    assert isinstance(outcome, Unsure)
    assert outcome.text.startswith("Only 2 of 3 parts were taken, then: it could not submit")


async def test_what_was_handed_over_when_the_link_dropped_is_unsure(tmp_path: Path) -> None:
    async with server(tmp_path, Plan(drop_at=(10,))) as smsc:
        connection, answers = await provider_for(smsc, window=4).connect(), Answers()
        await connection.send(texts(*["Hello"] * 30), answers)
        assert not connection.usable
        taken = {int(line["to"][-4:]) for line in smsc.taken()}
    unsure = [n for n, outcome in answers.outcomes.items() if outcome == UNSURE]
    assert 10 in unsure
    assert len(unsure) <= 4
    assert answers.accepted == list(range(1, 10))
    assert taken <= set(answers.outcomes)  # whoever has none was never handed over


async def test_one_text_without_an_answer_holds_up_no_other(tmp_path: Path) -> None:
    async with server(tmp_path, Plan(mute=0.3, seed=3)) as smsc:
        begun = time.monotonic()
        provider = provider_for(smsc, timeout=1.0, window=50)
        answers = await send_all(await provider.connect(), texts(*["Hello"] * 40))
        mute = smsc.order("counts")["mute"]
    assert time.monotonic() - begun < 4
    outcomes = list(answers.outcomes.values())
    assert 0 < outcomes.count(UNSURE) == mute < 40
    assert len(answers.accepted) == 40 - mute


async def test_giving_up_answers_what_is_on_its_way(tmp_path: Path) -> None:
    async with server(tmp_path, Plan(mute=1.0)) as smsc:
        connection, answers = await provider_for(smsc, window=3).connect(), Answers()
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.5):
                await connection.send(texts(*["Hello"] * 9), answers)
        assert answers.outcomes == dict.fromkeys((1, 2, 3), UNSURE)
        assert not connection.usable


async def test_a_server_that_is_gone_is_noticed_in_silence(tmp_path: Path) -> None:
    async with server(tmp_path, Plan(deaf=True)) as smsc:
        connection = await provider_for(smsc, enquire=0.3, timeout=0.6).connect()
        assert await connection.ended() == "the server did not answer in time"
        smsc.order("set", {"deaf": False})
        lively = await provider_for(smsc, enquire=0.2, timeout=0.6).connect()
        await asyncio.sleep(1.5)
        assert lively.usable
        await lively.close()


async def test_the_server_may_end_the_session(tmp_path: Path) -> None:
    async with server(tmp_path) as smsc:
        connection = await provider_for(smsc).connect()
        smsc.order("unbind")
        assert await connection.ended() == "the server ended the session"
        assert not (await send_all(connection, texts("Hello"))).outcomes


async def test_a_wrong_password_is_said(tmp_path: Path) -> None:
    async with server(tmp_path) as smsc:
        with pytest.raises(SenderDown) as caught:
            await provider_for(smsc, password="wrong").connect()
        name = f"127.0.0.1:{smsc.port}"
    assert caught.value.refusal.code == "login"
    said = f'{name}, as "club": the password was refused (SMPP 0x0E)'
    assert caught.value.refusal.text == said


async def test_the_wrong_kind_of_server_is_said() -> None:
    async def web(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")

    port = free_port()
    async with await asyncio.start_server(web, "127.0.0.1", port):
        config = {"host": "127.0.0.1", "port": port, "username": "club"}
        with pytest.raises(SenderDown, match="does not speak SMPP"):
            await SmppProvider.from_config(config).connect()


async def test_the_connection_is_encrypted_and_the_certificate_checked(tmp_path: Path) -> None:
    made = make_certificates(tmp_path)
    tls = {"cert": made.certificate.read_text(), "key": made.key.read_text()}
    async with server(tmp_path, Plan(tls=tls)) as smsc:
        where = {"host": "localhost", "tls": "implicit"}
        provider = provider_for(smsc, **where, ca_file=str(made.authority))
        assert (await send_all(await provider.connect(), texts("Hello"))).accepted == [1]
        with pytest.raises(SenderDown, match="is not trusted") as caught:
            await provider_for(smsc, **where).connect()
    assert caught.value.refusal.code == "tls"


async def until(true: Callable[[], bool], seconds: float = 10) -> None:
    """Wait until something is so."""
    async with asyncio.timeout(seconds):
        while not true():  # noqa: ASYNC110 - it happens in another process
            await asyncio.sleep(0.02)


async def hear_all(provider: SmppProvider, told: list[Told]) -> SmppConnection:
    """Listen, and keep what comes in without an answer."""
    return await provider.listen(told.append)


async def test_receipts_wait_for_our_answer_and_come_again_without_it(tmp_path: Path) -> None:
    plan = Plan(receipt_after=1, fates={"15145550002": "UNDELIV"}, tlvs=True, echo=True)
    async with server(tmp_path, plan) as smsc:
        provider, told = provider_for(smsc), list[Told]()
        first = await hear_all(provider, told)
        answers = await send_all(await provider.connect(), texts("Hello", "Hello"))
        await until(lambda: len(told) == 2)
        assert smsc.order("counts").get("acknowledged", 0) == 0
        await first.close()
        assert told[0].gone
        again = await hear_all(provider, told)
        await until(lambda: len(told) == 4)
        for each in told[2:]:
            each.acknowledge()
        await asyncio.to_thread(smsc.wait_for, "acknowledged", 2)
        await again.close()
    heard = [read(each.message, provider.config) for each in told[2:]]
    receipts = {each.phone: each for each in heard if isinstance(each, Receipt)}
    delivered, bounced = receipts["+15145550001"], receipts["+15145550002"]
    assert (delivered.kind, delivered.reference) == ("delivered", 1)
    assert (bounced.kind, bounced.code) == ("bounced", "")
    refs = [outcome.ref for outcome in answers.outcomes.values() if isinstance(outcome, Accepted)]
    assert refs == [delivered.ref, bounced.ref]


async def test_on_a_transceiver_receipts_come_to_who_sends(tmp_path: Path) -> None:
    async with server(tmp_path, Plan(receipt_after=1)) as smsc:
        provider, told = provider_for(smsc, bind="transceiver"), list[Told]()
        provider.listener = told.append
        connection, answers = await provider.connect(), Answers()
        await connection.send(texts("Hello"), answers)
        await until(lambda: bool(told))
        told[0].acknowledge()
        await asyncio.to_thread(smsc.wait_for, "acknowledged", 1)
        provider.listener = None  # nobody listens, such as while a test text is sent
        deaf = await provider.connect()
        await connection.close()
        await deaf.send(texts("Hello"), answers)
        await asyncio.to_thread(smsc.wait_for, "not_taken", 1)
        await deaf.close()


@pytest.mark.parametrize("ids", ["hex-decimal", "decimal-hex"])
async def test_ids_written_in_two_ways_are_the_same(tmp_path: Path, ids: str) -> None:
    answer_ids, receipt_ids = ids.split("-")
    plan = Plan(receipt_after=1, answer_ids=answer_ids, receipt_ids=receipt_ids)
    async with server(tmp_path, plan) as smsc:
        provider, told = provider_for(smsc, ids=ids), list[Told]()
        listening = await hear_all(provider, told)
        answers = await send_all(await provider.connect(), texts("Hello"))
        await until(lambda: bool(told))
        await listening.close()
    heard = read(told[0].message, provider.config)
    assert isinstance(heard, Receipt)
    assert answers.outcomes[1] == Accepted(heard.ref)


async def test_a_text_from_a_phone_comes_in(tmp_path: Path) -> None:
    async with server(tmp_path) as smsc:
        provider, told = provider_for(smsc), list[Told]()
        listening = await hear_all(provider, told)
        stop = {"source_addr": "15145550007", "destination_addr": "12345", "octets": b"STOP".hex()}
        smsc.order("tell", stop)
        await until(lambda: bool(told))
        told[0].acknowledge()
        await asyncio.to_thread(smsc.wait_for, "acknowledged", 1)
        await listening.close()
    assert read(told[0].message, provider.config) == HeardText("+15145550007", "12345", b"STOP", 0)


@pytest.mark.parametrize(
    ("setting", "said"),
    [
        ({"window": 0}, "window is a number from 1 to 200"),
        ({"port": 70_000}, "port is a number from 1 to 65535"),
        ({"username": "a name that is too long"}, "username has at most 15 characters"),
        ({"long": "udh32"}, "long is one of udh8, udh16, sar, payload"),
        ({"bind": "both"}, "bind is one of separate, transceiver"),
        ({"ca_file": "/nowhere"}, "ca_file /nowhere is not there"),
        ({"timeout": 0.0}, "timeout is a number of seconds above 0"),
    ],
)
def test_settings_that_cannot_work_are_refused(setting: dict[str, Any], said: str) -> None:
    with pytest.raises(BadConfig, match=said):
        SmppProvider.from_config({"host": "smpp.example.org", "username": "club"} | setting)


def test_a_url_names_them() -> None:
    url = "smpps://club:p%40ss@smpp.example.org/?window=30&bind=transceiver"
    config = SmppProvider.from_config(config_from_url("sms", "smpp", url)).config
    assert (config.username, config.password, config.port) == ("club", "p@ss", 3550)
    assert (config.window, config.bind, config.tls) == (30, "transceiver", "implicit")
    assert "p@ss" not in repr(config)
