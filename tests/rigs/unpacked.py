"""Mail servers that cannot be installed beside Postfix, run from their unpacked packages.

`.ci/run` unpacks the packages into `tests/peers/fetched/mail-servers`. Each server gets a root
folder of its own: these programs have the names of their users and folders built in.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Self

from tests.rigs import free_port, give_up

PACKAGES = Path(__file__).parents[1] / "peers" / "fetched" / "mail-servers"
USERS = """\
root:x:0:0:root:/:/bin/sh
Debian-exim:x:990:990::/:/bin/false
opensmtpd:x:991:991::/var/lib/opensmtpd/empty:/bin/false
opensmtpq:x:992:992::/var/lib/opensmtpd/empty:/bin/false
nobody:x:65534:65534:nobody:/:/bin/false
"""
GROUPS = """\
root:x:0:
Debian-exim:x:990:
opensmtpd:x:991:
opensmtpq:x:992:
nogroup:x:65534:
"""
EXIM = """\
exim_path = /usr/sbin/exim4
spool_directory = /var/spool/exim4
log_file_path = /var/log/%slog
primary_hostname = exim.test
local_interfaces = <; 127.0.0.1
daemon_smtp_ports = {port}
keep_environment =
tls_advertise_hosts =
acl_smtp_rcpt = take
smtputf8_advertise_hosts = *
delay_warning = 1s
message_size_limit = 200K
queue_only = false
begin acl
take:
  accept
begin routers
out:
  driver = manualroute
  route_list = * 127.0.0.1
  self = send
  transport = out
begin transports
out:
  driver = smtp
  port = {far}
  allow_localhost
  hosts_try_dane =
begin retry
* * F,1h,1s
"""
OPENSMTPD = """\
listen on 127.0.0.1 port {port}
bounce warn-interval 1s
action "out" relay host smtp://127.0.0.1:{far}
match from any for any action "out"
match for any action "out"
"""
SERVERS = {
    "exim": ("usr/sbin/exim4", "etc/exim.conf", EXIM, ["-C", "/etc/exim.conf", "-bdf", "-q1s"]),
    "opensmtpd": ("usr/sbin/smtpd", "etc/smtpd.conf", OPENSMTPD, ["-d"]),
}


class Unpacked:
    """A mail server that hands everything on to the port `far`, its own bounces included.

    Use it with `with`. name: `exim` or `opensmtpd`. Skips or fails the test where it is missing.
    """

    def __init__(self, name: str, far: int) -> None:
        self.program, self.config_file, self.config, self.arguments = SERVERS[name]
        self.far = far
        self.port = 0

    def __enter__(self) -> Self:
        """Start it in a root folder of its own."""
        if not (PACKAGES / self.program).exists():
            give_up(f"{self.program} is not unpacked in tests/peers/fetched/mail-servers")
        if os.geteuid() != 0:
            give_up("a mail server can only be started by root")
        self.port = free_port()
        self.root = Path(tempfile.mkdtemp(prefix="mail-server-"))
        self.log = self.root / "server.log"
        try:
            self._furnish()
            self._start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        """Stop it and remove what it wrote."""
        self.stop()

    def _furnish(self) -> None:
        shutil.copytree(PACKAGES, self.root, symlinks=True, dirs_exist_ok=True)
        for library in _libraries(PACKAGES / self.program):
            place = self.root / library.relative_to("/")
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(library, place)
        for folder in (
            "dev",
            "etc",
            "run",
            "tmp",
            "var/log",
            "var/spool",
            "var/lib/opensmtpd/empty",
        ):
            (self.root / folder).mkdir(parents=True, exist_ok=True)
        (self.root / "var/run").symlink_to("../run")
        _own(self.root / "var/log", 990, 0o755)
        _own(self.root / "tmp", 0, 0o1777)
        (self.root / "dev/null").touch()
        (self.root / "dev/null").chmod(0o666)
        (self.root / "etc/passwd").write_text(USERS)
        (self.root / "etc/group").write_text(GROUPS)
        (self.root / "etc/nsswitch.conf").write_text("passwd: files\ngroup: files\nhosts: files\n")
        (self.root / "etc/hosts").write_text("127.0.0.1 localhost\n")
        (self.root / "etc/mailname").write_text("opensmtpd.test\n")
        config = self.config.format(port=self.port, far=self.far)
        (self.root / self.config_file).write_text(config)

    def _start(self) -> None:
        with self.log.open("wb") as log:
            self._process = subprocess.Popen(
                ["chroot", str(self.root), f"/{self.program}", *self.arguments],
                stdout=log,
                stderr=log,
            )
        end = time.monotonic() + 10
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > end:
                raise RuntimeError(f"{self.program} does not start: {self.log.read_text()}")
            time.sleep(0.05)

    def _answers(self) -> bool:
        with (
            contextlib.suppress(OSError),
            socket.create_connection(("127.0.0.1", self.port), 5) as s,
        ):
            return s.recv(3) == b"220"
        return False

    def stop(self) -> None:
        """Stop the server and remove its folder."""
        process = getattr(self, "_process", None)
        if process is not None:
            process.terminate()
            process.wait(10)
        shutil.rmtree(self.root, ignore_errors=True)


def _libraries(program: Path) -> list[Path]:
    """Give the shared libraries that a program loads, and those that look up users."""
    listed = subprocess.run(["ldd", str(program)], capture_output=True, text=True, check=True)
    words = [word for line in listed.stdout.splitlines() for word in line.split()]
    found = [Path(word) for word in words if word.startswith("/")]
    folder = next(path.parent for path in found if path.name.startswith("libc.so"))
    return [*found, *folder.glob("libnss_files*"), *folder.glob("libresolv.so*")]


def _own(folder: Path, uid: int, mode: int) -> None:
    os.chown(folder, uid, uid)
    folder.chmod(mode)
