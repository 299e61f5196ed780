"""An HTTP server that plays the API of an email service or of one for texts, and its faults."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs


@dataclass
class Call:
    """One request as it came."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def data(self) -> Any:
        """Read a JSON body."""
        return json.loads(self.body)

    @property
    def form(self) -> dict[str, str]:
        """Read a form, whose fields come once here."""
        return {name: values[-1] for name, values in parse_qs(self.body.decode()).items()}


@dataclass
class Reply:
    """What is answered. hang_up: break the connection instead; late: seconds before the answer."""

    status: int = 200
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    hang_up: bool = False
    late: float = 0.0


class _Server(ThreadingHTTPServer):
    request_queue_size = 128  # as many may come at once without waiting for a second try


Play = Callable[[Call], Reply]


class EspService:
    """Listens on a free port; plays each call with the next planted fault, else with `play`."""

    def __init__(self, play: Play) -> None:
        self.play = play
        self.calls: list[Call] = []
        self.faults: deque[Reply] = deque()
        service = self

        class Request(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            wbufsize = -1  # header and body in one packet, or the client waits for the second

            def do_HEAD(self) -> None:
                self.send_response(404)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def do_POST(self) -> None:
                length = int(self.headers.get("Content-Length", 0))
                call = Call(self.path, dict(self.headers), self.rfile.read(length))
                service.calls.append(call)
                self.answer(service.faults.popleft() if service.faults else service.play(call))

            do_GET = do_PUT = do_POST  # noqa: N815

            def answer(self, reply: Reply) -> None:
                time.sleep(reply.late)
                if reply.hang_up:
                    self.connection.shutdown(socket.SHUT_RDWR)
                    self.close_connection = True
                    return
                body = reply.body if isinstance(reply.body, str) else json.dumps(reply.body)
                self.send_response(reply.status)
                kind = "application/json" if body else "text/html; charset=UTF-8"
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(body.encode())))
                for name, value in reply.headers.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body.encode())

            def log_message(self, *_args: object) -> None:
                """Say nothing."""

        self._server = _Server(("127.0.0.1", 0), Request)
        self._server.daemon_threads = True

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self._server.server_address[1]}/"

    def __enter__(self) -> EspService:
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *_why: object) -> None:
        self._server.shutdown()
        self._server.server_close()
