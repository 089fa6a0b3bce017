"""An agent's inbox, and what of it was delivered, so that no message reaches the agent twice. Light, for hooks.

told.json: {schema, offset, sent, asked, stop}. offset: bytes of inbox.md that were delivered; sent: the ids beyond it
that went through the channel at once. asked, stop: what hooks and heartbeats remember of a turn that ended.
turn_from: the offset before the root's last turn.
"""

import re
from collections.abc import Callable
from typing import Any

from swarm.errors import SwarmError, UsageError
from swarm.formatting import spell_stamp
from swarm.protocol.paths import AgentDir
from swarm.sanitize import clean, clean_block
from swarm.store import jsonio, locks, reader, writer

SCHEMA = 1
KEEP_SENT = 100
MAX_INBOX = 256 * 1024
"""Bytes of an inbox that are looked at; an undelivered message further up is only in the file."""
LOCK_S = 5.0
"""Seconds that one writer waits for another, which needs a few milliseconds."""
MAX_OUTPUT = 16 << 20
"""Bytes of a program's output in which what was sent is looked for."""
MAX_BLOCKS = 20
BLOCK_LINES = 220
_HEADING = re.compile(r"## (?P<when>.{0,80}?) from (?P<who>\S{1,1000}?)(?: \((?P<id>m-[0-9a-f]{6,32})\))?\s*\Z")
FROM_ENGINE = "[swarm-tui]"
"""What stands before the engine's own words to an agent, so that a transcript shows whose they are."""
Memo = dict[str, Any]


def read(agent: AgentDir) -> Memo:
    """Reads told.json; a missing or wrong value counts as none."""
    try:
        found = reader.read_json(agent.delivered) or {}
    except SwarmError:
        found = {}
    sent = found.get("sent")
    known = [each for each in sent if isinstance(each, str)] if isinstance(sent, list) else []
    return {**found, "schema": SCHEMA, "offset": _number(found, "offset"), "sent": known}


def change(agent: AgentDir, alter: Callable[[Memo], Memo]) -> None:
    """Replaces told.json by what `alter` makes of it, under its lock. Raises SwarmError."""
    try:
        with locks.held(agent.delivered_lock, LOCK_S):
            writer.write_atomic(agent.delivered, jsonio.to_json(alter(read(agent))), mode=0o600)
    except OSError as error:
        raise writer.explain(error, agent.delivered) from error


def undelivered(agent: AgentDir) -> tuple[list[tuple[str, str]], int]:
    """(message id, words for the agent) of what was not delivered yet, oldest first, and the offset after them.

    Notes that a person wrote by hand have the id ''. What is not a whole line yet waits.
    """
    memo = read(agent)
    try:
        found = reader.read_tail(agent.inbox, MAX_INBOX)
    except SwarmError:
        return [], memo["offset"]
    if found is None:
        return [], 0
    begins = found.size - len(found.data)
    offset = memo["offset"] if memo["offset"] <= found.size else 0  # the inbox was cut since: all of it counts as new
    start = max(offset, begins)
    fresh = found.data[start - begins :]
    fresh = fresh[: fresh.rfind(b"\n") + 1]
    known = set(memo["sent"])
    waiting: list[tuple[str, str]] = []
    for block in _blocks(fresh):
        start += len(block)
        key, words = words_of(block.decode("utf-8", "replace"))
        if words and key not in known:
            waiting.append((key, words))
            if len(waiting) == MAX_BLOCKS:
                break
    return waiting, start


def mark(agent: AgentDir, offset: int) -> None:
    """Records that everything up to `offset` was delivered. Raises SwarmError."""
    change(agent, lambda memo: {**memo, "offset": offset})


def begin_turn(agent: AgentDir, offset: int | None) -> None:
    """Begins a turn of the root, whose first words deliver everything up to `offset` (None: nothing)."""
    change(
        agent,
        lambda memo: {**memo, "offset": memo["offset"] if offset is None else offset, "turn_from": memo["offset"]},
    )


def end_turn(agent: AgentDir, *, heard: bool) -> None:
    """Ends the root's last turn: where its session failed, the messages that it was given wait again."""

    def alter(memo: Memo) -> Memo:
        kept = {key: value for key, value in memo.items() if key != "turn_from"}
        return kept if heard else {**kept, "offset": min(memo["offset"], _number(memo, "turn_from"))}

    if "turn_from" in read(agent):
        change(agent, alter)


def mark_sent(agent: AgentDir, key: str) -> None:
    """Records that message `key` went through the channel; called before it is in the inbox. Raises SwarmError."""
    change(agent, lambda memo: {**memo, "sent": [*memo["sent"], key][-KEEP_SENT:]})


def pass_over(agent: AgentDir) -> None:
    """Moves the offset over what was sent, where nothing before it waits. Raises SwarmError."""
    waiting, offset = undelivered(agent)
    if not waiting and offset != read(agent)["offset"]:
        mark(agent, offset)


def unconfirmed(agent: AgentDir) -> list[tuple[str, str]]:
    """Returns (message id, words) of messages that went into the channel and never showed in the program's output.

    The program ended before it read them, or does not print what reaches it.
    """
    sent = read(agent)["sent"]
    try:
        said = reader.read_tail(agent.stdout, MAX_OUTPUT) if sent else None
        inbox = reader.read_tail(agent.inbox, MAX_INBOX) if sent else None
    except SwarmError:
        return []
    if inbox is None:
        return []
    output = said.data if said is not None else b""
    silent = {key for key in sent if key.encode() not in output}
    found = [words_of(block.decode("utf-8", "replace")) for block in _blocks(inbox.data)] if silent else []
    return [(key, words) for key, words in found if key in silent]


def words_of(block: str) -> tuple[str, str]:
    """(id, what the agent reads) of one block of an inbox; ('', '') where it holds no words."""
    heading, _, body = block.lstrip("\n").partition("\n")
    found = _HEADING.match(heading)
    if found is None:
        said = clean_block(block.strip("\n"), BLOCK_LINES)
        return "", f"A note in your inbox:\n\n{said}" if said.strip() else ""
    said = clean_block(body.strip("\n"), BLOCK_LINES)
    key = found["id"] or ""
    name = f" [{key}]" if key else ""
    return key, f"Message{name} from {clean(found['who'])}, {clean(found['when'])}:\n\n{said}"


def _blocks(text: bytes) -> list[bytes]:
    """Cut before every heading; all parts together are the text."""
    parts = re.split(rb"(?m)^(?=## )", text)
    return [part for part in parts if part]


def _number(memo: Memo, key: str) -> int:
    value = memo.get(key)
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else 0


MAX_LINES = 200
MAX_CHARS = 2000


def entry(text: str, sender: str, wall: float, key: str = "") -> str:
    """One message as it stands in an inbox. No line of the text can look like a heading: all of them are quoted.

    wall: seconds. key: its id.
    """
    said = clean_block(text.strip(), MAX_LINES, MAX_CHARS)
    if not said.strip():
        raise UsageError("There is no message.", "Its text is empty.")
    quoted = "\n".join(f"> {line}" for line in said.split("\n"))
    name = f" ({key})" if key else ""
    return f"\n## {spell_stamp(wall, ' ')} from {sender}{name}\n\n{quoted}\n"
