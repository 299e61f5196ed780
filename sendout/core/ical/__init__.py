"""Calendars as other programs publish them (RFC 5545): fetched with care, read apart, expanded."""
