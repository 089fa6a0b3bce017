"""Telling the operator away from the terminal: targets, commands on events, the ping; in a process of its own."""
