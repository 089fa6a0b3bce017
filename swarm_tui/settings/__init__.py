"""The operator's own settings of control rooms: a file that they write, and what they changed with keys."""
