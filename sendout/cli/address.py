"""Where the web server listens."""

from __future__ import annotations

import argparse
import socket

from sendout.cli.problem import Problem

HOST = "127.0.0.1"
PORT = 8025
EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - what they mean, not a default


def add_address(parser: argparse.ArgumentParser) -> None:
    """Add `--host` and `--port` to a command."""
    parser.add_argument("--host", default=HOST, metavar="H", help=f"default: {HOST}")
    parser.add_argument("--port", type=int, default=PORT, metavar="P", help=f"default: {PORT}")


def check_free(host: str, port: int, option: str = "--port") -> None:
    """Raise Problem unless a server could listen there now; option: where the port was given."""
    if not 0 < port < 65536:
        raise Problem(f"{port} is not a port; give one from 1 to 65535 with {option}")
    try:
        family, kind, protocol, _, place = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[
            0
        ]
    except socket.gaierror as error:
        raise Problem(f"{host} is not an address of this machine; give one with --host") from error
    with socket.socket(family, kind, protocol) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(place)
        except OSError as error:
            raise Problem(
                f"port {port} of {host} cannot be used: {(error.strerror or '').lower()}; stop "
                f"what uses it, or give another with {option}"
            ) from error


def visited_at(host: str) -> str:
    """Give the host that a browser or a probe on this machine can ask for."""
    return EVERYWHERE.get(host, host)


def url_of(host: str, port: int) -> str:
    """Give the address to type into a browser on this machine."""
    visited = visited_at(host)
    return f"http://[{visited}]:{port}" if ":" in visited else f"http://{visited}:{port}"
