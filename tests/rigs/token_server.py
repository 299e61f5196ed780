"""A small OAuth 2.0 server: gives out tokens (RFC 6749) and says whom they are of (RFC 7662).

with TokenServer() as tokens:
    ... tokens.url, tokens.client_id, tokens.client_secret, tokens.refresh_token ...
"""

from __future__ import annotations

import contextlib
import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import parse_qsl


class TokenServer:
    """Use it with `with`. Its tokens are those of `user`, `life` seconds each.

    asked: the forms that were posted for tokens. answer: what to say instead, as status and body.
    delay: seconds before each answer. given: the tokens that hold.
    """

    client_id = "sendout"
    client_secret = "swim&skate"
    refresh_token = "permission of the office"

    def __init__(self, user: str = "alice", life: float = 3600) -> None:
        self.user = user
        self.life = life
        self.delay = 0.0
        self.answer: tuple[int, str] | None = None
        self.asked: list[dict[str, str]] = []
        self.given: set[str] = set()

    @property
    def url(self) -> str:
        """Say where tokens are given out."""
        return f"http://127.0.0.1:{self.port}/token"

    @property
    def introspection(self) -> str:
        """Say where a mail server asks whom a token is of."""
        return f"http://127.0.0.1:{self.port}/introspect"

    @property
    def settings(self) -> dict[str, str]:
        """Give the settings of a sender that gets its tokens here."""
        return {
            "auth": "xoauth2",
            "username": self.user,
            "token_url": self.url,
            "client_id": self.client_id,
            "client_secret": self.client_secret,
            "refresh_token": self.refresh_token,
        }

    def withdraw(self) -> None:
        """Let no token given so far hold any longer."""
        self.given.clear()

    def __enter__(self) -> Self:
        """Listen on a free port of the loopback."""
        owner = self

        class Talk(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                size = int(self.headers.get("Content-Length") or 0)
                form = dict(parse_qsl(self.rfile.read(size).decode()))
                time.sleep(owner.delay)
                status, body = owner.answer_to(self.path, form)
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                with contextlib.suppress(BrokenPipeError):  # who asked did not wait
                    self.wfile.write(body.encode())

            def log_message(self, *_: object) -> None:
                """Keep quiet."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Talk)
        self.port = self._server.server_address[1]
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop listening."""
        self._server.shutdown()
        self._server.server_close()

    def answer_to(self, path: str, form: dict[str, str]) -> tuple[int, str]:
        """Give the status and the body of an answer."""
        if path == "/introspect":
            holds = form.get("token") in self.given
            said: dict[str, Any] = {"active": holds}
            return 200, json.dumps(said | ({"username": self.user} if holds else {}))
        self.asked.append(form)
        if self.answer is not None:
            return self.answer
        if (form.get("client_id"), form.get("client_secret")) != (
            self.client_id,
            self.client_secret,
        ):
            return 401, json.dumps({"error": "invalid_client"})
        if form["grant_type"] == "refresh_token" and form["refresh_token"] != self.refresh_token:
            return 400, json.dumps({"error": "invalid_grant", "error_description": "Revoked."})
        token = f"token-{len(self.asked)}"
        self.given.add(token)
        said = {"access_token": token, "token_type": "Bearer", "expires_in": self.life}
        return 200, json.dumps(said)
