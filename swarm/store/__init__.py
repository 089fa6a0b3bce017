"""Files that other processes may have changed: bounded reads, atomic writes, locks, JSON."""
