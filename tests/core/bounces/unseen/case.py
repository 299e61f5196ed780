"""A mail that came back, written anew in the manner of a server, and what is to be read in it."""

from __future__ import annotations

from dataclasses import dataclass
from email.header import Header
from textwrap import dedent

from sendout.core.bounces.report import Action, Kind
from sendout.core.bounces.verdicts import Cause

TO = "parent@far.example"
OURS = "bounces+b17@club.example"
COPY = f"""\
Return-Path: <{OURS}>
Received: from out.club.example (out.club.example [192.0.2.7])
From: The Club <club@club.example>
To: {TO}
Subject: Closed today
Message-ID: <d17@club.example>
List-Unsubscribe: <https://club.example/u/abc>
"""


@dataclass(frozen=True)
class Told:
    """What is told of one address."""

    action: Action
    cause: Cause
    hard: bool
    address: str = TO


@dataclass(frozen=True)
class Case:
    """A mail, what kind it is, and what it tells."""

    raw: bytes
    kind: Kind
    told: tuple[Told, ...] = ()


def failed(raw: bytes, cause: Cause, hard: bool = True, *others: Told) -> Case:
    """Give a bounce of one address."""
    return Case(raw, "bounce", (Told("failed", cause, hard), *others))


def delayed(raw: bytes, cause: Cause) -> Case:
    """Give a warning."""
    return Case(raw, "bounce", (Told("delayed", cause, False),))


def head(sender: str, subject: str, *more: str, path: str = "<>") -> str:
    """Give headers; no Return-Path where `path` is empty."""
    encoded = subject if subject.isascii() else Header(subject, "utf-8").encode()
    lines = [f"Return-Path: {path}"] if path else []
    lines += [f"From: {sender}", f"To: {OURS}", f"Subject: {encoded}", *more]
    return "\n".join(lines)


def text(headers: str, words: str, copy: str = COPY, charset: str = "utf-8") -> bytes:
    """Give a mail of one part: the words, and the copy below them."""
    top = f"{headers}\nMIME-Version: 1.0\nContent-Type: text/plain; charset={charset}\n\n"
    return top.encode() + f"{dedent(words).strip()}\n\n{copy}".encode(charset)


def parts(headers: str, kind: str, *pieces: tuple[str, str]) -> bytes:
    """Give a mail of several parts, each a type and a body."""
    inner = "".join(f"--=_b\nContent-Type: {type_}\n\n{body}\n" for type_, body in pieces)
    top = f'{headers}\nMIME-Version: 1.0\nContent-Type: {kind}; boundary="=_b"\n\n'
    return f"{top}{inner}--=_b--\n".encode()


def report(headers: str, words: str, fields: str, *, html: bool = False, copy: str = COPY) -> bytes:
    """Give a delivery report (RFC 3464)."""
    return parts(
        headers,
        "multipart/report; report-type=delivery-status",
        (f"text/{'html' if html else 'plain'}; charset=utf-8", dedent(words).strip()),
        ("message/delivery-status", dedent(fields).strip()),
        ("message/rfc822", copy),
    )
