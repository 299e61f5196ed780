"""A child process that ends with its parent, however the parent ends."""

from __future__ import annotations

import os
import signal
import threading
import time

LOOK_SECONDS = 0.5
DRAIN_SECONDS = 30.0


def follow_parent() -> None:
    """End this process soon after its parent is gone: asked first, killed when it lingers.

    Watching the parent's id works on every POSIX system and for children of any kind, forked or
    fresh; Linux's PR_SET_PDEATHSIG would depend on which thread had started the child.
    """
    parent = os.getppid()
    threading.Thread(target=_watch, args=(parent,), name="lifeline", daemon=True).start()


def _watch(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(LOOK_SECONDS)
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(DRAIN_SECONDS)
    os.kill(os.getpid(), signal.SIGKILL)
