"""Participants, groups, and how they come in."""
