"""Runs `git`: without questions, hooks, pagers or editors, bounded in time and output, in the words of no language."""

import os
import re
import selectors
import shutil
import signal
import subprocess
import time
from collections.abc import Collection, Mapping
from contextlib import suppress
from pathlib import Path

from msgspec import Struct

from swarm.errors import Code, SwarmError
from swarm.protocol.paths import MARKER
from swarm.sanitize import clean_block

LOOK_S = 30.0
"""Seconds that git may take to look at something."""
WORK_S = 600.0
"""Seconds that git may take to write a whole worktree."""
MAX_OUTPUT = 8 << 20
MAX_ERRORS = 64 << 10
STEP = 1 << 16
MERGES = (2, 38)
"""The first version of git that merges without a checkout."""
QUIET = {
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_ASKPASS": "false",
    "SSH_ASKPASS": "false",
    "GIT_EDITOR": "false",
    "GIT_SEQUENCE_EDITOR": "false",
    "GIT_PAGER": "cat",
    "PAGER": "cat",
    "GIT_MERGE_AUTOEDIT": "no",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_LITERAL_PATHSPECS": "1",
    "LC_ALL": "C",
}
"""What keeps git from asking, from waiting for a person, and from taking locks for a mere look."""
KEPT = ("GIT_AUTHOR_", "GIT_COMMITTER_", "GIT_CONFIG_", "GIT_SSH", "GIT_EXEC_PATH", "GIT_SSL_", "GIT_PROXY_")
"""The operator's variables of git that hold here too: who commits, and with which settings. The others name places."""
UNTRUSTED = (
    # A hook or a file monitor is a command; what an agent can put in place would run with the engine's rights.
    *("-c", "core.hooksPath=/dev/null"),
    *("-c", "core.fsmonitor=false"),
    *("-c", "gc.auto=0"),
    *("-c", "maintenance.auto=false"),
    *("-c", "core.quotePath=false"),
    *("-c", "advice.detachedHead=false"),
    *("-c", "color.ui=false"),
)


OURS = "swarm-tui"
"""The marker of what we start, so that who looks for processes in an agent's worktree passes git over."""


class GitError(SwarmError):
    """git did not do what it was asked to; the detail is in its own words."""

    code = Code.GIT


class Answer(Struct, frozen=True):
    """What git said. status: its exit status. cut: it said more than was read, and was stopped."""

    status: int
    output: bytes
    errors: str = ""
    cut: bool = False

    @property
    def line(self) -> str:
        """Its output as one line."""
        return os.fsdecode(self.output).rstrip("\n")

    def names(self) -> list[str]:
        """Its output as the names that `-z` ends with a NUL; one that was cut off is left out."""
        return [os.fsdecode(name) for name in self.output.split(b"\0")[:-1]]


class Place(Struct, frozen=True):
    """The repository and the worktree that git works on, named, so that it looks for none by itself.

    A file in a worktree says which git directory belongs to it, and an agent can write that file: here it is not asked.
    """

    common: Path
    """The git directory that all worktrees of the repository have in common."""
    directory: Path | None = None
    """The worktree's own git directory; None for the repository as a whole."""
    worktree: Path | None = None

    def environment(self) -> dict[str, str]:
        """The variables that name it."""
        made = {"GIT_DIR": str(self.directory or self.common)}
        if self.directory is not None and self.directory != self.common:
            made["GIT_COMMON_DIR"] = str(self.common)
        if self.worktree is not None:
            made["GIT_WORK_TREE"] = str(self.worktree)
        return made


def version() -> str:
    """The version of git, like `2.39.5`; '' where there is none, or where it does not say. Never raises."""
    try:
        found = re.search(r"\d+(\.\d+)+", git("version", at=Path("/")).line)
    except GitError:
        return ""
    return found[0] if found is not None else ""


def merges_without_a_checkout(number: str) -> bool:
    """Whether git of this version does."""
    major, minor, *_ = (int(each) for each in f"{number or 0}.0".split("."))
    return (major, minor) >= MERGES


