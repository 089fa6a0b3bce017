"""The first moments of an agent: a program that ends at once, and badly, is news for whoever has just spawned it."""

import time

from swarm import platform
from swarm.ending.settle import settle
from swarm.errors import Code, SwarmError
from swarm.home.context import Home
from swarm.model.agent import AgentSpec, Identity, Liveness
from swarm.model.record import Ending, Ref
from swarm.model.requests import Spawned
from swarm.processes.identity import look
from swarm.processes.members import tree
from swarm.programs.registry import new_reader_for, program_for
from swarm.protocol.agent_files import read_exit, read_spec
from swarm.protocol.paths import AgentDir
from swarm.store import reader

LEAST_S = 0.3
MOST_S = 2.5
STARTS = 2.0
"""A program is waited for so many times the processor time that its start takes, by the clock or by what it got."""
LOOK_S = 0.02
RUNNABLE = ("R", "D")
"""States of a process that runs, or waits for its turn or for the disk: not for others, or for time to pass."""
HEAD_BYTES = 4096


def why_ended_at_once(home: Home, spawned: Spawned) -> SwarmError | None:
    """Waits until a new agent's program says something, ends, or its start must be over; returns why it ended badly.

    None where it runs, waits, or has done what it was to do. Its directory and its record stay: it did start.
    """
    if spawned.queued:
        return None
    agent = home.layout.agent(spawned.agent)
    ref = Ref(spawned.agent, spawned.spawn_id)
    spec = ref.match(read_spec(agent).value)
    if spec is None or not _has_ended(home, agent, spec):
        return None
    settle(home, {spawned.agent})
    record = ref.find(home.ledger.read().agents)
    if record is None or record.live or record.ending is not Ending.FAILED or record.exit_code == 0:
        return None
    return SwarmError(
        f"{spawned.agent!r} has ended as soon as it was started.",
        f"{record.why}.",
        f"See swarm-tui log {spawned.agent}; when the cause is mended: swarm-tui respawn {spawned.agent} --force",
        code=Code.START,
    )


def _has_ended(home: Home, agent: AgentDir, spec: AgentSpec) -> bool:
    """Waits; a program whose output is read has started when it has said its first words.

    On a busy machine a start takes longer than it has work to do: then it is waited for until that is done.
    """
    speaks = new_reader_for(spec.program, home.policy) is not None
    work = STARTS * program_for(spec.program, home.policy).start_cost_s
    began = time.monotonic()
    program: Identity | None = None
    while (passed := time.monotonic() - began) < MOST_S:
        gone = read_exit(agent).value
        if gone is not None and gone.spawn_id == spec.spawn_id:
            return True
        if speaks and _has_spoken(agent):
            return False
        if passed > max(LEAST_S, work):
            program = program or _program(home, spec)
            if program is None or not is_starting(program, work):
                return False
        time.sleep(LOOK_S)
    return False


def _program(home: Home, spec: AgentSpec) -> Identity | None:
    record = Ref(spec.id, spec.spawn_id).find(home.ledger.read().agents)
    return record.process if record is not None else None


def is_starting(program: Identity, work: float) -> bool:
    """Whether it, or what it has started, wants the processor and has not had it for so many seconds; or is ending."""
    if look(program) is not Liveness.ALIVE:
        return True  # its keeper is about to report that
    there = [stat for stat in (platform.stat(program.pid), *tree(program)) if stat is not None]
    if not any(stat.state in RUNNABLE or stat.dead for stat in there):
        return False
    from swarm.processes.usage import spent  # psutil costs 17 ms, and few starts take so long

    return sum(spent(stat.pid)[0] for stat in there) < work


def _has_spoken(agent: AgentDir) -> bool:
    """Whether anything stands behind the line by which its keeper marks where the run begins."""
    try:
        read = reader.read_head(agent.stdout, HEAD_BYTES)
    except SwarmError:
        return False
    return read is not None and bool(read.data.partition(b"\n")[2])
