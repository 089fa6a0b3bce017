"""Delivers a message to an agent: into its running session where that listens, and into its inbox in any case."""

from contextlib import suppress
from zlib import crc32

from swarm.errors import NotFound, SwarmError
from swarm.home.context import Home
from swarm.lifecycle.messaging import listens, speak
from swarm.model.actor import ENGINE
from swarm.model.record import Record
from swarm.protocol import inbox
from swarm.protocol.paths import AgentDir
from swarm.store import reader, writer


def deliver(home: Home, record: Record | None, agent: AgentDir, block: str, key: str) -> str:
    """Why a message waits in the inbox; '' where it went into the running session. Raises NotFound, SwarmError.

    block: as `inbox.entry` makes it. key: its id. It is sent before it stands in the inbox, so that no hook delivers it
    a second time.
    """
    waits = _send(home, record, agent, block, key)
    _append(agent, block)
    if not waits:
        with suppress(SwarmError):  # its id is remembered: the offset only saves looking
            inbox.pass_over(agent)
    return waits


def warn(home: Home, record: Record, text: str, once: str) -> str:
    """Tells an agent something in the engine's name; returns why that waits, '' where it went into its session.

    once: what it is about. A message of that which is in the inbox already, because a process died before it could
    note so, is not left a second time. Raises SwarmError.
    """
    agent = home.layout.agent(record.id)
    key = f"m-{crc32(f'{record.spawn_id} {once}'.encode()):08x}"
    there = reader.read_tail(agent.inbox, inbox.NOTES_BYTES)
    if there is not None and f"({key})".encode() in there.data:
        return "it stands in the inbox already"
    return deliver(home, record, agent, inbox.entry(text, str(ENGINE), home.clock.wall(), key), key)


def _send(home: Home, record: Record | None, agent: AgentDir, block: str, key: str) -> str:
    """Why it waits in the inbox; '' where it went into the running session."""
    waits = listens(home, record)
    if waits or record is None:
        return waits
    if not agent.path.is_dir():
        return ""  # the append says so
    try:
        speak(home, record, inbox.words_of(block)[1].replace(f" [{key}]", "", 1), key)  # the program puts it before
        inbox.mark_sent(agent, key)
    except SwarmError as error:
        return error.detail or error.title
    return ""


def _append(agent: AgentDir, block: str) -> None:
    try:
        writer.append_block(agent.inbox, block.encode("utf-8", "replace"))
    except SwarmError:
        if agent.path.is_dir():
            raise
        raise NotFound(f"The directory of {agent.path.name!r} is not there.", "It was moved or removed.") from None
