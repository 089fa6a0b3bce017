"""The demo: a home in a temporary directory, filled with real processes that play every case of the protocol."""
