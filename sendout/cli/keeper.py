"""Keeps one embedded PostgreSQL for as long as any command uses its data directory.

Every user of the server holds a shared lock on the `users` file. The kernel lets go of it however
a user ends, `kill -9` included, so waiting for the exclusive lock is waiting for the last user.
Runs as its own process, on the standard library alone, so that it stays small and starts at once:

    python keeper.py USERS_FILE ALIVE_FILE UID GID POSTGRES ARGUMENT...
"""

from __future__ import annotations

import fcntl
import os
import signal
import subprocess
import sys
import threading
import time

LOOK_SECONDS = 2.0  # longer than anybody takes to look whether a lock is free


def start(alive: str, uid: int, gid: int, command: list[str]) -> subprocess.Popen[bytes]:
    """Start PostgreSQL holding the `alive` lock: it is free again when its last process is gone.

    The server's processes inherit the locked descriptor; no process id has to be believed, which
    could have been given to somebody else since.
    """
    descriptor = os.open(alive, os.O_RDWR)
    take(descriptor)
    account = {} if uid == os.geteuid() else {"user": uid, "group": gid, "extra_groups": []}
    server = subprocess.Popen(command, cwd="/", pass_fds=[descriptor], **account)  # type: ignore[call-overload]
    os.close(descriptor)
    return server  # type: ignore[no-any-return]


def take(descriptor: int) -> None:
    """Take the lock, although others look now and then whether it is free by taking it themselves.

    Raises BlockingIOError when a server holds it.
    """
    end = time.monotonic() + LOOK_SECONDS
    while True:
        try:
            return fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > end:
                raise
        time.sleep(0.005)


def stop_after_last_user(users: str, server: subprocess.Popen[bytes]) -> None:
    """Wait until nobody uses the server, then ask it for a fast shutdown."""
    descriptor = os.open(users, os.O_RDWR)
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    server.send_signal(signal.SIGINT)
    server.wait()


def main() -> int:
    """Start the server, stop it after its last user, and give its exit code."""
    users, alive, uid, gid, *command = sys.argv[1:]
    server = start(alive, int(uid), int(gid), command)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: server.send_signal(signal.SIGINT))
    threading.Thread(target=stop_after_last_user, args=(users, server), daemon=True).start()
    return server.wait()


if __name__ == "__main__":
    sys.exit(main())
