"""Processes that act on a home for tests of concurrency and crashes: `python -m tests.support.doers DEED ROOT ...`.

They print one line a deed: `ok`, or the code of what was refused.
"""

import os
import random
import signal
import sys
import time
import traceback
from collections.abc import Callable, Mapping
from multiprocessing.connection import Connection
from typing import Any

from swarm.api import Swarm
from swarm.errors import SwarmError
from swarm.home.actor import who
from swarm.home.context import Home
from swarm.model.requests import SpawnRequest
from swarm.model.values import replace
from swarm.store import syscalls
from tests.support.homes import PERIOD, SLEEPER, ShiftedClock

LIFE_S = 60


def swarm_at(root: str) -> Swarm:
    home = Home.open(root, clock=ShiftedClock())
    return Swarm.open(root, actor=who(os.environ, home.layout), clock=home.clock)


def attempt(deed: Callable[[], object]) -> str:
    """`ok`, or why not."""
    try:
        deed()
    except SwarmError as error:
        return error.code
    return "ok"


def request(name: str, *command: str, slots: int = 1) -> SpawnRequest:
    return SpawnRequest(name=name, role="worker", task="Do it.", command=command or SLEEPER, slots=slots)


def spawn(root: str, name: str, env: Mapping[str, str], go: Connection, says: Connection) -> None:
    """Stands ready, spawns once `go` is closed at its other end, and says what it was told; run by `crash.start`."""
    os.environ.clear()
    os.environ.update(env)
    swarm = swarm_at(root)
    asked = request(name)
    says.send("ready")
    go.poll(None)
    says.send(attempt(lambda: swarm.spawn(asked)))


def family(root: str, levels: str, seconds: str) -> None:
    """An agent that spawns without pause, small ones that sleep and large ones that do as it does, and then ends."""
    swarm, level = swarm_at(root), int(levels)
    give_up = time.monotonic() + float(seconds)
    number = 0
    while time.monotonic() < give_up:
        number += 1
        below = [sys.executable, "-m", "tests.support.doers", "family", root, str(level - 1), str(float(seconds) / 2)]
        large = level > 1 and number % 2 == 1
        asked = request(f"child-{number}", *(below if large else ["sleep", "0.1"]), slots=level if large else 1)
        print(attempt(lambda asked=asked: swarm.spawn(asked)))  # type: ignore[misc]
        time.sleep(0.01)


def breed(root: str) -> None:
    """An agent that spawns without end, whatever it is told."""
    swarm = swarm_at(root)
    give_up = time.monotonic() + LIFE_S
    number = 0
    while time.monotonic() < give_up:
        number += 1
        attempt(lambda n=number: swarm.spawn(request(f"child-{n}")))  # type: ignore[misc]


def beats(root: str) -> None:
    """For every line `N START` on stdin: a heartbeat N periods from now, at the monotonic second START."""
    swarm = swarm_at(root)
    clock = swarm.home.clock
    assert isinstance(clock, ShiftedClock)
    for line in sys.stdin:
        number, start = line.split()
        clock.awake_for = float(number) * PERIOD
        while time.monotonic() < float(start):
            time.sleep(0)
        print(attempt(lambda: swarm.beat(by=f"pid {os.getpid()}")), flush=True)


class Dying:
    """Counts operations on the disk; at number `at` the process dies by SIGKILL."""

    def __init__(self) -> None:
        self.count = 0
        self.at = 0

    def arm(self) -> None:
        """Replaces the functions of the port to the file system."""
        for each in ("create", "link", "lock", "mkdir", "open_append", "rename", "sync", "truncate", "unlink", "write"):
            setattr(syscalls, each, self._counting(getattr(syscalls, each)))

    def _counting(self, operation: Callable[..., Any]) -> Callable[..., Any]:
        def call(*words: Any, **more: Any) -> Any:
            self.count += 1
            if self.count == self.at:
                os.kill(os.getpid(), signal.SIGKILL)
            return operation(*words, **more)

        return call


