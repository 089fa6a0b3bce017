"""Evidence about an agent that is silent: its processes, what they use, its last words. Kept in its log."""

from msgspec import to_builtins

from swarm.formatting import spell_stamp
from swarm.home.context import Home
from swarm.model.agent import Identity
from swarm.model.snapshot import AgentView
from swarm.platform.process_info import Stat
from swarm.processes.identity import identify, look
from swarm.processes.members import marked, tree
from swarm.protocol.logs import LAST_LINES, last_lines
from swarm.sanitize import clean
from swarm.store import writer

MAX_PROCESSES = 200


def investigate(home: Home, view: AgentView, why: str, heartbeat_n: int) -> int:
    """Writes log/investigation-N.json (protocol.md, A heartbeat, phase 2) and returns N.

    Raises SwarmError where the disk refuses.
    """
    agent = home.layout.agent(view.id)
    record = view.record
    number = (record.investigations if record is not None else 0) + 1
    found = {
        "schema": 1,
        "agent": view.id,
        "spawn_id": view.spawn_id,
        "number": number,
        "heartbeat": heartbeat_n,
        "at": spell_stamp(home.clock.wall(), millis=True),
        "why": why,
        "liveness": str(view.liveness) if view.liveness is not None else None,
        "usage": to_builtins(view.usage) if view.usage is not None else None,
        "processes": processes_of(view),
        "progress": [
            {"stamp": line.stamp_text, "outputs": line.outputs, "sentence": line.sentence}
            for line in view.progress.lines[-LAST_LINES:]
        ],
        "outputs": view.observed.outputs,
        "stdout": last_lines(agent, "stdout"),
        "stderr": last_lines(agent, "stderr"),
    }
    writer.make_dir(agent.log, parents=False)
    writer.write_json(agent.investigation(number), found)
    return number


def processes_of(view: AgentView) -> list[dict[str, object]]:
    """Keeper, program and everything that belongs to them: pid, parent, state, command, memory, processor seconds."""
    record = view.record
    if record is None:
        return []
    from swarm.processes.usage import describe  # psutil, for who is investigated: a heartbeat rarely does

    seen: dict[int, Stat] = {}
    for root in (record.keeper, record.process):
        if root is not None and _lives(root):
            seen.update({stat.pid: stat for stat in tree(root)})
    if record.spawn_id:
        seen.update({stat.pid: stat for stat in marked(record.spawn_id)})
    named = {
        identity.pid: name
        for name, identity in (("program", record.process), ("keeper", record.keeper))
        if identity is not None
    }
    return [
        {
            "pid": proc.pid,
            "ppid": proc.ppid,
            "is": named.get(proc.pid, ""),
            "state": proc.state,
            "command": clean(proc.command, 200),
            "rss_bytes": proc.rss,
            "cpu_s": round(proc.cpu, 3),
        }
        for proc in map(describe, sorted(seen.values(), key=lambda stat: stat.ticks)[:MAX_PROCESSES])
    ]


def _lives(identity: Identity) -> bool:
    return identify(identity.pid) is not None and str(look(identity)) == "alive"
