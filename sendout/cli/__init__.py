"""The command `sendout`: one table of commands, one way to fail."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

from sendout.cli.commands import perform
from sendout.cli.problem import Problem


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and give its exit code: 0 done, 1 some failed, 2 bad input."""
    try:
        return perform(list(sys.argv[1:] if arguments is None else arguments))
    except Problem as problem:
        print(f"sendout: {problem}", file=sys.stderr)
        return problem.code
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:  # whoever read the output has seen enough, such as `head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
