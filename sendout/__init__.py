"""Sendout: one message to thousands, and the truth about each one."""

__version__ = "0.1.0"
