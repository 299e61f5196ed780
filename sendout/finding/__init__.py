"""Texts in the database as they are looked for; the same for every kind of row."""
