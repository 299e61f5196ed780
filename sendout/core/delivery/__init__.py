"""One delivery: the outcome of an attempt, the status, the next try."""
