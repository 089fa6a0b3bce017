"""Tests of processes and runners."""
