"""How bounces come back, and those that nobody understood."""
