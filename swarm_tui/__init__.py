"""The application: command line, app, screens, the command table."""
