"""Schedules as spreadsheets hold them: a row for each session."""
