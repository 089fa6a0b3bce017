"""kill of a sub-agent that a program runs inside itself: asked for over its channel, and looked for in its output."""

import time

from swarm import audit, store
from swarm.activity import Kind
from swarm.errors import NotFound, SwarmError
from swarm.home import Home
from swarm.layout import AgentDir
from swarm.model import Phase
from swarm.programs import Program
from swarm.requests import Ended
from swarm.resolve import resolve
from swarm.speaking import program_of, stop_subagent
from swarm.verbs.kill import must_be_below

MARK = "/~"
"""What stands between an agent's id and the key of a sub-agent of its own."""
CONFIRM_S = 3.0
TAIL_BYTES = 4 << 20


def is_subagent(words: str) -> bool:
    """Whether an id means a sub-agent of a program's own."""
    return MARK in words


def stop(home: Home, words: str, *, reason: str = "", spawn_id: str = "") -> Ended:
    """Ends one sub-agent. It is gone where its program says so within three seconds; else that is told.

    Raises NotFound; Refused `hierarchy`; SwarmError `channel` where its program cannot do that.
    """
    above, _, key = words.rpartition(MARK)
    agent_id = above.partition(MARK)[0]
    try:
        home.must_be_writable()
        agent_id = resolve(home, agent_id)
        must_be_below(home, agent_id)
        record = home.ledger.read().agents.get(agent_id)
        if record is None or record.phase is not Phase.RUNNING or (spawn_id and record.spawn_id != spawn_id):
            raise NotFound(f"{agent_id!r} does not run any more.", "What it ran inside itself has ended with it.")
        agent = home.layout.agent(agent_id)
        stop_subagent(home, record, key)
        gone = _has_ended(agent, program_of(home, record), key)
    except SwarmError as error:
        audit.record(home, "kill", agent=words, spawn_id=spawn_id, error=error)
        raise
    said = "its program has ended it" if gone else "its program was told to end it, and has not said that it did"
    audit.record(
        home,
        "kill",
        agent=f"{agent_id}{MARK}{key}",
        spawn_id=record.spawn_id,
        reason=reason or said,
        freed=0,
        gone=gone,
    )
    return Ended(f"{agent_id}{MARK}{key}", record.spawn_id, gone=gone, unverified="" if gone else said, note=said)


def _has_ended(agent: AgentDir, program: Program | None, key: str) -> bool:
    """Whether the program says within a moment that this sub-agent is over."""
    reader = program.reader() if program is not None else None
    if reader is None:
        return False
    deadline = time.monotonic() + CONFIRM_S
    fed = 0
    while time.monotonic() < deadline:
        read = store.read_tail(agent.stdout, TAIL_BYTES)  # from where it was started on, as far as we look back
        if read is not None and read.size > fed:
            fresh = read.data[max(0, fed - (read.size - len(read.data))) :]
            whole = fresh[: fresh.rfind(b"\n") + 1]
            fed = read.size - len(fresh) + len(whole)
            for line in whole.split(b"\n"):
                if any(each.kind is Kind.SUBAGENT_ENDED and each.key == key for each in reader.feed(line)):
                    return True
        time.sleep(0.05)
    return False
