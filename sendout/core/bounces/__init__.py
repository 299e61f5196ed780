"""What receiving servers say when a message cannot be delivered."""
