"""Reaching a server by TCP and TLS: whom to trust, and why it could not be reached."""

from __future__ import annotations

import os
import re
import socket
import ssl
from pathlib import Path

from sendout.core.delivery.outcome import Blame, Refused
from sendout.core.providers.base import SenderDown
from sendout.core.providers.setting import BadConfig

OWN_AUTHORITY = "if this server is yours, give its authority's certificate as ca_file"


def down(code: str, text: str) -> SenderDown:
    """Say that nothing can be sent through this server for now, and why."""
    return SenderDown(Refused(permanent=False, code=code, text=text, blame=Blame.SENDER))


def explain(error: OSError | UnicodeError, name: str, advice: str = "") -> SenderDown:
    """Say in plain words why the server with this name could not be reached.

    advice: what to do where its certificate is not trusted.
    """
    match error:
        case ssl.SSLCertVerificationError():
            text = f"the certificate of {name} is not trusted: {error.verify_message}"
            return down("tls", f"{text}; {advice}" if advice else text)
        case ssl.SSLError():
            return down("tls", f"the encryption with {name} failed: {_tls_reason(error)}")
        case socket.gaierror() | UnicodeError():
            return down("dns", f"cannot connect to {name}: there is no server of this name")
        case TimeoutError():
            return down("connect", f"cannot connect to {name}: it does not answer")
    return down("connect", f"cannot connect to {name}: {_reason(error)}")


def _tls_reason(error: ssl.SSLError) -> str:
    # OpenSSL's errors have a reason, those made in Python do not.
    return str(getattr(error, "reason", None) or error.strerror or error)


def _reason(error: OSError) -> str:
    # asyncio joins the errors of several addresses (IPv6, IPv4) into one text.
    number = error.errno or next(map(int, re.findall(r"Errno (\d+)", str(error))), 0)
    return os.strerror(number).lower() if number else str(error)


def check_authority(ca_file: str) -> None:
    """Look whether the file holds certificates, where one is named. Raises BadConfig."""
    if not ca_file:
        return
    if not Path(ca_file).is_file():
        raise BadConfig(f"ca_file {ca_file} is not there; give a file in PEM format.")
    try:
        ssl.create_default_context(cafile=ca_file)
    except (ssl.SSLError, OSError):
        raise BadConfig(f"ca_file {ca_file} holds no certificate in PEM format.") from None


def client_context(ca_file: str, verify: bool) -> ssl.SSLContext:
    """Give the TLS of a client. ca_file: whom to trust, empty for the system's authorities."""
    context = ssl.create_default_context(cafile=ca_file or None)
    if not verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context
