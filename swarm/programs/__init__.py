"""The programs that agents run: how each is started and held, and what its output tells."""
