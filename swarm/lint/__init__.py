"""The linter: every rule of the protocol, on the files of a home or of a foreign tree."""
