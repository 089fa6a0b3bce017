"""Tests of what is done with repositories of git."""
