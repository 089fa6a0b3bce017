"""Tests of the protocol's files."""
