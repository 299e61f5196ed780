"""Those that Sendout is compared with: how each is started, and what it needs."""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from sendout.bench import bare, with_django
from sendout.bench.work import Result, Work
from sendout.cli.problem import Problem

SENDOUT = "sendout"
CHECKOUT = Path(__file__).parents[2]
SCRIPT = CHECKOUT / "tests" / "peers" / "send-mails.cjs"
LAST_WORDS = 500  # characters


@dataclass(frozen=True, slots=True)
class Peer:
    """A program that reads a Work and prints a Result. missing: why it cannot run here."""

    command: tuple[str, ...]
    missing: str = ""


def known_peers() -> dict[str, Peer]:
    """Give all that there are, in the order in which they run; Sendout comes last."""
    return {
        "django": Peer((sys.executable, "-m", with_django.__name__)),
        "aiosmtplib": _aiosmtplib(),
        "nodemailer": _nodemailer(),
        "bare": Peer((sys.executable, "-m", bare.__name__)),
    }


def _aiosmtplib() -> Peer:
    there = importlib.util.find_spec("aiosmtplib")
    missing = "" if there else "aiosmtplib is not installed; `make setup-dev` installs it"
    # By its name: whoever imports it needs the library.
    return Peer((sys.executable, "-m", "sendout.bench.with_aiosmtplib"), missing)


def _nodemailer() -> Peer:
    node = shutil.which("node")
    if not (SCRIPT.parent / "node_modules" / "nodemailer").is_dir():
        missing = "nodemailer is not installed; `npm ci` in tests/peers of a checkout installs it"
        return Peer((), missing)
    return Peer((node or "node", str(SCRIPT)), "" if node else "node is not installed")


def run(name: str, peer: Peer, work: Work, authority: Path | None) -> Result:
    """Have a peer do the work. Raises Problem with its last words when it fails."""
    done = subprocess.run(
        peer.command,
        input=work.to_json(),
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | _trust(authority),
    )
    if done.returncode or not done.stdout:
        raise Problem(f"{name} did not do its work: {done.stderr.strip()[-LAST_WORDS:]}")
    result = Result(**json.loads(done.stdout))
    if not result.messages:
        raise Problem(f"{name} sent nothing in {result.seconds:.0f} s; allow more --peer-seconds")
    return result


def _trust(authority: Path | None) -> Mapping[str, str]:
    """Have Python and Node trust the certificate that this run has made."""
    if authority is None:
        return {}
    return {"SSL_CERT_FILE": str(authority), "NODE_EXTRA_CA_CERTS": str(authority)}
