"""`sendout receive`: a server that takes bounces in by SMTP or LMTP."""

from __future__ import annotations

import argparse
import asyncio
import signal
import ssl

from django.db import connections

from sendout.cli import database
from sendout.cli.address import HOST, check_free
from sendout.cli.commands import Subparsers
from sendout.cli.problem import Problem
from sendout.cli.supervisor import say
from sendout.inbound.receive import listen

PORT = 2525


def register(subparsers: Subparsers) -> None:
    """Add the command to the command line."""
    parser = subparsers.add_parser("receive", help="take bounces in by SMTP or LMTP")
    parser.add_argument("--host", default=HOST, metavar="H", help=f"default: {HOST}")
    parser.add_argument("--port", type=int, default=PORT, metavar="P", help=f"default: {PORT}")
    parser.add_argument("--lmtp", action="store_true", help="speak LMTP in place of SMTP")
    parser.add_argument("--tls-cert", metavar="FILE", help="offer STARTTLS with this certificate")
    parser.add_argument("--tls-key", metavar="FILE", help="its key, where that is another file")
    parser.set_defaults(perform=perform)


def perform(arguments: argparse.Namespace) -> int:
    """Receive until a signal says stop."""
    check_free(arguments.host, arguments.port)
    tls = context_of(arguments)
    database.ensure_tables(may_migrate=database.is_embedded())
    connections.close_all()
    asyncio.run(receive("lmtp" if arguments.lmtp else "smtp", arguments, tls))
    return 0


async def receive(way: str, arguments: argparse.Namespace, tls: ssl.SSLContext | None) -> None:
    """Keep the door open; what was not answered yet is not committed, and comes again."""
    stopping = asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, stopping.set)
    server = await listen(way, arguments.host, arguments.port, tls)
    say(f"receiving by {way.upper()} on {arguments.host}:{arguments.port}")
    await stopping.wait()
    server.close()


def context_of(arguments: argparse.Namespace) -> ssl.SSLContext | None:
    """Give the TLS context, where a certificate is given. Raises Problem."""
    if arguments.tls_cert is None:
        if arguments.tls_key is not None:
            raise Problem("--tls-key is of no use without --tls-cert; give both")
        return None
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    try:
        context.load_cert_chain(arguments.tls_cert, arguments.tls_key)
    except (OSError, ssl.SSLError) as error:
        raise Problem(
            f"--tls-cert {arguments.tls_cert} cannot be used ({error.strerror or error}); give a "
            "certificate and its key in PEM format"
        ) from None
    return context
