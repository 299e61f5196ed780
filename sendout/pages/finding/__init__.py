"""One box that finds people, messages, listed addresses and replies."""
