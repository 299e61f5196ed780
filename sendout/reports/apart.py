"""A report is made in a process of its own, so that a worker goes on sending meanwhile.

Drawing pages holds Python's lock; and what draws and signs takes 12 MB, which no worker has to
keep for it.
"""

from __future__ import annotations

import subprocess
import sys

from sendout.reports.asking import OUR_FAULT, fail

CHILD = [sys.executable, "-m", "sendout.reports.child"]
LONGEST = 3_600  # seconds; 200,000 recipients take minutes


def run_report(report_id: int) -> None:
    """Make what was asked for; the body of the job, safe to run again.

    Raises OSError or subprocess.SubprocessError when the child could not live; the report has
    failed then.
    """
    command = [*CHILD, str(report_id)]
    try:
        # In a session of its own, Ctrl-C reaches the worker alone, which waits for its end.
        subprocess.run(command, check=True, timeout=LONGEST, start_new_session=True)
    except (OSError, subprocess.SubprocessError):
        fail(report_id, OUR_FAULT)
        raise
