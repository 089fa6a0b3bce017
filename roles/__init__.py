"""Role files, as package data."""
