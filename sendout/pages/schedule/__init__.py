"""What is planned: sessions, where they come from, closed days, and what repeats."""
