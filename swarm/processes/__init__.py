"""The processes of agents: identify, find, stop and sweep them, and run new ones."""
