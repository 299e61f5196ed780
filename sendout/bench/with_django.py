"""The same work through Django's `send_messages`, over its one connection. Run as a program."""

from __future__ import annotations

import time
from collections.abc import Iterator
from itertools import islice

from django.conf import settings
from django.core.mail import DNS_NAME, EmailMultiAlternatives
from django.core.mail.backends.smtp import EmailBackend

from sendout.bench.machine import peak_rss_kb
from sendout.bench.work import Result, Work, filler, people

AT_A_TIME = 10  # messages of one call; its connection stays open between them


def messages(work: Work) -> Iterator[EmailMultiAlternatives]:
    """Make the messages as a program with Django would."""
    text, html = filler(work.text), filler(work.html)
    for values in people(work.messages):
        to = f"{values['first_name']} {values['last_name']} <{values['email']}>"
        unsubscribe = {"List-Unsubscribe": f"<{values['unsubscribe_url']}>"}
        message = EmailMultiAlternatives(
            work.subject, text(values), work.mail_from, [to], headers=unsubscribe
        )
        message.attach_alternative(html(values), "text/html")
        yield message


def send(work: Work) -> int:
    """Send until all is sent or the time is over; give how many were accepted."""
    end = time.monotonic() + work.seconds
    waiting = messages(work)
    sent = 0
    with EmailBackend(work.host, work.port, use_ssl=work.tls) as connection:
        while time.monotonic() < end and (some := list(islice(waiting, AT_A_TIME))):
            sent += connection.send_messages(some)
    return sent


def main() -> None:
    """Do the work and say what it took."""
    work = Work.read()
    settings.configure()
    str(DNS_NAME)  # may ask the network for the machine's name; found out once
    started, cpu = time.monotonic(), time.process_time()
    sent = send(work)
    seconds, used = time.monotonic() - started, time.process_time() - cpu
    Result("django", sent, seconds, used, peak_rss_kb()).report()


if __name__ == "__main__":
    main()
