"""Participants, groups and imports."""
