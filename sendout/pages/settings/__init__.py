"""What an organisation and its members say about themselves."""
