"""Claude Code: command line, permissions, settings, and the events of its stream."""
