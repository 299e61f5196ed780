"""The ways out: which there are, how each is set up, whether it works."""
