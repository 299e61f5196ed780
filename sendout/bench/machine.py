"""What processes cost, read from Linux's /proc, and what the machine is."""

from __future__ import annotations

import os
import platform
import re
import sys
from pathlib import Path

PROC = Path("/proc")
PARENT, USER, SYSTEM, WAITED_USER, WAITED_SYSTEM = 1, 11, 12, 13, 14  # after the name; proc(5)


def _stat(process: int | str) -> list[str]:
    text = (PROC / str(process) / "stat").read_text()
    return text.rpartition(")")[2].split()


def _seconds(stat: list[str], fields: tuple[int, ...]) -> float:
    return sum(int(stat[field]) for field in fields) / os.sysconf("SC_CLK_TCK")


def cpu_seconds(process: int) -> float:
    """Give the processor time that a living process has used."""
    return _seconds(_stat(process), (USER, SYSTEM))


def cpu_nanoseconds(process: int) -> int:
    """Give the same to the nanosecond, from the scheduler's own statistics."""
    return int((PROC / str(process) / "schedstat").read_text().split()[0])


def cpu_seconds_of_family(parent: int) -> float:
    """Give that of a process with its children, those that have ended too."""
    total = _seconds(_stat(parent), (USER, SYSTEM, WAITED_USER, WAITED_SYSTEM))
    for entry in PROC.glob("[0-9]*"):
        try:
            stat = _stat(entry.name)
        except OSError:  # it ended meanwhile
            continue
        if int(stat[PARENT]) == parent:
            total += _seconds(stat, (USER, SYSTEM))
    return total


def peak_rss_kb(process: int | str = "self") -> int:
    """Give the most memory a process ever had; unlike ru_maxrss it forgets what it was before."""
    text = (PROC / str(process) / "status").read_text()
    found = re.search(r"^VmHWM:\s+(\d+) kB", text, re.MULTILINE)
    return int(found[1]) if found else 0


def cores() -> int:
    """Count the cores that this process may use."""
    return len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1


def describe() -> dict[str, object]:
    """Say what the machine is, and how busy it is with other things."""
    return {
        "cores": cores(),
        "load": round(os.getloadavg()[0], 2),
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.release()}",
    }
