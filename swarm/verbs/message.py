"""message: a note in an agent's inbox.md, which it reads between two pieces of work."""

import time

from swarm import audit, store
from swarm.errors import NotFound, SwarmError, Usage
from swarm.home import Home
from swarm.layout import AgentDir
from swarm.resolve import resolve
from swarm.untrusted import clean_block
from swarm.verbs.kill import must_be_below

MAX_LINES = 200
MAX_CHARS = 2000


def message(home: Home, words: str, text: str, *, spawn_id: str = "") -> None:
    """Appends the text to the agent's inbox.md, below a heading that says who sent it and when, every line quoted.

    Raises NotFound where the agent has ended or was spawned anew; Refused `hierarchy` where an agent writes to anybody
    but its children; Usage where there is no text.
    """
    agent_id = words
    try:
        home.must_be_writable()
        agent_id = resolve(home, words)
        must_be_below(home, agent_id)
        _must_read_it(home, agent_id, spawn_id)
        _append(home.layout.agent(agent_id), entry(text, str(home.actor), home.clock.wall()))
    except SwarmError as error:
        audit.record(home, "message", agent=agent_id, spawn_id=spawn_id, error=error)
        raise
    record = home.ledger.read().agents.get(agent_id)
    audit.record(home, "message", agent=agent_id, spawn_id=record.spawn_id if record else "", text=text[:MAX_CHARS])


def entry(text: str, sender: str, wall: float) -> str:
    """One message as it stands in an inbox. No line of the text can look like a heading: all of them are quoted."""
    said = clean_block(text.strip(), MAX_LINES, MAX_CHARS)
    if not said.strip():
        raise Usage("There is no message.", "Its text is empty.")
    local = time.localtime(wall)
    minutes = abs(local.tm_gmtoff) // 60
    offset = f"{'-' if local.tm_gmtoff < 0 else '+'}{minutes // 60:02d}:{minutes % 60:02d}"
    quoted = "\n".join(f"> {line}" for line in said.split("\n"))
    return f"\n## {time.strftime('%Y-%m-%d %H:%M:%S', local)}{offset} from {sender}\n\n{quoted}\n"


def _append(agent: AgentDir, block: str) -> None:
    try:
        store.append_block(agent.inbox, block.encode("utf-8", "replace"))
    except SwarmError:
        if agent.path.is_dir():
            raise
        raise NotFound(f"The directory of {agent.path.name!r} is not there.", "Somebody moved or removed it.") from None


def _must_read_it(home: Home, agent_id: str, spawn_id: str) -> None:
    record = home.ledger.read().agents.get(agent_id)
    if record is None:
        return  # the root between two heartbeats, or an agent of somebody else that may look into its directory
    if not record.live:
        raise NotFound(
            f"{agent_id!r} does not run.",
            "It reads no messages any more.",
            f"Start it again with: swarm-tui respawn {agent_id}",
        )
    if spawn_id and record.spawn_id != spawn_id:
        raise NotFound(f"{agent_id!r} is not the one that was meant any more.", "It has been spawned anew since.")
