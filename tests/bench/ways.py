"""How far it is from cause to effect: the files of ours in which functions run on the four ways through the code.

`python -m tests.bench.ways [TREE] [--files]` measures another tree of this program, by its own `.venv`, and lists the
files.
"""

import argparse
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import NamedTuple, Self, TextIO

import pyte

from tests.bench.figures import Figure
from tests.bench.pty import COLUMNS, ROWS, Terminal, environment
from tests.bench.tables import table
from tests.support.wait import wait_for

HERE = Path(__file__).parents[2]
RECORDER = Path(__file__).with_name("recorder.py")
RUNS, QUICK_RUNS = 5, 1
SETTLE_S, KEY_S = 4.0, 1.5
LEAD, BELOW, OTHERS = "a-lead", ("left", "right"), 6
POLICY = """
[heartbeat]
auto = false

[watch]
seen = "1h"

[spawn]
stagger = false
"""


class Way(NamedTuple):
    """One way, and through how many files and packages it is to lead at most."""

    name: str
    files: int
    packages: int | None = None


ROW = Way("progress.md changed -> row repainted", 40, 12)
KILL = Way("swarm-tui kill", 30)
STOP = Way("x, yes -> tree gone, recorded, row shows it", 50, 18)
SPAWN = Way("swarm-tui spawn", 28)
WAYS = (ROW, KILL, STOP, SPAWN)


def measure(*, quick: bool) -> list[Figure]:
    """The shortest of several runs, each in a home of its own: in the others the clock ticks, which adds files."""
    return _figures(_measured(HERE, QUICK_RUNS if quick else RUNS))


def _figures(found: dict[Way, list[list[str]]]) -> list[Figure]:
    figures = []
    for way, runs in found.items():
        for unit, aim, counts in (
            ("files", way.files, [len(run) for run in runs]),
            ("packages", way.packages, [len({os.path.dirname(file) for file in run}) for run in runs]),
        ):
            figures.append(Figure(f"{way.name}, {unit}", min(counts), unit, aim, samples=len(runs), counted=True))
    return figures


def _measured(tree: Path, runs: int) -> dict[Way, list[list[str]]]:
    """The files of every run of every way."""
    found: dict[Way, list[list[str]]] = {way: [] for way in WAYS}
    for number in range(runs):
        with SmallSwarm(tree) as swarm:
            found[SPAWN].append(swarm.spawn("short-lived"))
            found[KILL].append(swarm.run("kill", "short-lived", "--yes"))
            swarm.spawn(LEAD, "--role", "idea-meta", "--slots", str(1 + len(BELOW)))
            for name in BELOW:
                swarm.spawn(name, "--parent", LEAD)
            for other in range(OTHERS):
                swarm.spawn(f"worker-{other}")
            with Room(swarm) as room:
                found[ROW].append(_row(swarm, room, f"word-{number}"))
                found[STOP].append(_stop(room))
    return found


