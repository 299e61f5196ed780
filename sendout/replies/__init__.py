"""What people answer to texts: whose reply it is, what it asks for, and what is sent back."""
