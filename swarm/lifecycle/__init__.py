"""The life of an agent: reservation, start, stop, attach, detach, relaunch, recovery, archive."""
