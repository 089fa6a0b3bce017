"""Threads beside the screen: the heartbeat, the detail of an agent, the tail of a transcript."""
