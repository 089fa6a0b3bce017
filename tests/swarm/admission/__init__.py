"""Tests of what must hold before an agent starts."""
