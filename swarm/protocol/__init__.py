"""The files of a home and of an agent's directory: their paths, their forms, and how they are read."""
