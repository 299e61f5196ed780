"""What comes back from the world."""
