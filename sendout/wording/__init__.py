"""What Sendout says, in the language of who reads it."""
