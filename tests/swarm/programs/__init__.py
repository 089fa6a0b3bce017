"""Tests of programs and their streams."""
