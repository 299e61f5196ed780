"""Plain Python: no Django, no database, no settings, no clock."""
