"""What is said, and how it looks."""
