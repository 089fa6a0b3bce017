"""Real repositories of git for tests: made in a temporary directory, with an identity of their own."""

import os
import subprocess
from pathlib import Path

from swarm.protocol.paths import Layout

QUIET = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}


class Repo:
    """One repository with a checkout."""

    def __init__(self, path: Path, *, bare: bool = False, empty: bool = False) -> None:
        self.path = path
        path.mkdir(parents=True, exist_ok=True)
        self.git("init", "--quiet", "--initial-branch=main", *(["--bare"] if bare else []))
        self.git("config", "user.name", "Tester")
        self.git("config", "user.email", "tester@example.org")
        if not empty and not bare:
            self.write("readme.md", "a readme\n")
            self.commit("begin")

    def git(self, *words: str, at: Path | None = None, check: bool = True) -> str:
        """What git answers."""
        done = subprocess.run(
            ["git", *words], cwd=at or self.path, env=QUIET, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0 or not check, done.stderr
        return done.stdout.strip()

    def write(self, name: str, text: str, *, at: Path | None = None) -> Path:
        """A file, in the checkout or in a worktree."""
        path = (at or self.path) / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path

    def commit(self, message: str, *, at: Path | None = None) -> str:
        """A commit of everything; returns it."""
        self.git("add", "--all", at=at)
        self.git("commit", "--quiet", "-m", message, at=at)
        return self.git("rev-parse", "HEAD", at=at)

    def branches(self) -> list[str]:
        """The names of all branches."""
        return self.git("for-each-ref", "--format=%(refname:short)", "refs/heads").splitlines()


def home_of(path: Path) -> Layout:
    """The layout of a home, with no more than the directories that worktrees need."""
    (path / "swarm").mkdir(parents=True)
    return Layout(path)
