"""Whom an agent reaches that is held to its scope: nobody, by no pipe, socket, process or session of others."""

import json
import os
import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.programs.test_claude_leftovers import MINE, daemon_of, lives
from tests.support.model_scripts import Answer, Seen, say, shell
from tests.support.program_home import ENDS_S, ProgramHome, needs
from tests.support.wait import wait_for

PROGRAMS = ("claude",)
pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="asks the sandboxes of Linux")
OTHER, WORDS = "The other works on and on.", "REACHED-FROM-INSIDE"
SLOW_S = 3 * ENDS_S
PROBE = """\
import json, os, socket, stat, subprocess, sys
given = json.loads(sys.argv[1])
found = {"pipes": [], "sockets": [], "processes": [], "said": []}
for place, _, names in os.walk(given["home"]):
    for path in (os.path.join(place, name) for name in names):
        try:
            if stat.S_ISFIFO(os.lstat(path).st_mode):
                os.close(os.open(path, os.O_WRONLY | os.O_NONBLOCK))
            elif path.endswith(("/.run/stdin", "/.run/orders")):
                note = json.load(open(path))
                os.close(os.open(f"/proc/{note['keeper']}/fd/{note['end']}", os.O_WRONLY | os.O_NONBLOCK))
            else:
                continue
            found["pipes"].append(path)
        except (OSError, ValueError):
            pass
for path in given["sockets"]:
    try:
        with socket.socket(socket.AF_UNIX) as asks:
            asks.connect(path)
        found["sockets"].append(path)
    except OSError:
        pass
for pid in (int(name) for name in os.listdir("/proc") if name.isdigit()):
    with open(f"/proc/{pid}/cmdline") as file:
        if file.read().replace("\\0", " ").strip() == given["stranger"]:
            found["processes"].append(pid)
env = {name: value for name, value in os.environ.items() if not name.startswith(("CLAUDE", "AI_AGENT"))}
for words in given["commands"]:
    try:
        ran = subprocess.run(words, env=env, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60)
        found["said"].append((ran.stdout + ran.stderr)[-300:])
    except subprocess.TimeoutExpired:
        found["said"].append("it hangs")
with open(given["out"] + ".new", "w") as file:
    json.dump(found, file)
os.rename(given["out"] + ".new", given["out"])
"""


@contextmanager
def listening(path: Path) -> Iterator[str]:
    """A socket at this path that takes whoever connects."""
    path.parent.mkdir(parents=True)
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(path))
        server.listen()
        yield str(path)


def found_by(
    real: ProgramHome, program: str, sockets: list[str], commands: Callable[[str], list[list[str]]]
) -> dict[str, Any]:
    """What the shell of an agent reaches that is held, beside another agent at work.

    commands: what it runs, of the other one's session.
    """
    (real.root / "site").mkdir()
    probe, out, lasting = real.user / "probe.py", real.agent("held-1").path / "found.json", real.lasting()
    probe.write_text(PROBE)
    given: dict[str, object] = {}

    def script(seen: Seen) -> Answer:
        if OTHER in seen.prompt:
            return shell(f"while true; do {lasting}; done")  # newer releases refuse to sleep alone
        if MINE in seen.prompt or seen.results:
            return say("I wait for more.")
        return shell(f"python3 {probe} '{json.dumps(given)}'")

    for name in dict.fromkeys(("claude", program)):
        real.use(name, script)
    real.start("other-1", "claude", task=OTHER)
    wait_for(lambda: real.running(lasting), "the other agent to work", SLOW_S)
    session = json.loads(real.agent("other-1").session.read_text())["session"]
    given |= {"home": str(real.root), "sockets": sockets, "stranger": lasting, "commands": commands(session)}
    given["out"] = str(out)
    real.start("held-1", program, owns=("site",))
    try:
        wait_for(out.exists, "the probe", SLOW_S)
    except AssertionError as error:
        raise AssertionError(f"{error}\n{real.said('held-1')}") from None
    assert real.running(lasting), "the other works on"
    found: dict[str, Any] = json.loads(out.read_text())
    assert (found["pipes"], found["sockets"], found["processes"]) == ([], [], []), found
    return found


@pytest.mark.every_version
def test_a_held_shell_of_claude_reaches_no_agent_and_no_session_of_the_operator(real: ProgramHome) -> None:
    real.use("claude", [say("I wait for more.")])
    word = str(real.executable("claude"))
    with daemon_of(real) as daemon:
        mine = daemon.session(daemon.project)
        assert mine is not None
        sockets = [sock for worker in daemon.roster().values() for sock in worker.values() if "sock" in str(sock)]
        tries = [["--bg", WORDS], ["agents", "--json"], ["stop", mine.short], ["--bg", "--resume"]]
        found = found_by(
            real,
            "claude",
            sockets,
            lambda session: [[word, *each, *([session, WORDS] * ("--resume" in each))] for each in tries],
        )
        assert len(found["said"]) == len(tries)
        assert lives(mine), found
        assert not [worker for worker in daemon.roster().values() if WORDS in json.dumps(worker)], found
    assert not any(WORDS in seen.prompt for seen in real.models.seen(side=True)), found


def test_a_held_shell_of_codex_reaches_no_agent_no_terminal_and_no_daemon(
    real: ProgramHome, temporary: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    needs("codex")
    monkeypatch.setenv("TMUX_TMPDIR", str(temporary))
    places = [
        temporary / f"tmux-{os.getuid()}" / "default",
        temporary / f"cc-daemon-{os.getuid()}" / "x" / "control.sock",
    ]
    with listening(places[0]) as terminal, listening(places[1]) as daemon:
        found_by(real, "codex", [terminal, daemon], lambda _: [])
