"""What a person must put right before a command can do its work."""


class Problem(Exception):
    """Bad input or configuration, said in one sentence: the thing, the reason, the remedy.

    `main` prints it on standard error and ends with its exit code, without a traceback.
    """

    code = 2
