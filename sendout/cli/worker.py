"""`sendout worker`: the processes that send."""

from __future__ import annotations

import argparse
import asyncio
import os
import socket
from collections.abc import Sequence

from django.db import connections

from sendout.cli import database
from sendout.cli.address import HOST, check_free
from sendout.cli.commands import Subparsers
from sendout.cli.lifeline import follow_parent
from sendout.cli.numbers import positive
from sendout.cli.supervisor import Child, Supervisor, sendout_command
from sendout.deliveries import workers
from sendout.engine import tasks as engine_tasks
from sendout.engine.worker import work
from sendout.inbound import tasks as inbound_tasks
from sendout.inbound.smpp.receivers import Receivers
from sendout.tracking import tasks as tracking_tasks

# Imported so that the worker knows these jobs.
TASKS = (engine_tasks, inbound_tasks, tracking_tasks)
CONCURRENCY = 16  # batches in hand at once; more would be kept from other workers


def register(subparsers: Subparsers) -> None:
    """Add the command to the command line."""
    parser = subparsers.add_parser("worker", help="start workers alone")
    parser.add_argument("--processes", type=positive, default=1, metavar="N", help="default: 1")
    parser.add_argument(
        "--metrics-port",
        type=int,
        metavar="N",
        help="answer Prometheus there; further processes on the ports after it (default: nowhere)",
    )
    parser.add_argument("--metrics-host", default=HOST, metavar="H", help=f"default: {HOST}")
    parser.add_argument("--supervised", action="store_true", help=argparse.SUPPRESS)
    parser.set_defaults(perform=perform)


def perform(arguments: argparse.Namespace) -> int:
    """Work until a signal says stop; the slices in hand are finished first."""
    os.environ["PGAPPNAME"] = program_name()
    ports = metrics_ports(arguments)
    if arguments.supervised:
        follow_parent()
    else:
        for port in ports:
            check_free(arguments.metrics_host, port, "--metrics-port")
        database.ensure_tables(may_migrate=database.is_embedded())
        connections.close_all()
    if arguments.processes > 1:
        Supervisor(children(arguments.processes, arguments.metrics_host, ports)).watch()
    else:
        metrics_at = (arguments.metrics_host, ports[0]) if ports else None
        asyncio.run(work(CONCURRENCY, metrics_at, Receivers(program_name())))
    return 0


def program_name() -> str:
    """Name this process for PostgreSQL: the Workers page reads there what runs where."""
    return workers.program_name(socket.gethostname(), os.getpid())


def metrics_ports(arguments: argparse.Namespace) -> list[int]:
    """Give the port of each process, the first one's first; none when none was asked for."""
    if arguments.metrics_port is None:
        return []
    return [arguments.metrics_port + number for number in range(arguments.processes)]


def children(count: int, host: str = HOST, ports: Sequence[int] = ()) -> list[Child]:
    """Describe this many worker processes. ports: where each one answers Prometheus, if at all."""
    command = sendout_command("worker", "--supervised")
    asked = [["--metrics-host", host, "--metrics-port", str(port)] for port in ports]
    return [
        Child(f"worker {number + 1}", [*command, *(asked[number] if asked else [])])
        for number in range(count)
    ]
