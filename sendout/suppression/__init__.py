"""The Unsubscribes list."""
