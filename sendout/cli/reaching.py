"""Whom `sendout send` means: a group there is, or one made from a file."""

from __future__ import annotations

import argparse
from itertools import count
from pathlib import Path

from sendout.accounts.models import Organisation
from sendout.cli.import_ import read_file
from sendout.cli.problem import Problem
from sendout.cli.supervisor import say
from sendout.compose.fields import missing_fields, unknown_fields
from sendout.people.columns import own_columns
from sendout.people.importing import import_now
from sendout.people.models import Group, Import, ImportState, Outcome
from sendout.sendouts.audience import reached
from sendout.sendouts.models import Channels, SendOut

LONGEST_NAME = 120
SHOWN = 5  # rows that were refused


def group_of(
    organisation: Organisation, arguments: argparse.Namespace, name: str
) -> tuple[Group, bool]:
    """Give the group to send to, and whether it was made for this. Raises Problem."""
    if arguments.to is not None:
        return group_of_file(organisation, arguments.to, name), True
    group = Group.objects.filter(organisation=organisation, name=arguments.group).first()
    if group is None:
        raise Problem(f'--group: there is no group "{arguments.group}"; {known(organisation)}')
    if not group.participants.exists():
        raise Problem(f'--group: "{group.name}" has nobody in it; add people, or choose another')
    return group, False


def known(organisation: Organisation) -> str:
    """Name some of the groups to choose from."""
    names = organisation.groups.order_by("name").values_list("name", flat=True)[:10]
    listed = ", ".join(f'"{name}"' for name in names)
    return f"there are {listed}" if listed else "there is none yet; give a list with --to"


def group_of_file(organisation: Organisation, path: Path, name: str) -> Group:
    """Import the file into a group of its own, so that exactly those are meant. Raises Problem."""
    free = free_name(organisation, name)
    asked = argparse.Namespace(org=organisation.slug, file=path, group=free)
    upload = read_file(asked)
    try:
        import_now(upload, dry_run=False)
        return check_import(upload, path)
    finally:
        if upload.state != ImportState.DONE and upload.pk:
            upload.delete()


def check_import(upload: Import, path: Path) -> Group:
    """Give the group of those who were imported. Raises Problem when there is nobody."""
    if upload.state == ImportState.FAILED:
        raise Problem(f"--to: {path}: {upload.error}")
    refused = upload.counts["refused"]
    group = Group.objects.filter(organisation=upload.organisation, name=upload.group_name).first()
    if group is None or not group.participants.exists():
        why = why_refused(upload)
        upload.delete()
        raise Problem(f"--to: no row of {path} could be imported:{why}")
    if refused:
        say(f"rows of {path} that were refused: {refused}{why_refused(upload)}")
        if refused > SHOWN:
            hint = f"sendout import {path} --org {upload.organisation.slug} --dry-run --json"
            say(f"these are the first {SHOWN}; `{hint}` gives them all")
    return group


def why_refused(upload: Import) -> str:
    """Say of the first rows that were refused why, each on a line of its own."""
    lines = upload.lines.filter(outcome=Outcome.REFUSED).order_by("number")[:SHOWN]
    said = [(line.number, note["reason"]) for line in lines for note in line.notes]
    return "".join(f"\n  row {number}: {reason}" for number, reason in said)


def free_name(organisation: Organisation, name: str) -> str:
    """Give the group a name that no other one has."""
    taken = organisation.groups.values_list("name", flat=True)
    plain = " ".join(name.split())[: LONGEST_NAME - 8].strip()
    names = (plain if n == 1 else f"{plain} ({n})" for n in count(1))
    return next(each for each in names if each not in taken)


def note_missing(sendout: SendOut) -> bool:
    """Say which merge fields some of those reached have no value for; tells whether there are."""
    columns, used = own_columns(sendout.organisation), Channels(sendout.channels).used
    unknown = unknown_fields(sendout.message, columns, used)
    for field, near in unknown.items():
        meant = f"; did you mean {{{{ {near} }}}}?" if near else ""
        say(f"nobody has {{{{ {field} }}}}, there is no such field{meant}")
    noted = False
    for channel in used:
        people = reached(sendout, channel)
        for field, n in missing_fields(sendout.message, people, columns, (channel,)).items():
            noted = True
            if field not in unknown:
                who = "1 person has" if n == 1 else f"{n:,} people have"
                say(f"{channel.label}: {who} no {{{{ {field} }}}}, and it has no fallback")
    return noted
