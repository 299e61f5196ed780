"""The door for opens and clicks: answers readers at once, and tells people from machines."""
