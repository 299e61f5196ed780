"""What people see who are not signed in: recipients, and those who were invited."""
