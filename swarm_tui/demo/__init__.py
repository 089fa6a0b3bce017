"""The demo: a home in a temporary directory, filled with real processes that show every case of the protocol."""
