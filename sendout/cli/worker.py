"""`sendout worker`: the processes that send."""

from __future__ import annotations

import argparse
import asyncio

from sendout.cli import database
from sendout.cli.commands import Subparsers
from sendout.cli.lifeline import follow_parent
from sendout.cli.supervisor import Child, Supervisor, sendout_command
from sendout.engine import tasks as engine_tasks
from sendout.engine.worker import work
from sendout.inbound import tasks as inbound_tasks

TASKS = (engine_tasks, inbound_tasks)  # imported so that the worker knows these jobs
CONCURRENCY = 8  # batches that one process has in hand at once


def register(subparsers: Subparsers) -> None:
    """Add the command to the command line."""
    parser = subparsers.add_parser("worker", help="start workers alone")
    parser.add_argument("--processes", type=int, default=1, metavar="N", help="default: 1")
    parser.add_argument("--supervised", action="store_true", help=argparse.SUPPRESS)
    parser.set_defaults(perform=perform)


def perform(arguments: argparse.Namespace) -> int:
    """Work until a signal says stop; the slices in hand are finished first."""
    if arguments.supervised:
        follow_parent()
    else:
        database.ensure_tables(may_migrate=database.is_embedded())
    if arguments.processes > 1:
        Supervisor(children(arguments.processes)).watch()
    else:
        asyncio.run(work(CONCURRENCY))
    return 0


def children(count: int) -> list[Child]:
    """Describe this many worker processes."""
    command = sendout_command("worker", "--supervised")
    return [Child(f"worker {number}", command) for number in range(1, count + 1)]
