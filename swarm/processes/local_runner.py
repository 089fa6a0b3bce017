"""Agents on this machine: one keeper each, which outlives its starter."""

import json
import os
import select
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO, TYPE_CHECKING

from swarm import platform
from swarm.errors import Code, SwarmError
from swarm.model.agent import Identity, Liveness
from swarm.model.launch import Launch
from swarm.model.record import Record
from swarm.model.time import Clock
from swarm.model.values import replace
from swarm.processes.belonging import home_of_leftovers
from swarm.processes.freeze import AgentProcesses, freeze, thaw
from swarm.processes.identity import identify, look
from swarm.processes.members import confirmed, marked
from swarm.processes.runner import Frozen, Life, Started, StopReport
from swarm.processes.stop import stop
from swarm.protocol import unreported
from swarm.protocol.agent_files import read_kept
from swarm.protocol.paths import AgentDir, Layout
from swarm.store import jsonio, writer

if TYPE_CHECKING:
    import subprocess

KEEPER = Path(__file__).resolve().parent.parent / "keeper" / "__main__.py"
ANSWER_S = 20.0
"""A keeper answers in 50 ms; a machine under heavy load may take long, and one that does not answer at all is swept."""
LOOK_S = 0.05
HINTS = {
    2: "Is it installed, and on PATH?",
    7: "Put long texts into a file, and name the file.",
    8: "Name its interpreter, in the command or in its first line.",
    11: "This user has as many processes as are allowed (ulimit -u), or memory is short. End something first.",
    12: "Memory is short. End something first.",
    13: "Is it executable?  chmod +x FILE",
}


class LocalRunner:
    """Runs agents on this machine."""

    def __init__(self, layout: Layout, clock: Clock) -> None:
        self._layout = layout
        self._clock = clock

    def spawn(self, agent: AgentDir, launch: Launch) -> Started:
        """Starts keeper and program; returns once the program runs.

        Raises SwarmError `start` with what the kernel said; then nothing is left running.
        """
        try:
            _write_launch(agent, launch)
            _hear(_start_keeper(agent, launch))
            return self._must_be_kept(agent, launch.spawn_id)
        except BaseException:
            stop(None, None, launch.spawn_id, agent, grace=0.0)
            raise

    def started(self, agent: AgentDir, spawn_id: str) -> Started | None:
        """What was started for this spawn, also where its starter died before it could say so.

        A keeper that is just starting is waited for. None: no program runs or ran, and no keeper is left.
        """
        deadline = time.monotonic() + ANSWER_S
        empty = 0
        while empty < 2 and time.monotonic() < deadline:
            found = self._kept(agent, spawn_id)
            if found is not None:
                return found
            empty = 0 if marked(spawn_id) else empty + 1
            time.sleep(LOOK_S)
        stop(None, None, spawn_id, agent, grace=0.0)
        return self._kept(agent, spawn_id)

    def life(self, record: Record) -> Life:
        """The keeper's life counts before the program's: a program may exec, and write over its environment."""
        said = []
        known: tuple[Identity | None, Identity | None] = (record.keeper, record.process)
        if known == (None, None):  # the ledger has lost them: the keeper's own word stands in
            known = self._both(record, self._layout.agent(record.id))
        for identity in known:
            if identity is not None:
                said.append(look(identity))
                if said[-1] in (Liveness.ALIVE, Liveness.ELSEWHERE):
                    return Life(said[-1], unkept=len(said) > 1)
        return Life(Liveness.STRANGER if Liveness.STRANGER in said else Liveness.DEAD)

    def alive(self, record: Record) -> Liveness:
        """The same, where it does not matter who of the two lives."""
        return self.life(record).liveness

    def stop(self, record: Record, agent: AgentDir, grace: float) -> StopReport:
        """Stops the agent's whole process tree. What was started for the home that this one copies is left alone."""
        if theirs := home_of_leftovers(self._layout, record):
            return StopReport(gone=True, steps=(f"left alone: its processes belong to {theirs}",))
        keeper, program = self._both(record, agent)
        return stop(keeper, program, record.spawn_id, agent, grace=grace)

    def freeze(self, records: Sequence[Record]) -> list[Frozen]:
        """Stops the agents' processes where they are."""
        return freeze([self._known(record) for record in records])

    def thaw(self, records: Sequence[Record]) -> list[Frozen]:
        """Lets them go on."""
        return thaw([self._known(record) for record in records])

    def _known(self, record: Record) -> AgentProcesses:
        return AgentProcesses(*self._both(record, self._layout.agent(record.id)), record.spawn_id)

    def logs(self, agent: AgentDir) -> Mapping[str, Path]:
        """Where its output is."""
        return {"stdout": agent.stdout, "stderr": agent.stderr}

    def cores(self) -> int:
        """Cores that we may use."""
        return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1

    def lost(self, record: Record) -> str:
        """A machine that was restarted has lost every agent it ran."""
        identity = record.keeper or record.process
        if identity is not None and identity.boot_id != platform.boot_id():
            return "the machine was restarted since"
        return ""

    def _both(self, record: Record, agent: AgentDir) -> tuple[Identity | None, Identity | None]:
        """Keeper and program of the ledger; what the keeper itself wrote stands in where the ledger's do not hold."""
        keeper, program = record.keeper, record.process
        if confirmed(keeper, record.spawn_id):
            return keeper, program
        kept = self._kept(agent, record.spawn_id)
        if kept is not None and confirmed(kept.keeper, record.spawn_id):
            return kept.keeper, program if confirmed(program, record.spawn_id) else kept.program
        return keeper, program or (kept.program if kept else None)

    def _must_be_kept(self, agent: AgentDir, spawn_id: str) -> Started:
        started = self._kept(agent, spawn_id)
        if started is None:
            raise _failure("Its keeper left no word of what it started.")
        return started

    def _kept(self, agent: AgentDir, spawn_id: str) -> Started | None:
        """The processes that the keeper of this spawn named as itself and its program; None where it has not."""
        kept = read_kept(agent).value
        if kept is None or kept.spawn_id != spawn_id:
            return None
        keeper, program = _known(kept.keeper, spawn_id), _known(kept.program, spawn_id)
        return Started(keeper, program) if keeper is not None and program is not None else None


