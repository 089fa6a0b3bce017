"""Tests of the threads beside the screen."""
