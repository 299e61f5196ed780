"""`sendout run`: everything on one machine, with no server to install."""

from __future__ import annotations

import argparse
import http.client
import importlib
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.db import connections

from sendout.cli import database
from sendout.cli.address import add_address, check_free, url_of, visited_at
from sendout.cli.commands import Subparsers
from sendout.cli.embedded import EmbeddedServer
from sendout.cli.problem import Problem
from sendout.cli.supervisor import Child, Supervisor, say, sendout_command

READY_SECONDS = 60.0
ANSWER_SECONDS = 30.0
SERVER_LOOK_SECONDS = 2.0
LAST_PORT = 65535


def register(subparsers: Subparsers) -> None:
    """Add the command to the command line."""
    parser = subparsers.add_parser("run", help="start everything on this machine")
    add_address(parser)
    parser.add_argument(
        "--tracking-port",
        type=int,
        metavar="P",
        help="where the door for opens and clicks listens (default: the port after --port)",
    )
    parser.add_argument("--workers", type=int, default=1, metavar="N", help="default: 1")
    parser.add_argument("--demo", action="store_true", help="with an organisation to try it on")
    parser.set_defaults(perform=perform)


def perform(arguments: argparse.Namespace) -> int:
    """Start database, web server and workers, keep them running, and stop them at a signal."""
    check_free(arguments.host, arguments.port)
    if arguments.tracking_port is not None:
        check_free(arguments.host, arguments.tracking_port, "--tracking-port")
    if arguments.workers < 0:
        raise Problem(f"{arguments.workers} workers cannot be; give 0 or more with --workers")
    settings.URL = os.environ.setdefault("SENDOUT_URL", url_of(arguments.host, arguments.port))
    settings.TRACKING_URL = os.environ.get("SENDOUT_TRACKING_URL", settings.URL)
    supervisor = Supervisor(children(arguments))
    with database.opened() as server, told(os.environ["SENDOUT_URL"]), supervisor:
        database.ensure_tables(may_migrate=True)
        sign_in = build_demo() if arguments.demo else ""
        connections.close_all()
        supervisor.start()
        if wait_until_ready(supervisor, arguments.host, arguments.port):
            print(f"Sendout is ready: {os.environ['SENDOUT_URL']}{sign_in}", flush=True)
            keep(supervisor, server)
        say("stopping")
    return 0


@contextmanager
def told(url: str) -> Iterator[None]:
    """Let commands that work on the same data meanwhile know at which address it runs."""
    path = settings.DATA / settings.URL_FILE
    path.write_text(f"{url}\n")
    try:
        yield
    finally:
        path.unlink(missing_ok=True)


def children(arguments: argparse.Namespace) -> list[Child]:
    """Describe the processes to run: the web server, the tracking door and the workers."""
    address = ["--host", arguments.host, "--port", str(arguments.port)]
    web = Child("the web server", sendout_command("web", "--supervised", *address))
    address = ["--host", arguments.host, "--port", str(tracking_port(arguments))]
    door = Child("the tracking door", sendout_command("track", "--supervised", *address))
    command = sendout_command("worker", "--supervised")
    names = [f"worker {number}" for number in range(1, arguments.workers + 1)]
    return [web, door, *(Child(name, command) for name in names)]


def tracking_port(arguments: argparse.Namespace) -> int:
    """Give the port of the tracking door: the one asked for, else the one beside the pages'."""
    if arguments.tracking_port is not None:
        return int(arguments.tracking_port)
    return int(arguments.port + 1 if arguments.port < LAST_PORT else arguments.port - 1)


def build_demo() -> str:
    """Make the organisation to try things on, and say how to sign in to it.

    Imported only when asked for: nobody else needs its three hundred invented people.
    """
    email, password = importlib.import_module("sendout.cli.demo").build()
    return f"\nSign in as {email} with the password {password}"


def wait_until_ready(supervisor: Supervisor, host: str, port: int) -> bool:
    """Wait for the first page; False when a signal came first."""
    end = time.monotonic() + READY_SECONDS
    while supervisor.look():
        if answers(visited_at(host), port):
            return True
        if time.monotonic() > end:
            raise Problem(f"the web server gave no page within {READY_SECONDS:.0f} s; see above")
    return False


def answers(host: str, port: int) -> bool:
    """Say whether the web server answers a request with a page."""
    connection = http.client.HTTPConnection(host, port, timeout=ANSWER_SECONDS)
    try:
        connection.request("GET", "/", headers={"Host": "localhost"})
        return connection.getresponse().status < 500
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def keep(supervisor: Supervisor, server: EmbeddedServer | None) -> None:
    """Keep everything running, the embedded database included, until a signal comes."""
    next_look = 0.0
    while supervisor.look():
        if server is not None and time.monotonic() > next_look:
            next_look = time.monotonic() + SERVER_LOOK_SECONDS
            if not server.is_ready():
                say("PostgreSQL has ended; starting it again")
                server.ensure_running()
