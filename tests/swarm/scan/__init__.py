"""Tests of scan and watcher."""
