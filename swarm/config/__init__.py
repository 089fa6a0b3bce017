"""The operator's settings: what swarm.toml may say, how it is checked, and what is kept of a check."""
