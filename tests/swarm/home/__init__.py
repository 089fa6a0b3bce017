"""Tests of opened homes."""
