"""Builds agents' trees on a real disk, as agents, the engine or somebody else would have left them."""

import json
import os
import socket
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from swarm.home.context import Home
from swarm.ledger.state import State, with_record, without
from swarm.model.record import Phase, Record
from swarm.model.snapshot import AgentView, Snapshot
from swarm.model.time import Clock
from swarm.platform.clock import SystemClock
from swarm.protocol.paths import AgentDir, Layout
from swarm.scan.scanner import Scanner


class Grove:
    """A place for agents: a foreign tree by default, a home where it is made with `home`."""

    def __init__(self, root: Path, *, foreign: bool = True) -> None:
        self.root = root
        self.layout = Layout(root, foreign=foreign)
        self.layout.agents.mkdir(parents=True, exist_ok=True)
        if not foreign:
            self.layout.policy.write_text("")

    @property
    def agents(self) -> Path:
        return self.layout.agents

    def agent(
        self,
        agent_id: str,
        *,
        progress: str | bytes | None = None,
        results: object = None,
        spec: Mapping[str, Any] | None = None,
        task: str | None = "Do it.\n",
    ) -> AgentDir:
        """Makes an agent's directory with the given files. results: a value for JSON, or the bytes themselves."""
        agent = AgentDir(self.agents / agent_id)
        agent.path.mkdir(parents=True, exist_ok=True)
        if task is not None:
            agent.task.write_text(task)
        if progress is not None:
            agent.progress.write_bytes(progress.encode() if isinstance(progress, str) else progress)
        if results is not None:
            agent.results.write_bytes(results if isinstance(results, bytes) else json.dumps(results).encode())
        if spec is not None:
            agent.spec.write_text(json.dumps(spec))
        return agent

    def managed(self, agent_id: str, spawn_id: str = "", **more: Any) -> AgentDir:
        """An agent with an agent.json, as a spawn leaves it. more: what `agent` takes, and keys of the spec."""
        files = {key: more.pop(key) for key in ("progress", "results", "task") if key in more}
        return self.agent(agent_id, spec=spec_of(agent_id, spawn_id or f"s-{agent_id}", **more), **files)

    def many(self, number: int, *, progress: str = "2026-02-28 09:33 - Working.\n", below: str = "genesis-01") -> None:
        """`number` agents below one, four children to each."""
        self.agent(below, progress=progress)
        ids = [below]
        for n in range(number - 1):
            agent_id = f"{ids[n // 4]}/a{n}"
            self.agent(agent_id, progress=progress)
            ids.append(agent_id)


def spec_of(agent_id: str, spawn_id: str, **more: Any) -> dict[str, Any]:
    """What agent.json holds."""
    return {
        "schema": 1,
        "id": agent_id,
        "name": agent_id.rpartition("/")[2],
        "role": "worker",
        "parent": agent_id.rpartition("/")[0] or None,
        "spawn_id": spawn_id,
        "task": "Do it.",
        "slots": 1,
        **more,
    }


def append(path: Path, text: str | bytes) -> None:
    """Adds to the end of a file."""
    with path.open("ab") as file:
        file.write(text.encode() if isinstance(text, str) else text)


def set_mtime(path: Path, wall: float) -> None:
    """Gives a file this time, as an agent could."""
    os.utime(path, (wall, wall))


def raw(directory: Path, names: Sequence[bytes]) -> list[bytes]:
    """Makes agents whose directory names are any bytes; returns their paths."""
    made = []
    for name in names:
        path = os.path.join(os.fsencode(directory), name)
        os.makedirs(path)
        with open(os.path.join(path, b"progress.md"), "wb") as file:
            file.write(b"2026-02-28 09:33 - Working.\n")
        made.append(path)
    return made


ODD_KINDS = ("fifo", "directory", "dangling", "loop", "device", "socket")


def make_odd(path: Path, kind: str) -> None:
    """Puts something there that is not a regular file."""
    if kind == "fifo":
        os.mkfifo(path)
    elif kind == "directory":
        path.mkdir()
    elif kind == "dangling":
        path.symlink_to("nowhere")
    elif kind == "loop":
        path.symlink_to(path.name)
    elif kind == "device":
        path.symlink_to("/dev/zero")
    else:
        here = os.open(path.parent, os.O_RDONLY)
        before = os.getcwd()
        try:
            os.fchdir(here)  # a socket's path may be short only
            with socket.socket(socket.AF_UNIX) as listener:
                listener.bind(path.name)
        finally:
            os.chdir(before)
            os.close(here)


def scanner_of(layout: Layout, clock: Clock | None = None) -> Scanner:
    """A scanner as surfaces have it."""
    return Scanner(Home.open(layout, clock=clock or SystemClock()))


def record_of(agent_id: str, spawn_id: str = "", **more: Any) -> Record:
    """A running agent's record in the ledger, as of awake second 0."""
    return Record(agent_id, spawn_id or f"s-{agent_id}", more.pop("phase", Phase.RUNNING), **more)


def enter(home: Home, *records: Record) -> None:
    """Commits records to the ledger."""

    def change(state: State) -> State:
        for record in records:
            state = with_record(state, record)
        return state

    home.ledger.commit(change, purpose="a test")


def drop(home: Home, agent_id: str) -> None:
    """The ledger lets go of an agent."""
    home.ledger.commit(lambda state: without(state, agent_id), purpose="a test")


def view_in(snapshot: Snapshot, agent_id: str) -> AgentView:
    """The view of an agent that has to be there."""
    view = snapshot.agent(agent_id)
    assert view is not None, f"{agent_id} is not among {[each.id for each in snapshot.agents]}"
    return view


def codes_of(snapshot: Snapshot, agent_id: str) -> set[str]:
    """The codes of an agent's problems; '' for those of the swarm."""
    if not agent_id:
        return {problem.code for _, problem in snapshot.problems}
    return {problem.code for problem in view_in(snapshot, agent_id).problems}
