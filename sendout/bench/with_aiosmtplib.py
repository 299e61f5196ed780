"""The same work through aiosmtplib, over several connections. Run as a program."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from email.message import EmailMessage
from email.utils import formatdate, make_msgid

import aiosmtplib

from sendout.bench.machine import peak_rss_kb
from sendout.bench.work import Result, Work, filler, people


def messages(work: Work) -> Iterator[EmailMessage]:
    """Make the messages with the standard library, as aiosmtplib's documentation does."""
    text, html = filler(work.text), filler(work.html)
    end = time.monotonic() + work.seconds
    for values in people(work.messages):
        if time.monotonic() > end:
            return
        message = EmailMessage()
        message["From"] = work.mail_from
        message["To"] = f"{values['first_name']} {values['last_name']} <{values['email']}>"
        message["Subject"] = work.subject
        message["Date"] = formatdate()
        message["Message-ID"] = make_msgid(domain="aquaclub.example")
        message["List-Unsubscribe"] = f"<{values['unsubscribe_url']}>"
        message.set_content(text(values))
        message.add_alternative(html(values), subtype="html")
        yield message


async def send_some(work: Work, waiting: Iterator[EmailMessage]) -> int:
    """Send over one connection what the others leave; give how many were accepted."""
    sent = 0
    connection = aiosmtplib.SMTP(
        hostname=work.host, port=work.port, use_tls=work.tls, start_tls=False
    )
    async with connection as client:
        for message in waiting:
            await client.send_message(message)
            sent += 1
    return sent


async def send(work: Work) -> int:
    """Send over all connections at once."""
    waiting = messages(work)
    several = (send_some(work, waiting) for _ in range(work.connections))
    return sum(await asyncio.gather(*several))


def main() -> None:
    """Do the work and say what it took."""
    work = Work.read()
    started, cpu = time.monotonic(), time.process_time()
    sent = asyncio.run(send(work))
    seconds, used = time.monotonic() - started, time.process_time() - cpu
    Result("aiosmtplib", sent, seconds, used, peak_rss_kb()).report()


if __name__ == "__main__":
    main()
