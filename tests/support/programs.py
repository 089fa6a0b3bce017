"""The real agent programs for tests: pinned, installed from npm into the user's cache, kept between runs.

`python -m tests.support.programs` installs what is missing. Nothing of it is ever on PATH.
"""

import fcntl
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "swarm-tui" / "programs"
"""Outside of any checkout. Found once: tests give themselves a HOME of their own."""
INSTALL_S = 900.0
"""Seconds that npm may take for one program."""


@dataclass(frozen=True, slots=True)
class Pinned:
    """One program in one version."""

    name: str
    package: str
    version: str

    @property
    def directory(self) -> Path:
        """Where it is installed."""
        return CACHE / f"{self.name}-{self.version}"

    @property
    def executable(self) -> Path:
        return self.directory / "node_modules" / ".bin" / self.name

    @property
    def log(self) -> Path:
        """What npm said, the last time."""
        return self.directory.with_name(f"{self.directory.name}.log")

    @property
    def installed(self) -> bool:
        """It is there, in its version."""
        try:
            manifest = self.directory / "node_modules" / self.package / "package.json"
            found = json.loads(manifest.read_text())["version"]
        except (OSError, ValueError, KeyError):
            return False
        return bool(found == self.version) and self.executable.exists()

    @property
    def unfit(self) -> str:
        """Why what is installed cannot run here; '' when it can. Some are scripts for a node of some age."""
        with self.executable.open("rb") as file:
            if b"node" not in file.readline(200).partition(b"\n")[0]:
                return ""
        node = shutil.which("node")
        if node is None:
            return "node is not here to run it"
        said = subprocess.run([node, "--version"], capture_output=True, text=True, check=False, timeout=60).stdout
        manifest = json.loads((self.directory / "node_modules" / self.package / "package.json").read_text())
        wanted = re.match(r">=\s*(\d+)", str(manifest.get("engines", {}).get("node", "")))
        have = re.match(r"v(\d+)", said)
        if wanted and have and int(have[1]) < int(wanted[1]):
            return f"it needs node {wanted[1]} or newer, and {said.strip()} is here"
        return ""


PROGRAMS = {
    pinned.name: pinned
    for pinned in (
        Pinned("claude", "@anthropic-ai/claude-code", "2.1.197"),
        Pinned("codex", "@openai/codex", "0.169.0"),
        Pinned("gemini", "@google/gemini-cli", "0.61.0"),
        Pinned("opencode", "opencode-ai", "1.18.33"),
    )
}


def missing(name: str) -> str:
    """Why the program cannot be run here; '' when it can."""
    pinned = PROGRAMS[name]
    if pinned.installed:
        return f"{name} {pinned.version}: {pinned.unfit}" if pinned.unfit else ""
    if shutil.which("npm") is None:
        return f"{name} {pinned.version} is not installed, and npm is not here to install it"
    if pinned.log.exists():
        return f"{name} {pinned.version} could not be installed: see {pinned.log}"
    return f"{name} {pinned.version} is not installed: make test-programs does it"


def install(pinned: Pinned) -> str:
    """Installs one program where it is missing; '' or why that did not work."""
    CACHE.mkdir(parents=True, exist_ok=True)
    with _alone(pinned):
        if pinned.installed:
            return ""
        if shutil.which("npm") is None:
            return missing(pinned.name)
        fresh = pinned.directory.with_name(f"{pinned.directory.name}.new")
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir()
        # Without a package.json of its own npm looks upwards for one, and some packages then fail to install.
        (fresh / "package.json").write_text(json.dumps({"name": f"test-{pinned.name}", "private": True}))
        argv = ["npm", "install", "--no-audit", "--no-fund", "--save-exact", f"{pinned.package}@{pinned.version}"]
        try:
            with pinned.log.open("wb") as log:
                done = subprocess.run(
                    argv, cwd=fresh, stdin=subprocess.DEVNULL, stdout=log, stderr=log, timeout=INSTALL_S, check=False
                )
        except (OSError, subprocess.TimeoutExpired) as error:
            return f"npm could not install {pinned.name} {pinned.version}: {error}"
        if done.returncode:
            return f"npm could not install {pinned.name} {pinned.version} (exit {done.returncode}): see {pinned.log}"
        shutil.rmtree(pinned.directory, ignore_errors=True)
        fresh.rename(pinned.directory)
        return "" if pinned.installed else f"npm installed {pinned.name} without what is needed: see {pinned.log}"


@contextmanager
def _alone(pinned: Pinned) -> Iterator[None]:
    with (CACHE / f"{pinned.name}.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def main() -> int:
    """Installs what is missing and says what there is. Without npm it says that, and the tests are skipped."""
    for pinned in PROGRAMS.values():
        wrong = install(pinned)
        wrong = wrong or missing(pinned.name)
        print(wrong or f"{pinned.name} {pinned.version}: {pinned.directory}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
