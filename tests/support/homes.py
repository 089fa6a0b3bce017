"""A home made by `init`, with quick rules and real agents through the `command` program; nothing outlives the test."""

import os
import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path

import pytest

from swarm import platform
from swarm.api import Swarm
from swarm.home.context import Home
from swarm.ledger.state import State
from swarm.model.actor import OPERATOR, Actor
from swarm.model.agent import Identity
from swarm.model.record import Record
from swarm.model.requests import Spawned, SpawnRequest
from swarm.model.values import replace
from swarm.platform.clock import SystemClock
from swarm.processes.identity import identify, send
from swarm.processes.members import below
from swarm.protocol.paths import AgentDir, Layout
from swarm.verbs.doctor import strays
from swarm.verbs.init import init
from tests.support.wait import wait_for

PERIOD = 900.0
POLICY = """
[heartbeat]
period = "{period:g}s"

[slots]
max = {max}
reserve = {reserve}

[schedule]

[spawn]
stagger = false

[stop]
grace = "{grace:g}s"

[acceptance]
timeout = "20s"
"""
SLEEPER = ("sleep", "300")


class ShiftedClock(SystemClock):
    """The machine's clocks, which go on, with what the test adds to them."""

    def __init__(self) -> None:
        self.awake_for = 0.0
        self.slept_for = 0.0
        self.stepped_by = 0.0

    def wall(self) -> float:
        return super().wall() + self.awake_for + self.slept_for + self.stepped_by

    def monotonic(self) -> float:
        return super().monotonic() + self.awake_for

    def boottime(self) -> float:
        return super().boottime() + self.awake_for + self.slept_for

    def advance(self, seconds: float) -> None:
        """Time passes while the machine is awake."""
        self.awake_for += seconds

    def suspend(self, seconds: float) -> None:
        """The machine sleeps."""
        self.slept_for += seconds


class LiveHome:
    """One home and what a test does with it. `clock` starts as the machine's and can be shifted."""

    def __init__(self, root: Path, *, slots: int = 12, reserve: int = 2, grace: float = 1.0) -> None:
        self.root = root
        init(root)
        self.rules(slots=slots, reserve=reserve, grace=grace)
        self.clock = ShiftedClock()
        self.swarm = self.open()

    def rules(self, *, slots: int = 12, reserve: int = 2, grace: float = 1.0, more: str = "") -> None:
        """Writes swarm.toml anew."""
        text = POLICY.format(period=PERIOD, max=slots, reserve=reserve, grace=grace)
        (self.root / "swarm.toml").write_text(text + more)

    def open(self, actor: Actor = OPERATOR) -> Swarm:
        """The swarm as this actor sees it, with a ledger of its own as another process has."""
        return Swarm.open(self.root, actor=actor, clock=self.clock)

    @property
    def home(self) -> Home:
        return self.swarm.home

    @property
    def layout(self) -> Layout:
        return self.swarm.home.layout

    @property
    def state(self) -> State:
        return self.swarm.home.ledger.read()

    def record(self, agent_id: str) -> Record:
        """The ledger's record of an agent; ids are given below the root."""
        return self.state.agents[self.id(agent_id)]

    def id(self, agent_id: str) -> str:
        return agent_id if agent_id.startswith("genesis-01") else f"genesis-01/{agent_id}"

    def agent(self, agent_id: str) -> AgentDir:
        return self.layout.agent(self.id(agent_id))

    def request(self, name: str, *command: str, **more: object) -> SpawnRequest:
        """A worker that does `command`, or sleeps."""
        asked = SpawnRequest(name=name, role="worker", task="Do what the test says.", command=command or SLEEPER)
        return replace(asked, **more)  # type: ignore[arg-type]  # fields are given by name, as the test reads

    def spawn(self, name: str, *command: str, **more: object) -> Spawned:
        """Spawns it as the operator."""
        return self.swarm.spawn(self.request(name, *command, **more))

    def actor(self, agent_id: str) -> Actor:
        """The agent as an actor."""
        return Actor("agent", self.id(agent_id), self.record(agent_id).spawn_id)

    def python(self, code: str, *words: str) -> tuple[str, ...]:
        """A command that runs a few lines of Python with our engine at hand."""
        return (sys.executable, "-c", code, *words)

    def write_results(self, agent_id: str, text: str = '{"status": "success", "summary": "it is there"}') -> None:
        """What an agent would write at its end."""
        self.agent(agent_id).results.write_text(text)

    def alive(self, agent_id: str) -> bool:
        """Its program runs."""
        process = self.record(agent_id).process
        found = identify(process.pid) if process is not None else None
        return found is not None and process is not None and found.ticks == process.ticks

    def worktree(self, agent_id: str) -> Path:
        """The directory of its git worktree."""
        worktree = self.record(agent_id).worktree
        assert worktree is not None
        return self.root / worktree.path

    def wait_until_ended(self, agent_id: str) -> None:
        """Waits for its keeper's word."""
        wait_for(lambda: self.agent(agent_id).exit.exists(), f"exit.json of {agent_id}")

    def lines(self, verb: str = "") -> list[tuple[str, str, bool, str]]:
        """(verb, agent, ok, code) of the audit log, oldest first."""
        events = self.swarm.events(limit=5000)
        return [(each.verb, each.agent, each.ok, each.code) for each in events if not verb or each.verb == verb]

    def end_everything(self) -> None:
        """Kills every process that carries a marker of this home, and all below these, which may have emptied theirs.

        All are stopped first: once a keeper is dead, no look finds what only descends from it.
        """

        def stopped() -> dict[int, Identity]:
            caught: dict[int, Identity] = {}
            while True:
                roots = [stray.pid for stray in strays(self.home, replace(self.state, agents={}))]
                new = {*roots, *(each.pid for each in below(roots, ""))} - caught.keys()
                found = {pid: identity for pid in new if (identity := identify(pid)) is not None}
                if not found:
                    return caught
                for identity in found.values():
                    send(identity, signal.SIGSTOP)
                with suppress(AssertionError):  # whoever does not is killed all the same: nothing is left behind
                    wait_for(partial(_stand_still, tuple(found)), "them to stand still")
                caught |= found

        def left() -> bool:
            caught = stopped()
            for identity in caught.values():
                send(identity, signal.SIGKILL)
            return bool(caught)

        wait_for(lambda: not left(), "the last process of the test's home to go")


def _stand_still(pids: tuple[int, ...]) -> bool:
    """Each is stopped or gone; or waits in the kernel for a child to execute, which is found below it."""
    seen = map(platform.stat, pids)
    return all(each is None or each.dead or each.state in "TtD" for each in seen)


def environment_of(agent: Actor, root: Path) -> dict[str, str]:
    """What an agent of this home has in its environment, on top of ours."""
    own = {"SWARM_HOME": str(root), "SWARM_AGENT": agent.agent, "SWARM_SPAWN": agent.spawn_id}
    return {**os.environ, **own}


def stop_pids(pids: Sequence[int]) -> None:
    """Kills processes that the test itself started."""
    for pid in pids:
        identity = identify(pid)
        if identity is not None:
            send(identity, signal.SIGKILL)


def home_for_a_test(root: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[LiveHome]:
    """The home behind the fixture `live_home`: whatever runs in it when the test ends is killed."""
    for name in [name for name in os.environ if name.startswith("SWARM_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PATH", str(Path(sys.executable).parent), prepend=os.pathsep)
    made = LiveHome(root)
    try:
        yield made
    finally:
        made.end_everything()