def git(
    *words: str,
    at: Place | Path,
    ok: Collection[int] = (0,),
    what: str = "",
    timeout: float = LOOK_S,
    stdin: bytes = b"",
    most: int = MAX_OUTPUT,
    more: Mapping[str, str] = {},
) -> Answer:
    """Runs git and returns its answer. at: a named place, or a directory from which git looks for the repository.

    ok: the exit statuses that are an answer. what: what could not be done, as a title for people. timeout: seconds.
    most: bytes of output that are read. more: further variables. Raises GitError: git is not there, took too long, or
    failed.
    """
    title = what or f"git {words[0]} failed."
    program = shutil.which("git")
    if program is None:
        raise GitError(title, "git is not on PATH.", "Install git.")
    place = at.environment() if isinstance(at, Place) else {}
    directory = (at.worktree or at.common) if isinstance(at, Place) else at
    try:
        process = subprocess.Popen(
            [program, *UNTRUSTED, *words],
            stdin=subprocess.PIPE if stdin else subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=directory,
            env={MARKER: OURS, **_operators(os.environ), **QUIET, **place, **more},
            start_new_session=True,
        )
    except OSError as error:
        raise GitError(title, f"{str(directory)!r}: {error.strerror or error}.") from error
    with process:
        answer = _answer(process, stdin, time.monotonic() + timeout, most)
    if answer is None:
        raise GitError(title, f"git {words[0]} took longer than {timeout:g} s, and was stopped.")
    if answer.status not in ok and not answer.cut:
        raise GitError(title, answer.errors or f"git {words[0]} ended with status {answer.status}.")
    return answer


def _operators(environment: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in environment.items() if not name.startswith("GIT_") or name.startswith(KEPT)}


def _answer(process: "subprocess.Popen[bytes]", stdin: bytes, until: float, most: int) -> Answer | None:
    """What it says until it ends; None where it did not end in time. It is gone in either case."""
    talk = _Talk(process, stdin, most)
    try:
        in_time = talk.go_on(until)
        if in_time and not talk.cut:
            with suppress(subprocess.TimeoutExpired):
                process.wait(max(0.1, until - time.monotonic()))
    finally:
        in_time = process.poll() is not None or talk.cut
        if process.returncode is None:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)  # its own group: what it has started, too
        status = process.wait()
    errors = clean_block(talk.errors.decode("utf-8", "replace").strip(), 12, 300)
    return Answer(status, bytes(talk.output[:most]), errors, talk.cut) if in_time else None


class _Talk:
    """What goes into a process and what comes out of it, neither of which waits for the other."""

    def __init__(self, process: "subprocess.Popen[bytes]", stdin: bytes, most: int) -> None:
        self.output, self.errors = bytearray(), bytearray()
        self.cut = False
        self._process, self._most, self._left = process, most, memoryview(stdin)
        self._waiting = selectors.DefaultSelector()
        for stream, what in ((process.stdout, selectors.EVENT_READ), (process.stderr, selectors.EVENT_READ)):
            if stream is not None:
                self._waiting.register(stream, what)
        if process.stdin is not None:
            os.set_blocking(process.stdin.fileno(), False)
            self._waiting.register(process.stdin, selectors.EVENT_WRITE)

    def go_on(self, until: float) -> bool:
        """Goes on until both ends are closed, or enough was said; False where `until` (monotonic) comes first."""
        with self._waiting:
            while self._waiting.get_map() and not self.cut:
                ready = self._waiting.select(max(0.0, until - time.monotonic()))
                if not ready:
                    return False
                for key, what in ready:
                    open_still = self._feed(key.fd) if what == selectors.EVENT_WRITE else self._hear(key.fd)
                    if not open_still:
                        self._waiting.unregister(key.fileobj)
        return True

    def _feed(self, descriptor: int) -> bool:
        try:
            self._left = self._left[os.write(descriptor, self._left[:STEP]) :]
        except BlockingIOError:
            return True
        except BrokenPipeError:  # it wants no more: its exit status says why
            self._left = self._left[:0]
        if not self._left and self._process.stdin is not None:
            self._process.stdin.close()
        return bool(self._left)

    def _hear(self, descriptor: int) -> bool:
        part = os.read(descriptor, STEP)
        if self._process.stdout is not None and descriptor == self._process.stdout.fileno():
            self.output += part
            self.cut = len(self.output) > self._most
        elif len(self.errors) < MAX_ERRORS:
            self.errors += part
        return bool(part)
