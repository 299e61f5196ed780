"""The beginning of an SMTP connection: greeting, EHLO, STARTTLS, sign-in, and its end."""

from __future__ import annotations

import json
from base64 import b64decode, b64encode

from sendout.core.providers.base import SenderDown
from sendout.core.providers.reach import down
from sendout.core.providers.smtp_dialogue import Dialogue
from sendout.core.providers.smtp_replies import Extensions, Reply, kind, words


class TokenRefused(SenderDown):
    """The server does not let us in with this token; perhaps with another."""


def say(command: str | bytes, wait: float) -> Dialogue[Reply]:
    """Say one command and give its reply. Raises SenderDown when the connection ends."""
    data = command if isinstance(command, bytes) else command.encode()
    (reply, *_) = yield data + b"\r\n", 1, 1, wait
    if not reply:
        raise down("greeting", "the server ended the connection without a word")
    return reply


def greet(wait: float) -> Dialogue[None]:
    """Wait for the server's greeting. Raises SenderDown."""
    (reply, *_) = yield b"", 1, 1, wait
    if not reply:
        raise down("greeting", "the server did not greet; is this the port of a mail server?")
    if kind(reply) != b"2":
        raise down("greeting", f"the server turned us away: {words(reply)}")


def introduce(name: str, wait: float) -> Dialogue[Extensions]:
    """Say who we are and learn what the server offers. Raises SenderDown."""
    reply = yield from say(f"EHLO {name}", wait)
    if kind(reply) == b"2":
        return Extensions.read(reply)
    if kind(reply) == b"5":
        reply = yield from say(f"HELO {name}", wait)
    if kind(reply) != b"2":
        raise down("greeting", f'the server does not accept our name "{name}": {words(reply)}')
    return Extensions()


def ask_for_tls(wait: float) -> Dialogue[None]:
    """Ask for encryption (RFC 3207). Raises SenderDown."""
    reply = yield from say("STARTTLS", wait)
    if kind(reply) != b"2":
        raise down("tls", f"the server refused to encrypt: {words(reply)}")


def sign_in(offered: Extensions, username: str, password: str, wait: float) -> Dialogue[None]:
    """Sign in with AUTH PLAIN (RFC 4616) or LOGIN. Raises SenderDown."""
    if "PLAIN" in offered.logins:
        reply = yield from say(b"AUTH PLAIN " + _coded(f"\0{username}\0{password}"), wait)
    elif "LOGIN" in offered.logins:
        reply = yield from _sign_in_by_login(username, password, wait)
    elif offered.logins:
        names = ", ".join(sorted(offered.logins))
        raise down("login", f"the server only offers ways to sign in we do not know: {names}")
    else:
        raise down("login", "the server offers no sign-in here; try another port or tls=starttls")
    if kind(reply) != b"2":
        raise down("login", f'sign-in as "{username}" was refused: {words(reply)}')


def _sign_in_by_login(username: str, password: str, wait: float) -> Dialogue[Reply]:
    reply = yield from say("AUTH LOGIN", wait)
    for secret in (username, password):
        if kind(reply) != b"3":
            break
        reply = yield from say(_coded(secret), wait)
    return reply


def sign_in_with_token(
    offered: Extensions, username: str, token: str, wait: float
) -> Dialogue[None]:
    """Sign in with AUTH XOAUTH2 or OAUTHBEARER (RFC 7628). Raises SenderDown, TokenRefused."""
    if "XOAUTH2" in offered.logins:
        first, sorry = f"user={username}\1auth=Bearer {token}\1\1", ""
        reply = yield from say(b"AUTH XOAUTH2 " + _coded(first), wait)
    elif "OAUTHBEARER" in offered.logins:
        name = username.replace("=", "=3D").replace(",", "=2C")
        first, sorry = f"n,a={name},\1auth=Bearer {token}\1\1", "\1"
        reply = yield from say(b"AUTH OAUTHBEARER " + _coded(first), wait)
    else:
        names = ", ".join(sorted(offered.logins)) or "nothing"
        raise down("login", f"the server does not sign in by tokens (XOAUTH2); it offers {names}")
    reason = ""
    if kind(reply) == b"3":
        # The reason comes as a challenge; the refusal, when that was answered (section 3.2.3).
        reason = _status(reply)
        reply = yield from say(_coded(sorry), wait)
    if kind(reply) != b"2":
        said = f'sign-in as "{username}" by token was refused: {words(reply)}{reason}'
        problem = down("login", said)
        raise TokenRefused(problem.refusal) if kind(reply) == b"5" else problem


def _status(challenge: Reply) -> str:
    """Read the status in a challenge that says why a token was refused."""
    try:
        status = str(json.loads(b64decode(challenge[4:]))["status"])
    except (ValueError, KeyError, TypeError):
        return ""
    return f" (status {status[:40]})"


def _coded(text: str) -> bytes:
    return b64encode(text.encode())


def take_leave(wait: float) -> Dialogue[None]:
    """Say QUIT; whatever is answered, we go."""
    yield b"QUIT\r\n", 1, 1, wait
