"""`sendout track`: the door for opens and clicks, served by Granian under ASGI."""

from __future__ import annotations

import argparse
import time
from functools import partial

from django.conf import settings
from django.db import connections
from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels

from sendout.cli import database
from sendout.cli.address import HOST, PORT, check_free
from sendout.cli.commands import Subparsers
from sendout.cli.lifeline import follow_parent
from sendout.cli.problem import Problem
from sendout.cli.supervisor import say
from sendout.core import litter
from sendout.tracking import metrics
from sendout.tracking.commit import Committer
from sendout.tracking.door import Door
from sendout.tracking.hits import database_address

TRACKING_PORT = PORT + 1
BACKLOG = 4096  # connections that wait to be taken: everybody opens the mail at nine
DRAIN_SECONDS = 10
LOOK_SECONDS = 1.0


def register(subparsers: Subparsers) -> None:
    """Add the command to the command line."""
    parser = subparsers.add_parser("track", help="start the door for opens and clicks alone")
    parser.add_argument("--host", default=HOST, metavar="H", help=f"default: {HOST}")
    parser.add_argument(
        "--port", type=int, default=TRACKING_PORT, metavar="P", help=f"default: {TRACKING_PORT}"
    )
    parser.add_argument(
        "--metrics-port", type=int, metavar="N", help="answer Prometheus there (default: nowhere)"
    )
    parser.add_argument("--metrics-host", default=HOST, metavar="H", help=f"default: {HOST}")
    parser.add_argument("--supervised", action="store_true", help=argparse.SUPPRESS)
    parser.set_defaults(perform=perform)


def perform(arguments: argparse.Namespace) -> int:
    """Serve until a signal says stop; what was asked for until then is committed."""
    if arguments.supervised:
        follow_parent()
        wait_until_free(arguments.host, arguments.port)
    else:
        check_free(arguments.host, arguments.port)
        database.ensure_tables(may_migrate=database.is_embedded())
    if arguments.metrics_port is not None:
        check_free(arguments.metrics_host, arguments.metrics_port, "--metrics-port")
    address = database_address()
    connections.close_all()
    server = Granian(
        "sendout.tracking.door:Door",
        address=arguments.host,
        port=arguments.port,
        interface=Interfaces.ASGI,
        websockets=False,
        backlog=BACKLOG,
        workers_kill_timeout=DRAIN_SECONDS,
        respawn_failed_workers=True,
        log_level=LogLevels.error,
    )
    server.serve(
        target_loader=partial(load, address, arguments.metrics_host, arguments.metrics_port)
    )
    return 0


def wait_until_free(host: str, port: int) -> None:
    """Wait for the port as long as somebody else has it: the web server answers meanwhile."""
    told = False
    while True:
        try:
            return check_free(host, port)
        except Problem as problem:
            if not told:
                say(f"the tracking door waits: {problem}")
            told = True
        time.sleep(LOOK_SECONDS)


def load(address: str, metrics_host: str, metrics_port: int | None, target: str) -> Door:
    """Give Granian's process its application; the process must not outlive the server."""
    follow_parent()
    litter.spare(litter.ANSWERING)

    def opened(committer: Committer) -> None:
        if metrics_port is not None:
            metrics.serve(metrics_host, metrics_port, committer)

    return Door(settings.TOKEN_KEYS, address, opened)
