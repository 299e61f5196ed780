"""What takes place when and where: sessions, the calendars they come from, closed days."""
