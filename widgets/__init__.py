"""Textual widgets: take a snapshot, draw it, post messages; no effects."""
