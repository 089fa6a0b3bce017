"""Homes to measure in: real directories and a real ledger. One sleeping process stands in for all agents' programs."""

import json
import os
import shutil
import signal
import subprocess
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from msgspec import to_builtins

from swarm.home.context import Home
from swarm.ledger.state import State
from swarm.model.agent import AgentSpec, Identity
from swarm.model.record import Ending, Phase, Record
from swarm.model.values import replace
from swarm.processes.identity import identify, send
from swarm.protocol.agent_files import spec_json
from swarm.protocol.paths import MARKER, AgentDir
from swarm.verbs.doctor import strays
from swarm.verbs.init import init
from tests.bench.pty import environment
from tests.support.homes import ShiftedClock

LIVE_AT_MOST = 999
"""A home has a thousand slots at most; agents beyond that have ended and were read."""
WORKERS = 9
OBSERVED_S, SPAWNED_S, WRITTEN_S = 900.0, 600.0, 120.0
"""Seconds since the home was made, since its agents were spawned, and since the first of them wrote last."""
MARK = "bench-sleeper"
POLICY = """
[heartbeat]
period = "15m"

[slots]
max = 1000
reserve = 0

[spawn]
stagger = false
"""


class BenchHome:
    """A home of `count` agents, the root among them: metas with nine workers each. `close` takes it away again.

    live: how many of them run; those beyond have ended and were read, and the ledger has let go of them unless `kept`.
    """

    def __init__(self, count: int, *, live: int = LIVE_AT_MOST, kept: bool = False) -> None:
        self.count = count
        self.kept = kept
        self.root = Path(tempfile.mkdtemp(prefix=f"swarm-bench-{count}-"))
        self._sleeper = subprocess.Popen(["sleep", "100000"], env={**environment(), MARKER: MARK})
        try:
            past = ShiftedClock()
            past.advance(-OBSERVED_S)
            init(self.root, clock=past)
            (self.root / "swarm.toml").write_text(POLICY)
            self.home = Home.open(self.root)
            self.ids = tuple(agent_id(number) for number in range(count - 1))
            self.live = self.ids[:live]
            self._fill()
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Takes the home away, and the one process in it."""
        self._sleeper.kill()
        self._sleeper.wait()
        if hasattr(self, "home"):
            self._end_agents()
        shutil.rmtree(self.root, ignore_errors=True)

    def _end_agents(self) -> None:
        """Kills what a bench that failed half-way has left running, by identity."""
        nobody = replace(self.home.ledger.read(), agents={})
        for stray in strays(self.home, nobody):
            found = identify(stray.pid)
            if found is not None:
                send(found, signal.SIGKILL)

    def agent(self, agent: str) -> AgentDir:
        """The files of an agent."""
        return self.home.layout.agent(agent)

    def say(self, agent: str, sentence: str) -> float:
        """Writes a line of progress as an agent would; returns when, in seconds of `time.perf_counter`."""
        line = f"{stamp()} - {sentence}\n".encode()
        file = os.open(self.agent(agent).progress, os.O_WRONLY | os.O_APPEND)
        try:
            at = time.perf_counter()
            os.write(file, line)
        finally:
            os.close(file)
        return at

    def _fill(self) -> None:
        now, process = self.home.now(), identify(self._sleeper.pid, MARK)
        assert process is not None, "the sleeper is gone"
        records = {}
        for number, agent in enumerate(self.ids):
            record = self._record(number, agent, now.wall, now.awake, process)
            self._write(number, record)
            if record.live or self.kept:
                records[agent] = record

        def fill(state: State) -> State:
            beaten = replace(state, heartbeat_n=1, heartbeat_last=now.awake, heartbeat_last_at=now.wall)
            return replace(beaten, agents={**state.agents, **records})

        self.home.ledger.commit(fill, purpose="a bench's home")

    def _record(self, number: int, agent: str, wall: float, awake: float, process: Identity) -> Record:
        parent = agent.rpartition("/")[0]
        meta = number % (WORKERS + 1) == 0
        slots = WORKERS + 1 if meta and self.count > WORKERS + 1 else 1
        record = Record(
            agent, f"s-{number}", Phase.RUNNING, "idea-meta" if meta else "worker", parent, slots,
            spawned=awake - SPAWNED_S, spawned_at=wall - SPAWNED_S,
        )  # fmt: skip
        if number < len(self.live):
            return replace(record, process=process, keeper=process)
        read = replace(record, ending=Ending.DONE, ended=awake, ended_at=wall, read_at=wall, read_by="operator")
        return replace(read, phase=Phase.ENDED, exit_code=0, collected_n=1)

    def _write(self, number: int, record: Record) -> None:
        """The files as spawn, agent, keeper and heartbeat leave them."""
        agent = self.agent(record.id)
        for directory in (agent.path, *((agent.run, agent.log) if record.live else ())):
            directory.mkdir()
        spec = AgentSpec(
            record.id, record.id.rpartition("/")[2], record.role, record.parent, record.spawn_id,
            task=f"The task of {record.id}.", slots=record.slots, outputs=("report.md",), argv=("sleep", "100000"),
        )  # fmt: skip
        dump(agent.spec, spec_json(spec))
        agent.task.write_text("# Task\n\nDo what the brief says, and report.\n")
        agent.progress.write_text("".join(f"{stamp()} - [outputs {n}] Page {n} of 6 was read.\n" for n in range(6)))
        # Nobody wrote in the last minutes: ages are shown in minutes, as in a swarm where nothing happens.
        written = time.time() - WRITTEN_S - number % 240
        os.utime(agent.progress, (written, written))
        if record.live:
            return
        dump(agent.results, {"status": "success", "summary": "All pages were read."})
        dump(agent.exit, {"schema": 1, "spawn_id": record.spawn_id, "code": 0, "at": record.ended_at})
        dump(agent.ended, to_builtins(record))


def agent_id(number: int) -> str:
    """The id of an agent below the root: every tenth is a meta, the others are its workers."""
    meta, worker = divmod(number, WORKERS + 1)
    return f"genesis-01/idea-{meta:04d}" + (f"/worker-{worker}" if worker else "")


def stamp() -> str:
    """Now, as agents write it."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def dump(path: Path, value: object) -> None:
    """Writes JSON, without the fsync of the store: it is only a bench's."""
    path.write_text(json.dumps(value))
