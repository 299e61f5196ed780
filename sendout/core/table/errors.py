"""The one thing that is raised when a list cannot be read."""


class BadTable(Exception):
    """A file that cannot be read as a list; its text is one sentence for the person who sent it."""
