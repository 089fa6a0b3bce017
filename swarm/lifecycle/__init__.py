"""The life of an agent: admission, reservation, start, stop, end, attach, detach, relaunch, recovery."""
