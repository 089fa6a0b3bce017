"""Repositories of git: found, looked at, and changed by the program `git` alone."""
