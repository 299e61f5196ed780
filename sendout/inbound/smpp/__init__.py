"""What comes in by SMPP: kept first, and acknowledged then."""
