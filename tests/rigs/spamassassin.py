"""SpamAssassin's opinion of mails, by the rules that its package brings and no network."""

from __future__ import annotations

import email
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

from tests.rigs import require

RULES = Path("/usr/share/spamassassin")
OPTIONS = (
    "--local",  # asks nobody
    "--test-mode",
    "--nocreate-prefs",
    f"--configpath={RULES}",  # not those that somebody may have fetched since
    "--cf=use_bayes 0",  # nor what it learned from this machine's mail
    "--cf=report_safe 0",
    "--cf=add_header all Rules _TESTSSCORES(,)_",
)


@dataclass(frozen=True, slots=True)
class Opinion:
    """What it thinks of a mail: points, of which 5 make it spam, and those of each rule."""

    points: float
    rules: dict[str, float]


def judge(mails: list[bytes], folder: Path) -> list[Opinion]:
    """Have all mails judged by one process. folder: an empty one, for what it keeps."""
    program = require("spamassassin")
    box = b"".join(_in_a_mailbox(number, mail) for number, mail in enumerate(mails))
    done = subprocess.run(
        [program, *OPTIONS, "--mbox"],
        input=box,
        env={"PATH": os.environ["PATH"], "HOME": str(folder), "LC_ALL": "C"},
        check=True,
        capture_output=True,
        timeout=300,
    )
    answers = (b"\n" + done.stdout).split(b"\nFrom ")[1:]
    opinions = dict(_opinion(answer.partition(b"\n")[2]) for answer in answers)  # in any order
    assert len(opinions) == len(mails), done.stderr.decode()
    return [opinions[number] for number in range(len(mails))]


def _in_a_mailbox(number: int, mail: bytes) -> bytes:
    lines = mail.replace(b"\r\n", b"\n").rstrip(b"\n").split(b"\n")
    body = b"\n".join(b">" * line.startswith(b"From ") + line for line in lines)
    return b"From club@localhost Mon Nov 23 10:00:00 2026\nX-Number: %d\n%b\n\n" % (number, body)


def _opinion(answer: bytes) -> tuple[int, Opinion]:
    headers = email.message_from_bytes(answer)
    pairs = "".join(str(headers["X-Spam-Rules"]).split()).split(",")
    rules = {name: float(points) for name, _, points in (pair.partition("=") for pair in pairs)}
    return int(headers["X-Number"]), Opinion(round(sum(rules.values()), 1), rules)
