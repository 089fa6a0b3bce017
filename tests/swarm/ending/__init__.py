"""Tests of how an agent comes to its end."""
