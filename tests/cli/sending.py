"""What the tests of `sendout send` and `sendout status` begin with: a group, files, the words."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sendout.accounts.models import Organisation
from sendout.cli import send as command
from sendout.people.models import Group, Participant

HTML = "<title>Aqua  Club\nnews</title><p>Hi {{ first_name }}, the pool is open.</p>"
Files = Callable[..., list[str]]


@pytest.fixture
def files(tmp_path: Path) -> Files:
    """Write files and give the words that name them: files(html="...") is `--html FILE`."""

    def write(**contents: str | bytes) -> list[str]:
        words = []
        for option, content in contents.items():
            file = tmp_path / f"{option}.{'csv' if option == 'to' else 'txt'}"
            file.write_bytes(content if isinstance(content, bytes) else content.encode())
            words += [f"--{option}", str(file)]
        return words

    return write


@pytest.fixture
def ann(club: Organisation) -> Participant:
    """Ann, the only one of the group "Masters"."""
    names = {"first_name": "Ann", "email": "ann@example.org", "email_normal": "ann@example.org"}
    ann = Participant.objects.create(organisation=club, phone="+14163201001", **names)
    Group.objects.create(organisation=club, name="Masters").participants.add(ann)
    return ann


def run(module: Any, *words: str) -> int:
    parser = argparse.ArgumentParser()
    module.register(parser.add_subparsers())
    arguments = parser.parse_args(words)
    return int(arguments.perform(arguments))


def send(*words: str) -> int:
    return run(command, "send", "--org", "aqua-club", *words)
