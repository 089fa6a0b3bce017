"""The control room: app, screens, the one table of actions and their handlers."""
