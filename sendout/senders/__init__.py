"""The configured ways out."""
