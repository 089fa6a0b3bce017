"""What a program needs, looked at before its start: found, version, logged in, sandbox helpers. Opens no credential."""

import os
import re
import shutil
import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from pathlib import Path

from msgspec import Struct

from swarm.programs import sandbox as boxing
from swarm.programs.base import Need
from swarm.programs.questions import FAILURES, TooLate, ask
from swarm.protocol.working_directory import working_directory
from swarm.sanitize import clean, complaint

VERSION_S = 20.0
"""A version is said within a second, on a busy machine within some; what does not answer is left alone after this."""
TRY_S = 10.0
TRIED_FOR_S = 60.0
"""Seconds for which a sandbox that did not work is not tried again."""
LINUX_TRIAL = (
    *("--die-with-parent", "--unshare-net", "--unshare-pid", "--ro-bind", "/", "/", "--dev", "/dev", "--proc", "/proc"),
    *("--", "/bin/sh", "-c", "! mount -o remount,bind,rw / 2>/dev/null"),
)
"""What the client's own sandbox asks of bubblewrap, and that nobody inside can undo it."""
_NUMBER = re.compile(r"\d+(?:\.\d+)+[\w.+-]*")


def found(word: str, environment: Mapping[str, str], *, hint: str, cwd: Path | None = None) -> Need:
    """Whether the executable `word` is there, on the PATH of `environment` or as a path."""
    place = executable(word, environment, cwd)
    if place:
        return Need(word, ok=True, text=place)
    where = "is no executable file" if "/" in word else "is not on PATH"
    return Need(word, ok=False, text=f"{clean(word, 200)} {where}", hint=hint)


def executable(word: str, environment: Mapping[str, str], cwd: Path | None = None) -> str:
    """The path of an executable; '' where there is none."""
    if "/" in word:
        place = (cwd or working_directory()) / word
        return str(place) if place.is_file() and os.access(place, os.X_OK) else ""
    return shutil.which(word, path=environment.get("PATH", os.defpath)) or ""


class Answer(Struct, frozen=True):
    """What an executable answers to --version."""

    version: str = ""
    why: str = ""
    """Why it cannot be run; '' where it runs, also where it says no version."""


def version(place: str, environment: Mapping[str, str]) -> str:
    """What the executable at this path answers to --version; '' where it says none in time."""
    return answer(place, environment).version


def answer(place: str, environment: Mapping[str, str]) -> Answer:
    """Runs the executable at this path for its version. It is asked once a process, and anew when it has changed."""
    try:
        changed = os.stat(place).st_mtime_ns
    except OSError as error:
        return Answer(why=error.strerror or str(error))
    return _answer(place, changed, environment.get("PATH", os.defpath), environment.get("HOME", "/"))


@lru_cache(maxsize=64)
def _answer(place: str, changed: int, path: str, home: str) -> Answer:  # noqa: ARG001 a changed file is asked anew
    environment = {"PATH": path, "HOME": home, "DISABLE_AUTOUPDATER": "1", "LANG": "C.UTF-8"}
    try:
        ran = ask([place, "--version"], environment, seconds=VERSION_S)
    except TooLate:
        return Answer(why=f"it does not answer within {VERSION_S:g} s")
    except FAILURES as error:
        return Answer(why=clean(str(error), 300))
    if ran.returncode != 0:
        how = f"signal {-ran.returncode}" if ran.returncode < 0 else f"exit code {ran.returncode}"
        said = complaint(_text(ran.stderr or ran.stdout))
        return Answer(why=f"it ends with {how}" + (f": {said}" if said else ""))
    number = _NUMBER.search(clean(_text(ran.stdout), 200))
    return Answer(number[0] if number else "")


def _text(output: bytes) -> str:
    return output[-4096:].decode("utf-8", "replace")


def logged_in(
    name: str,
    variables: Sequence[str],
    files: Iterable[Path],
    environment: Mapping[str, str],
    configs: Iterable[Path] = (),
) -> Need:
    """Whether there is a login, as far as can be told from outside: a variable that is set, a file that is there.

    configs: files that may name a login of another kind; where one is there, its absence is no news for a spawn.
    """
    for variable in variables:
        if environment.get(variable):
            return Need("login", ok=True, text=f"{variable} is set", required=False)
    for file in files:
        if _is_there(file):
            return Need("login", ok=True, text=f"{file} is there", required=False)
    return Need(
        "login",
        ok=False,
        text="no login was seen (it may lie where it cannot be told, as in a keychain)",
        hint=f"Start {name} once by hand and log in, or set {' or '.join(variables[:3])}.",
        required=False,
        told=not any(_is_there(file) for file in configs),
    )


def _is_there(file: Path) -> bool:
    try:
        return file.is_file()
    except OSError:
        return False


def sandbox(environment: Mapping[str, str]) -> Need:
    """Whether shell commands can be held in the system's sandbox here: looked for, and really tried."""
    if sys.platform == "darwin":
        place = executable("/usr/bin/sandbox-exec", environment)
        why = "" if place else "/usr/bin/sandbox-exec is not there"
        return _sandbox_need(why or _works(place, "-p", "(version 1)(allow default)", "/usr/bin/true"))
    missing = [each for each in ("bwrap", "socat") if not executable(each, environment)]
    if missing:
        return _sandbox_need(f"{' and '.join(missing)} {'is' if len(missing) == 1 else 'are'} not on PATH")
    return _sandbox_need(_works(*boxing.bubblewrap(executable("bwrap", environment)), *LINUX_TRIAL))


def no_box(environment: Mapping[str, str]) -> str:
    """Why a command cannot be run in a box of ours (`boxing.walls`) here; '' where it can."""
    if not sys.platform.startswith("linux"):
        return "only Linux has one"
    place = executable("bwrap", environment)
    return _works(*boxing.bubblewrap(place), *LINUX_TRIAL) if place else "bwrap is not on PATH"


def _sandbox_need(why: str) -> Need:
    return Need(
        "sandbox",
        ok=not why,
        text=why or "works here",
        hint=""
        if not why
        else "Install bubblewrap and socat (apt install bubblewrap socat), and allow user namespaces.",
        required=False,
    )


_tried: dict[tuple[str, ...], tuple[float, str]] = {}


def _works(*words: str) -> str:
    """Why a sandbox does not work, '' where it does. A success holds for this process, a failure for a minute."""
    known = _tried.get(words)
    if known is not None and (not known[1] or time.monotonic() - known[0] < TRIED_FOR_S):
        return known[1]
    try:
        answer = ask(words, None, seconds=TRY_S)
        said = clean(answer.stderr[:1000].decode("utf-8", "replace"), 300).strip()
        why = "" if answer.returncode == 0 else f"it does not work here: {said or 'it failed'}"
    except FAILURES as error:
        why = f"it does not work here: {clean(str(error), 200)}"
    _tried[words] = (time.monotonic(), why)
    return why