def _write_launch(agent: AgentDir, launch: Launch) -> None:
    """launch.json, for the owner's eyes only. What the program inherits is not in it: that may hold passwords."""
    writer.make_dir(agent.run, parents=False)
    unreported.make(agent)
    order = {
        "spawn_id": launch.spawn_id,
        "argv": [*launch.box, *launch.argv],
        "env": dict(launch.env),
        "cwd": str(launch.cwd),
        "stdin": str(launch.stdin) if launch.stdin is not None else None,
        "channel": launch.channel,
        "mark": launch.mark.decode("utf-8", "backslashreplace"),
        "gentle_signal": int(launch.gentle_signal),
        "gentle_group": launch.gentle_group,
        "grace_s": launch.grace_s,
    }
    if launch.channel:
        writer.write_atomic(agent.first, launch.first, mode=0o600)
    writer.write_atomic(agent.launch, jsonio.to_json(order), mode=0o600)


def _start_keeper(agent: AgentDir, launch: Launch) -> "subprocess.Popen[bytes]":
    import subprocess  # only a start needs it

    command = [sys.executable, "-I", "-S", "-E", str(KEEPER), str(agent.path.absolute())]
    try:
        return subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env=launch.environment,
            cwd="/",
            start_new_session=True,
        )
    except ValueError as error:
        raise _failure(f"Its environment cannot be passed on: {error}.") from error
    except OSError as error:
        raise _failure(f"No keeper could be started: {error.strerror}.", error.errno) from error


def _hear(process: "subprocess.Popen[bytes]") -> None:
    """Waits for the keeper's one line; raises SwarmError `start` where it says no, or nothing."""
    import subprocess

    assert process.stdout is not None  # noqa: S101 we asked for a pipe
    with process.stdout as pipe:
        line = _first_line(pipe, ANSWER_S)
    try:
        process.wait(ANSWER_S)  # it has handed over to its child, and ends at once
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    try:
        answer = json.loads(line)
    except ValueError:
        answer = None
    if not isinstance(answer, dict):
        said = line.decode("utf-8", "replace").strip()[-500:]
        raise _failure(f"Its keeper said: {said}" if said else f"Its keeper did not answer within {ANSWER_S:.0f} s.")
    if answer.get("started") is not True:
        raise _failure(f"{str(answer.get('error', ''))[:500]}.", answer.get("errno"))


def _first_line(pipe: IO[bytes], seconds: float) -> bytes:
    """What comes until a newline, the end, or the deadline."""
    deadline = time.monotonic() + seconds
    poll = select.poll()
    poll.register(pipe, select.POLLIN)
    heard = b""
    while not heard.endswith(b"\n") and len(heard) < 65536:
        left = deadline - time.monotonic()
        if left <= 0 or not poll.poll(left * 1000):
            break
        part = os.read(pipe.fileno(), 4096)
        if not part:
            break
        heard += part
    return heard


def _failure(why: str, number: object = None) -> SwarmError:
    hint = HINTS.get(number, "") if isinstance(number, int) else ""
    return SwarmError("The agent could not be started.", why, hint, code=Code.START)


def _known(kept: Identity | None, marker: str) -> Identity | None:
    """An identity of kept.json. A hint like every pid in a file: a caller checks it before it signals."""
    if kept is None:
        return None
    if kept.ticks == 0:  # a keeper without /proc cannot tell: the kernel can
        return identify(kept.pid, marker)
    return replace(kept, marker=marker)
