"""The Unsubscribes list: who is on it and why, adding, lifting, taking it away as a file."""
