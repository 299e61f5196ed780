"""Organisation, member, role."""