def die(root: str, deed: str, name: str, at: int, env: Mapping[str, str], says: Connection) -> None:
    """Does a deed, and dies by SIGKILL at operation `at` on the disk; says how many there were otherwise."""
    os.environ.clear()
    os.environ.update(env)
    swarm = swarm_at(root)
    dying = Dying()
    dying.at = at
    dying.arm()
    if deed == "spawn":
        swarm.spawn(request(name))
    elif deed == "kill":
        swarm.kill([name])
    elif deed == "resume":
        swarm.resume(name)
    else:
        swarm.beat(by="one that dies", force=True)
    says.send(dying.count)


def history(root: str, seed: str, deeds: str, log: str) -> None:
    """DEEDS random acts on a few names, shared with others that do the same; about one in seven dies in the middle.

    Writes `try N DEED NAME` before and `ack N OUTCOME SPAWN_ID WHY` after each into LOG. Who dies is a child, so that
    the next one does not have to start from nothing.
    """
    done = 0
    while done < int(deeds):
        child = os.fork()
        if child == 0:
            os._exit(_live(root, random.Random(f"{seed}/{done}"), done, int(deeds), log))
        os.waitpid(child, 0)
        with open(log, encoding="utf-8") as file:
            done = sum(line.startswith("try ") for line in file)


def _live(root: str, chance: random.Random, first: int, deeds: int, log: str) -> int:
    dying = Dying()
    dying.arm()
    swarm = swarm_at(root)
    for number in range(first, deeds):
        deed, name = chance.choice(sorted(DEEDS)), f"worker-{chance.randrange(9)}"
        _note(log, f"try {number} {deed} {name}")
        dying.at = chance.randrange(1, 50) if chance.random() < 0.15 else 0
        dying.count = 0
        outcome, spawn_id, why = "ok", "", ""
        try:
            spawn_id = DEEDS[deed](swarm, name) or ""
        except SwarmError as error:
            outcome, why = error.code, str(error).replace("\n", " ")
        except Exception:  # noqa: BLE001 whatever else comes out of a verb is what this looks for
            outcome, why = "broken", traceback.format_exc().replace("\n", "|")
        dying.at = 0
        _note(log, f"ack {number} {outcome} {spawn_id or '-'} {why}")
    return 0


def _note(log: str, line: str) -> None:
    descriptor = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
    os.write(descriptor, line.encode() + b"\n")
    os.close(descriptor)


def _finish(swarm: Swarm, name: str) -> None:
    """What an agent does at its end."""
    agent = swarm.agent_dir(swarm.resolve(name))
    if agent.path.is_dir():
        agent.results.write_text('{"summary": "it is there"}')


DEEDS: dict[str, Callable[[Swarm, str], Any]] = {
    "spawn": lambda swarm, name: swarm.spawn(request(name)).spawn_id,
    "spawn again": lambda swarm, name: swarm.spawn(request(name)).spawn_id,
    "spawn short": lambda swarm, name: swarm.spawn(request(name, "sleep", "0.2")).spawn_id,
    "respawn": lambda swarm, name: swarm.respawn(name).spawn_id,
    "queue": lambda swarm, name: swarm.spawn(replace(request(name), queue=True)) and "",
    "instead": lambda swarm, name: swarm.spawn(replace(request(name), kill_first=("worker-0",))).spawn_id,
    "kill": lambda swarm, name: swarm.kill([name], grace=0.2) and "",
    "pause": lambda swarm, name: swarm.pause(name) and "",
    "resume": lambda swarm, name: swarm.resume(name) and "",
    "message": lambda swarm, name: swarm.message(name, "hello") and "",
    "read": lambda swarm, name: swarm.read(name) and "",
    "finish": _finish,
    "settle": lambda swarm, _: swarm.settle() and "",
    "beat": lambda swarm, _: swarm.beat(by="history", force=True) and "",
}


if __name__ == "__main__":
    deeds: dict[str, Callable[..., None]] = {
        "family": family,
        "breed": breed,
        "beats": beats,
        "history": history,
    }
    deeds[sys.argv[1]](*sys.argv[2:])
