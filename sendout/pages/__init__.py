"""What the staff and the recipients see."""
