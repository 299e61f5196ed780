"""`sendout web`: the pages, served by Granian under WSGI."""

from __future__ import annotations

import argparse
from importlib import import_module

from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.db import connections
from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels

from sendout.cli import database
from sendout.cli.address import add_address, check_free
from sendout.cli.commands import Subparsers
from sendout.cli.lifeline import follow_parent
from sendout.cli.numbers import positive
from sendout.core import litter
from sendout.wsgi import application

THREADS = 8  # per process; each may keep one database connection
DRAIN_SECONDS = 10


def register(subparsers: Subparsers) -> None:
    """Add the command to the command line."""
    parser = subparsers.add_parser("web", help="start the web server alone")
    add_address(parser)
    parser.add_argument("--processes", type=positive, default=1, metavar="N", help="default: 1")
    parser.add_argument("--supervised", action="store_true", help=argparse.SUPPRESS)
    parser.set_defaults(perform=perform)


def perform(arguments: argparse.Namespace) -> int:
    """Serve until a signal says stop."""
    import_module(settings.ROOT_URLCONF)  # all pages, for the first visitor must not wait for them
    if arguments.supervised:
        follow_parent()
    else:
        check_free(arguments.host, arguments.port)
        database.ensure_tables(may_migrate=database.is_embedded())
        connections.close_all()  # the server's processes are forks and open their own
    server = Granian(
        "sendout.wsgi:application",
        address=arguments.host,
        port=arguments.port,
        interface=Interfaces.WSGI,
        workers=arguments.processes,
        blocking_threads=THREADS,
        workers_kill_timeout=DRAIN_SECONDS,
        respawn_failed_workers=True,
        log_level=LogLevels.error,
    )
    server.serve(target_loader=load)
    return 0


def load(target: str) -> WSGIHandler:
    """Give Granian's process its application; the process must not outlive the server."""
    follow_parent()
    litter.spare(litter.ANSWERING)
    return application
