"""Tests of the life of an agent."""
