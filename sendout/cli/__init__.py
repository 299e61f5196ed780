"""The command `sendout`: one table of commands, one way to fail."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Sequence
from io import TextIOWrapper

from sendout.cli.commands import perform
from sendout.cli.problem import Problem

UNWRITTEN = {errno.ENOSPC, errno.EIO, errno.EDQUOT}
OUTPUT_LOST = (
    "the output cannot be written ({}). What was asked for may be done all the same: look with "
    "`sendout status` before you ask for it again."
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and give its exit code: 0 done, 1 some failed, 2 bad input."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    open_output(words)
    try:
        code = perform(words)
        sys.stdout.flush()
        return code
    except Problem as problem:
        print(f"sendout: {problem}", file=sys.stderr)
        return problem.code
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:  # whoever read the output has seen enough, such as `head`
        drop_output()
        return 0
    except OSError as error:
        if error.errno not in UNWRITTEN or error.filename is not None:
            raise
        drop_output()
        print(f"sendout: {OUTPUT_LOST.format(error.strerror)}", file=sys.stderr)
        return 1


def open_output(words: Sequence[str]) -> None:
    """Have no letter end a command that has done its work, whatever the terminal can show.

    What other programs read is UTF-8.
    """
    read_by_programs = "--json" in words or "export" in words
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            if read_by_programs and stream is sys.stdout:
                stream.reconfigure(encoding="utf-8")
            stream.reconfigure(errors="backslashreplace")


def drop_output() -> None:
    """Let nobody write any more to what takes nothing."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
