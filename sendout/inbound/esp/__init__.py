"""What email services tell of the messages that they sent for us."""
