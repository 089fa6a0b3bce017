"""Real agents for tests of processes: each in a directory of its own, and none left behind when a test fails."""

import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from swarm import platform
from swarm.model.launch import Launch
from swarm.model.record import Phase, Record
from swarm.platform.clock import SystemClock
from swarm.processes.local_runner import LocalRunner
from swarm.processes.members import marked
from swarm.processes.runner import Runner, Started
from swarm.programs.environment import inherited
from swarm.protocol.paths import AgentDir, Layout
from tests.support import escapees
from tests.support.wait import wait_for

ESCAPEES = Path(escapees.__file__)


class Stage:
    """A home in which agents are started without ledger or verbs."""

    def __init__(self, root: Path) -> None:
        self.layout = Layout(root)
        self.layout.agents.mkdir(parents=True)
        self.runner: Runner = LocalRunner(self.layout, SystemClock())
        self._markers: list[str] = []
        self._pid_files: list[Path] = []

    def agent(self, name: str = "a") -> AgentDir:
        """A fresh directory."""
        agent = self.layout.agent(name)
        agent.path.mkdir()
        return agent

    def launch(
        self,
        agent: AgentDir,
        *argv: str,
        env: dict[str, str] | None = None,
        grace: float = 10.0,
        gentle: int = signal.SIGTERM,
    ) -> Launch:
        """What a program would have prepared."""
        marker = uuid.uuid4().hex
        self._markers.append(marker)
        own = {"SWARM_SPAWN": marker, "SWARM_HOME": str(self.layout.root), "SWARM_AGENT": agent.path.name}
        operator = {"PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": str(self.layout.root), "LANG": "C.UTF-8"}
        return Launch(
            marker, argv, {**own, **(env or {})}, agent.path, inherited(operator), grace_s=grace, gentle_signal=gentle
        )

    def start(
        self, agent: AgentDir, *argv: str, env: dict[str, str] | None = None, gentle: int = signal.SIGTERM
    ) -> Record:
        """Starts argv as this agent; what the ledger would hold."""
        launch = self.launch(agent, *argv, env=env, gentle=gentle)
        return record_of(agent, launch, self.runner.spawn(agent, launch))

    def start_escapee(self, agent: AgentDir, kind: str, *, leave: bool = False) -> Record:
        """Starts an agent with a runaway child of this kind, and waits until that has run away."""
        pids = self.pid_file(agent)
        self._pid_files.append(pids)
        words = ["leave"] if leave else []
        record = self.start(agent, sys.executable, "-S", "-E", str(ESCAPEES), kind, str(pids), *words)
        wait_for(lambda: pids.exists() and "ready" in pids.read_text(), f"{kind} to have run away")
        return record

    def pid_file(self, agent: AgentDir) -> Path:
        return agent.path.with_name(agent.path.name + ".pids")

    def survivors(self, agent: AgentDir) -> list[int]:
        """Runaways of this agent that live."""
        return [pid for pid, ticks in noted(self.pid_file(agent)) if lives(pid, ticks)]

    def close(self) -> None:
        """Ends whatever the test left behind."""
        deadline = time.monotonic() + 20
        for pids in self._pid_files:
            pids.with_name(pids.name + ".end").touch()
        while time.monotonic() < deadline:
            left = [(each.pid, each.ticks) for marker in self._markers for each in marked(marker)]
            left += [pair for pids in self._pid_files for pair in noted(pids) if lives(*pair)]
            if not left:
                return
            for pid, ticks in left:
                platform.signal(pid, ticks, signal.SIGKILL)
            time.sleep(0.01)
        raise AssertionError(f"processes of a test cannot be ended: {left}")


@contextmanager
def stage(root: Path) -> Iterator[Stage]:
    """A stage, and nothing of it afterwards."""
    made = Stage(root)
    try:
        yield made
    finally:
        made.close()


def noted(pids: Path) -> list[tuple[int, int]]:
    """(pid, ticks) of every process that wrote itself down."""
    if not pids.exists():
        return []
    lines = [line.split() for line in pids.read_text().splitlines()]
    return [(int(line[0]), int(line[1])) for line in lines if len(line) == 2]


def lives(pid: int, ticks: int) -> bool:
    """This very process has not ended."""
    stat = platform.stat(pid)
    return stat is not None and stat.ticks == ticks and not stat.dead


def record_of(agent: AgentDir, launch: Launch, started: Started) -> Record:
    """What the ledger would hold of it."""
    return Record(agent.path.name, launch.spawn_id, Phase.RUNNING, keeper=started.keeper, process=started.program)


@contextmanager
def bystanders(count: int) -> Iterator[list["subprocess.Popen[bytes]"]]:
    """Processes that nobody may touch."""
    standing: list[subprocess.Popen[bytes]] = []
    try:
        standing.extend(subprocess.Popen(["sleep", "300"], stdin=subprocess.DEVNULL) for _ in range(count))
        yield standing
    finally:
        for each in standing:
            each.kill()
        for each in standing:
            each.wait()
