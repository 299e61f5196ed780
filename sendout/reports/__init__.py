"""Who was told what, when, by which channel and with what result: a signed file of it."""
