"""What the clock does: one heartbeat from plan to record, the lease on the next one, the root's turns."""
