"""From an envelope's message (RFC 5322) to what Anymail takes: nothing that we said gets lost.

The services write Date, Message-ID and the return path themselves, and sign what they send; all
else travels: both bodies, files, and every other header, List-Unsubscribe before all.
"""

from __future__ import annotations

from email import message_from_bytes
from email.header import decode_header, make_header
from email.message import Message
from email.mime.base import MIMEBase
from email.utils import parseaddr
from functools import lru_cache
from typing import Any

from django.core.mail import EmailMessage, EmailMultiAlternatives

from sendout.core.providers.base import Envelope
from sendout.senders.esp import reference
from sendout.senders.esp.catalogue import Service

# Said to the service by other means than a header, or written by it.
_NOT_OURS = frozenset(
    {
        "bcc", "cc", "content-transfer-encoding", "content-type", "date", "dkim-signature",
        "from", "message-id", "mime-version", "reply-to", "return-path", "subject", "to",
    }
)  # fmt: skip


class WholeMessage(EmailMessage):
    """A message that is sent as it is, for services that take one whole."""

    def __init__(self, whole: Message, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.whole = whole

    def message(self, **_: Any) -> Any:
        """Give it as it was made, without a signature that would no longer fit."""
        del self.whole["DKIM-Signature"]
        del self.whole["Return-Path"]
        return self.whole


def compose(envelope: Envelope, service: Service, *, own_headers: bool = True) -> EmailMessage:
    """Make what Anymail sends; its own options are attributes (`metadata`, `track_opens`, ...)."""
    parsed = message_from_bytes(envelope.content)
    for file in files_of(envelope.tail, parsed.get_boundary("")):
        parsed.attach(file)
    people: dict[str, Any] = {
        "from_email": _mailbox(parsed, "From") or envelope.mail_from,
        "to": [_mailbox(parsed, "To", envelope.to)],
    }
    mail: EmailMessage
    if service.name == "amazon_ses":
        mail = WholeMessage(parsed, **people)
    else:
        mail = _taken_apart(parsed, people)
        mail.extra_headers = _headers(parsed) if own_headers else {}
    _add_options(mail, envelope.delivery, service)
    return mail


@lru_cache(maxsize=2)
def files_of(tail: bytes, boundary: str) -> tuple[Message, ...]:
    """Read the files that all messages of a send-out go on with: once, and not for each."""
    if not tail:
        return ()
    head = f'Content-Type: multipart/mixed; boundary="{boundary}"\r\n\r\n'
    parts = message_from_bytes(head.encode() + tail).get_payload()
    return tuple(part for part in parts if isinstance(part, Message))


def _add_options(mail: Any, delivery: int, service: Service) -> None:
    """Name the delivery, and keep the service from tracking: we do, or nobody is to be tracked."""
    if delivery and service.metadata:
        mail.metadata = {reference.FIELD: reference.make(delivery)}
    elif delivery:
        mail.tags = [reference.make(delivery)]
    if service.tracking:
        mail.track_opens = mail.track_clicks = False


def _taken_apart(parsed: Message, people: dict[str, Any]) -> EmailMultiAlternatives:
    mail = EmailMultiAlternatives(subject=_decoded(parsed["Subject"]), **people)
    if parsed["Reply-To"]:
        mail.reply_to = [_mailbox(parsed, "Reply-To")]
    bodies: dict[str, str] = {}
    for part in parsed.walk():
        if part.is_multipart():
            continue
        kind = part.get_content_type()
        if kind in ("text/plain", "text/html") and kind not in bodies and not _is_file(part):
            bodies[kind] = _text(part)
        else:
            mail.attachments.append(_file(part))
    mail.body = bodies.get("text/plain", "")
    if "text/html" in bodies:
        mail.attach_alternative(bodies["text/html"], "text/html")
    return mail


def _headers(parsed: Message) -> dict[str, str]:
    """Give the header fields that go along; of two with one name the last."""
    return {
        name: _decoded(value) for name, value in parsed.items() if name.lower() not in _NOT_OURS
    }


def _is_file(part: Message) -> bool:
    return part.get_content_disposition() == "attachment" or part.get_filename() is not None


def _text(part: Message) -> str:
    payload = part.get_payload(decode=True)
    assert isinstance(payload, bytes)  # noqa: S101 - it is not multipart
    text = payload.decode(part.get_content_charset() or "utf-8", "replace")
    return text.replace("\r\n", "\n")


def _file(part: Message) -> MIMEBase:
    """Give a part in the class that Django and Anymail know files by."""
    file = MIMEBase(part.get_content_maintype(), part.get_content_subtype())
    for name in file.keys():  # noqa: SIM118 - a message is no dict
        del file[name]
    for name, value in part.items():
        file[name] = value
    file.set_payload(part.get_payload())
    return file


def _mailbox(parsed: Message, header: str, address: str = "") -> str:
    """Give a header's name with this address, or with its own."""
    name, own = parseaddr(" ".join(str(parsed[header] or "").split()))
    quoted = _decoded(name).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{quoted}" <{address or own}>' if quoted else address or own


def _decoded(value: object) -> str:
    """Unfold (RFC 5322 section 2.2.3) and read encoded words (RFC 2047)."""
    text = "".join(str(value or "").splitlines())
    return " ".join(str(make_header(decode_header(text))).splitlines()) if "=?" in text else text
