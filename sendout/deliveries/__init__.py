"""One person, one channel, one status."""
