"""Lists of those who must not be written to, as other systems and offices write them."""
