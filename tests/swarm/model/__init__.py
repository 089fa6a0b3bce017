"""Tests of the values that all floors share."""
