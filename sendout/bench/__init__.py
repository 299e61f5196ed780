"""How fast it is: the same work through Sendout and through others, one after another."""
