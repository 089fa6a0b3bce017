"""The real agent programs for tests: pinned, installed from npm into the user's cache, kept between runs.

`python -m tests.support.programs` installs what is missing, and the registry's newest Claude Code beside those that
are pinned. Nothing of it is ever on PATH.
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

from swarm.programs.claude.program import PACKAGE, Claude
from swarm.programs.codex.program import Codex
from swarm.programs.gemini.program import Gemini
from swarm.programs.opencode.program import OpenCode

CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "swarm-tui" / "programs"
"""Outside of any checkout. Found once: tests give themselves a HOME of their own."""
INSTALL_S = 900.0
"""Seconds that npm may take for one program."""
VIEW_S = 60.0
"""Seconds that the registry may take to name its newest version."""


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


PINNED = {
    name: tuple(Pinned(name, package, version) for version in tested)
    for name, package, tested in (
        ("claude", PACKAGE, Claude.tested),
        ("codex", Codex.install, Codex.tested),
        ("gemini", Gemini.install, Gemini.tested),
        ("opencode", OpenCode.install, OpenCode.tested),
    )
}
"""Every version that the code says was tested, oldest first."""
PROGRAMS = {name: versions[-1] for name, versions in PINNED.items()}
"""What a test runs that names no version."""
FOLLOWED = "claude"
"""The program whose newest release is run as well, whatever is pinned."""
NEWEST = CACHE / f"{FOLLOWED}.newest"
"""What the registry named as its newest when it was last asked."""


def versions(name: str) -> tuple[Pinned, ...]:
    """The versions of a program that tests run: those that are pinned, and the newest where that is another one."""
    pinned = PINNED[name]
    newest = NEWEST.read_text().strip() if name == FOLLOWED and NEWEST.exists() else ""
    if newest in ("", *(each.version for each in pinned)):
        return pinned
    return (*pinned, Pinned(name, pinned[-1].package, newest))


def ask_for_newest() -> str:
    """Asks the registry for its newest release and writes that down; '' or why it could not be told."""
    CACHE.mkdir(parents=True, exist_ok=True)
    NEWEST.unlink(missing_ok=True)
    argv = ["npm", "view", PROGRAMS[FOLLOWED].package, "version"]
    try:
        said = subprocess.run(argv, capture_output=True, text=True, timeout=VIEW_S, check=False).stdout.strip()
    except (OSError, subprocess.TimeoutExpired) as error:
        return f"the newest {FOLLOWED} is not known: {error}"
    if not re.fullmatch(r"\d+\.\d+\.\d+", said):
        return f"the newest {FOLLOWED} is not known: the registry does not say it"
    NEWEST.write_text(said)
    return ""


def described(pinned: Pinned) -> str:
    """A program and its version, and why it is this one."""
    why = ["pinned"] if pinned in PINNED[pinned.name] else []
    if pinned.name == FOLLOWED and NEWEST.exists() and pinned.version == NEWEST.read_text().strip():
        why.append("the registry's newest")
    return f"{pinned.name} {pinned.version} ({', '.join(why)})"


def missing(pinned: Pinned) -> str:
    """Why the program cannot be run here; '' when it can."""
    which = f"{pinned.name} {pinned.version}"
    if pinned.installed:
        return f"{which}: {pinned.unfit}" if pinned.unfit else ""
    if shutil.which("npm") is None:
        return f"{which} is not installed, and npm is not here to install it"
    if pinned.log.exists():
        return f"{which} could not be installed: see {pinned.log}"
    return f"{which} is not installed: make test-programs does it"


def install(pinned: Pinned) -> str:
    """Installs one program where it is missing; '' or why that did not work."""
    CACHE.mkdir(parents=True, exist_ok=True)
    with _alone(pinned):
        if pinned.installed:
            return ""
        if shutil.which("npm") is None:
            return missing(pinned)
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
    unknown = ask_for_newest()
    if unknown:
        print(unknown, flush=True)
    for pinned in (each for name in PINNED for each in versions(name)):
        wrong = install(pinned) or missing(pinned)
        print(wrong or f"{described(pinned)}: {pinned.directory}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
