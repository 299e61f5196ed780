"""What the DNS says about a domain: whether it gets mail, and who may send in its name."""
