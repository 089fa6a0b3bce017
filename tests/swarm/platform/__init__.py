"""Tests of the ports to operating systems."""
