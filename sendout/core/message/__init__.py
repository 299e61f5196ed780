"""What is said: merge fields, email bytes, SMS text."""
