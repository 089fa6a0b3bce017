"""Tests of what touches the terminal."""
