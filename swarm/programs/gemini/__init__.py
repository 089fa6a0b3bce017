"""Gemini CLI: command line and the events of its stream."""
