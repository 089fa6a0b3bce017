"""subagents.json: how many sub-agents of its program's own an agent may have at once, and when those at work began."""

from swarm.protocol.paths import AgentDir
from swarm.store import jsonio, reader, writer

SCHEMA = 1
MAX_LIVE = 1000


def allowance(may: int, live: tuple[float, ...] = ()) -> bytes:
    """The file's content. may: how many at once. live: wall seconds at which those at work began."""
    return jsonio.to_json({"schema": SCHEMA, "may": may, "live": list(live)})


def read(agent: AgentDir) -> tuple[int, tuple[float, ...]]:
    """Returns how many the agent may have, and when those at work began. Raises SwarmError."""
    found = reader.read_json(agent.subagents) or {}
    may, live = found.get("may"), found.get("live")
    known = live[:MAX_LIVE] if isinstance(live, list) else []
    began = tuple(float(each) for each in known if type(each) in (int, float))
    return (may if type(may) is int and may > 0 else 0), began


def write(agent: AgentDir, may: int, live: tuple[float, ...]) -> None:
    """Replaces the file, under the hooks' lock."""
    writer.write_atomic(agent.subagents, allowance(may, live), mode=0o600)
