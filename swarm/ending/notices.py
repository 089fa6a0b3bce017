"""Tells parents, in their inboxes, what became of agents below them: of an end at once, of flags at a look (failure 8).

To see it: an agent with a parent ends, is killed, crashes, or gets an alert; a block from `engine` stands in the inbox
of its parent, whose program gets it as it gets any message: by its hook, in its idle session, in the root's digest.

What is told follows from the ledger alone, and a record keeps what was told of it: a process that dies in between tells
it at the next look, and a message that is in the inbox already, by its id, is not written twice.
"""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from hashlib import blake2b

from swarm.errors import SwarmError
from swarm.home import audit
from swarm.home.context import Home
from swarm.ledger.state import State, with_record
from swarm.model.actor import ENGINE, AuditVerb
from swarm.model.audit_line import AuditLine
from swarm.model.values import replace
from swarm.protocol import inbox
from swarm.protocol.paths import AgentDir
from swarm.rules.results.notices import Notice, owed, still_told
from swarm.store import locks, reader, writer

MAX_LINES = 20
"""Notices in one message; what is beyond is counted."""
MAX_WAITING = 512 * 1024
"""Bytes of an inbox that no one reads after which no more is added: it is told when there is room again."""
MAX_OF_IDLE_ROOT = 16 * 1024
"""The same of the root between two turns, which finds all of it in its digest: what is old must not hide messages."""


def tell_parents(home: Home) -> tuple[str, ...]:
    """Writes what is owed into inboxes; returns the ids of who was told. Never raises: each look tries it again."""
    if home.layout.foreign or home.read_only:
        return ()
    told: list[str] = []
    with suppress(SwarmError, OSError):
        root = home.policy.root.id
        state = home.ledger.read()
        for listener, notices in owed(state.agents, state.alerts, root, state.heartbeat_n).items():
            if _tell(home, listener, notices):
                told.append(listener)
    return tuple(told)


def without_what_is_over(state: State) -> State:
    """The state in which a flag that was told, and is over, would be told anew when it comes again."""
    agents = {
        agent_id: replace(record, told=still)
        for agent_id, record in state.agents.items()
        if record.told and (still := still_told(record, state.alerts)) != record.told
    }
    return replace(state, agents={**state.agents, **agents}) if agents else state


def _tell(home: Home, listener: str, notices: Sequence[Notice]) -> bool:
    agent = home.layout.agent(listener)
    with suppress(SwarmError, OSError):
        record = home.ledger.read().agents.get(listener)
        room = MAX_WAITING if record is not None and record.live else MAX_OF_IDLE_ROOT
        if agent.path.is_dir() and _write(home, agent, notices, room):
            _remember(home, listener, notices)
            return True
    return False


def _write(home: Home, agent: AgentDir, notices: Sequence[Notice], room: int) -> bool:
    """Adds one message to the inbox, unless it is there; False where more than `room` bytes wait in it.

    Raises SwarmError.
    """
    key = f"m-{_digest(notices)}"
    with locks.held(agent.delivered_lock, inbox.LOCK_S):
        tail = reader.read_tail(agent.inbox, inbox.NOTES_BYTES)
        if tail is not None and tail.size - inbox.read(agent)["offset"] > room:
            return False
        if tail is None or f"({key})".encode() not in tail.data:
            block = inbox.entry(_text(notices), str(ENGINE), home.clock.wall(), key)
            writer.append_block(agent.inbox, block.encode("utf-8", "replace"))
    return True


def _digest(notices: Sequence[Notice]) -> str:
    about = "\n".join(sorted(f"{each.of.id} {each.of.spawn_id} {each.key}" for each in notices))
    return blake2b(about.encode("utf-8", "replace"), digest_size=6).hexdigest()


def _text(notices: Sequence[Notice]) -> str:
    from swarm.injection.fence import tagged  # its rules are loaded where something is told

    lines = [tagged(each.said, each.words) if each.said else each.words for each in notices[:MAX_LINES]]
    if len(notices) > MAX_LINES:
        lines.append(f"and {len(notices) - MAX_LINES} more: swarm-tui status")
    return "\n".join(lines)


def _remember(home: Home, listener: str, notices: Sequence[Notice]) -> None:
    """Commits what was told. Raises SwarmError: then it is told once more, under the same id."""

    def change(state: State) -> State:
        for each in notices:
            record = each.of.find(state.agents)
            if record is not None and each.key not in record.told:
                state = with_record(state, replace(record, told=(*record.told, each.key)))
        return state

    def lines(_: State) -> Iterator[AuditLine]:
        names = sorted({each.of.id for each in notices})
        reason = "; ".join(f"{each.of.id}: {each.subject}" for each in notices[:MAX_LINES])
        yield audit.line(home, AuditVerb.NOTIFY, agent=listener, reason=reason, actor=ENGINE, about=names[:MAX_LINES])

    home.ledger.commit(change, purpose=f"tell {listener} what became of agents below it", lines=lines)