class SmallSwarm:
    """A home with a dozen sleeping agents, made and changed by the command line of the tree that is measured."""

    def __init__(self, tree: Path) -> None:
        self.tree = tree
        self.root = Path(tempfile.mkdtemp(prefix="swarm-ways-"))
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(os.fspath(self.root / "recorder"))
        self.listener.listen()
        self.home = self.root / "home"

    def __enter__(self) -> Self:
        self.run("init", os.fspath(self.home))
        (self.home / "swarm.toml").write_text(POLICY)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.run("kill", "genesis-01", "--yes", "--grace", "0s")
        self.listener.close()
        shutil.rmtree(self.root, ignore_errors=True)

    def argv(self, *words: str) -> list[str]:
        """The tree's command line under the recorder."""
        python = os.fspath(self.tree / ".venv" / "bin" / "python")
        return [python, "-P", os.fspath(RECORDER), os.fspath(self.root / "recorder"), *words]

    def answer(self) -> TextIO:
        """The line to the recorder of the program that was started last."""
        connection, _ = self.listener.accept()
        with connection:
            return connection.makefile("rw")

    def run(self, verb: str, *words: str) -> list[str]:
        """Runs a verb; the files of ours that it took."""
        where = () if verb == "init" else ("-C", os.fspath(self.home))
        process = subprocess.Popen(
            self.argv(verb, *where, *words),
            cwd=self.tree,
            env=environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        with self.answer() as recorder:
            said = recorder.readline()
        output, _ = process.communicate()
        assert process.returncode == 0, f"swarm-tui {verb} failed: {output.decode()}"
        files: list[str] = json.loads(said)
        return files

    def spawn(self, name: str, *words: str) -> list[str]:
        """Spawns an agent that sleeps; the files of ours that it took."""
        role = () if "--role" in words else ("--role", "worker")
        return self.run("spawn", name, *role, *words, "--task", "It is measured.", "--", "sleep", "1000")

    def say(self, name: str, sentence: str) -> None:
        """Writes a line of progress as an agent would."""
        found = next(self.home.glob(f"**/{name}"))
        with (found / "progress.md").open("a") as file:
            file.write(f"{time.strftime('%Y-%m-%dT%H:%M:%S+00:00', time.gmtime())} - {sentence}\n")


class Room:
    """The control room in a terminal, with the recorder in it."""

    def __init__(self, swarm: SmallSwarm) -> None:
        self.terminal = Terminal(swarm.argv("-C", os.fspath(swarm.home)), cwd=swarm.tree)
        self._recorder = swarm.answer()
        self._screen = pyte.Screen(COLUMNS, ROWS)
        self._stream = pyte.ByteStream(self._screen)
        self._fed = 0

    def __enter__(self) -> Self:
        self.terminal.wait(f"worker-{OTHERS - 1}", deadline=120.0)
        time.sleep(SETTLE_S)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.terminal.close()
        self._recorder.close()

    def begin(self) -> int:
        """From now on it is recorded; returns where the terminal's output ends."""
        self._ask("begin")
        return self.terminal.mark()

    def end(self) -> list[str]:
        """The files of ours since."""
        files: list[str] = json.loads(self._ask("end"))
        return files

    def lines(self, word: str) -> list[str]:
        """The lines of the screen in which a word stands now."""
        fresh = self.terminal.since(self._fed)
        self._fed += len(fresh)
        self._stream.feed(fresh)
        return [line for line in self._screen.display if word in line]

    def _ask(self, word: str) -> str:
        self._recorder.write(word + "\n")
        self._recorder.flush()
        return self._recorder.readline()


def _row(swarm: SmallSwarm, room: Room, word: str) -> list[str]:
    """The cursor is on the root: what another agent writes is shown by its row alone."""
    mark = room.begin()
    swarm.say("worker-1", word)
    room.terminal.wait(word, mark)
    return room.end()


def _stop(room: Room) -> list[str]:
    """An agent with two below it is stopped."""
    room.terminal.press("j")
    time.sleep(KEY_S)
    mark = room.begin()
    room.terminal.press("x")
    room.terminal.wait(f"{len(BELOW)} agents below", mark)
    room.terminal.press("y")
    wait_for(lambda: len(room.lines(" killed ")) > len(BELOW), "the rows to show who was killed")
    return room.end()


def main(words: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.ways", description=__doc__)
    parser.add_argument("tree", nargs="?", type=Path, default=HERE, help="the tree of this program to measure")
    parser.add_argument("--files", action="store_true", help="list the files that every run of a way led through")
    parser.add_argument("--runs", type=int, default=RUNS)
    args = parser.parse_args(words)
    found = _measured(args.tree.resolve(), args.runs)
    if args.files:
        for way, runs in found.items():
            print(f"{way.name}:")
            for file in sorted(set.union(*map(set, runs))):
                print(f"  {sum(file in run for run in runs)}/{len(runs)} {file}")
    print(table(_figures(found)))


if __name__ == "__main__":
    main(sys.argv[1:])
