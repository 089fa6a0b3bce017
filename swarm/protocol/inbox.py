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
from swarm.sanitize import clean, visible
from swarm.store import jsonio, locks, reader, writer

SCHEMA = 1
KEEP_SENT = 100
MAX_MESSAGE = 256 * 1024
"""Bytes of one message. A longer text is a file, whose path is a message."""
WINDOW = 1 << 20
"""Bytes of an inbox that one look reads, from what was delivered last; any message fits in, quoted."""
ROOM = 200_000
"""Characters that are handed over at once, where the way has no limit of its own."""
LOCK_S = 5.0
"""Seconds that one writer waits for another, which needs a few milliseconds."""
MAX_OUTPUT = 16 << 20
"""Bytes of a program's output in which what was sent is looked for."""
MAX_BLOCKS = 20
NOTES_BYTES = 64 * 1024
"""Of an inbox in which notes are looked for that no verb has left."""
_HEADING = re.compile(r"## (?P<when>.{0,80}?) from (?P<who>\S{1,1000}?)(?: \((?P<id>m-[0-9a-f]{6,32})\))?\s*\Z")
_BLOCK = re.compile(rb"(?m)^(?=## )")
_LINE_END = re.compile(r"\r\n|\n|\r")
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


def undelivered(agent: AgentDir, room: int = ROOM) -> tuple[list[tuple[str, str]], int]:
    """(message id, words for the agent) of what was not delivered yet, oldest first, and the offset after them.

    room: characters of all of them together. Each is whole: what has no room waits for the next look, and where one
    alone has none, its words say where to read it. Notes that a person wrote by hand have the id ''. What is not a
    whole line yet waits.
    """
    memo = read(agent)
    try:
        found = reader.read_from(agent.inbox, memo["offset"], WINDOW)
        if found is None:
            return [], 0
        start = memo["offset"] if memo["offset"] <= found.size else 0  # the inbox was cut since: all of it is new
        start, fresh, waiting = _whole_blocks(agent, found, start)
    except SwarmError:
        return [], memo["offset"]
    known = set(memo["sent"])
    used = sum(len(words) for _, words in waiting)
    for block in _blocks(fresh):
        key, words = words_of(block.decode("utf-8", "replace"))
        if words and key not in known:
            if len(words) > room:
                words = _where_to_read(agent, words, start, start + len(block))
            if (waiting and used + len(words) > room) or len(waiting) == MAX_BLOCKS:
                break
            waiting.append((key, words))
            used += len(words)
        start += len(block)
    return waiting, start


def _whole_blocks(agent: AgentDir, found: reader.Read, start: int) -> tuple[int, bytes, list[tuple[str, str]]]:
    """Where whole blocks begin, their bytes, and a word about what lies before them and is too long for any look."""
    if not found.truncated:
        return start, found.data[: found.data.rfind(b"\n") + 1], []
    last = [at.start() for at in _BLOCK.finditer(found.data) if at.start()]
    if last:
        return start, found.data[: last[-1]], []
    tail = reader.read_tail(agent.inbox, WINDOW)
    data = tail.data if tail is not None else b""
    first = _BLOCK.search(data)
    begins = found.size - len(data) + (first.start() if first else len(data))
    note = f"A note in your inbox has {begins - start} bytes: read the whole of it in {agent.inbox}"
    fresh = data[first.start() :] if first else b""
    return begins, fresh[: fresh.rfind(b"\n") + 1], [("", note)]


def _where_to_read(agent: AgentDir, words: str, start: int, end: int) -> str:
    """In place of words that are too long for the way that they go. start, end: bytes of the inbox."""
    before = reader.read_head(agent.inbox, end)
    data = before.data if before is not None else b""
    first, last = data.count(b"\n", 0, start) + 1, data.count(b"\n", 0, end)
    head = words.split("\n", 1)[0].rstrip(":")
    return (
        f"{head}. It has {len(words)} characters, more than goes here at once: "
        f"read the whole of it now, in lines {first} to {last} of {agent.inbox}"
    )


def is_waiting(agent: AgentDir, key: str) -> bool:
    """Whether the message `key` stands in the inbox and was not delivered yet."""
    memo = read(agent)
    try:
        found = reader.read_from(agent.inbox, memo["offset"], MAX_OUTPUT)
    except SwarmError:
        return False
    heading = re.compile(rb"(?m)^## .* \(" + re.escape(key.encode()) + rb"\)\s*$")
    return found is not None and key not in memo["sent"] and heading.search(found.data) is not None


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
        inbox = reader.read_tail(agent.inbox, MAX_OUTPUT) if sent else None
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
        said = visible(block.strip("\n"))
        return "", f"A note in your inbox:\n\n{said}" if said.strip() else ""
    key = found["id"] or ""
    name = f" [{key}]" if key else ""
    return key, f"Message{name} from {clean(found['who'])}, {clean(found['when'])}:\n\n{visible(body.strip(chr(10)))}"


def handwritten(agent: AgentDir) -> str:
    """What stands in the last part of an inbox beside quoted messages and the engine's own lines; '' for nothing.

    No verb writes such lines: a person does, or an agent that goes past the verbs.
    """
    try:
        found = reader.read_tail(agent.inbox, NOTES_BYTES)
    except SwarmError:
        return ""
    lines = found.data.decode("utf-8", "replace").splitlines() if found is not None else []
    return "\n".join(line for line in lines if not line.startswith(("> ", FROM_ENGINE)) and not _HEADING.match(line))


def _blocks(text: bytes) -> list[bytes]:
    """Cut before every heading; all parts together are the text."""
    return [part for part in _BLOCK.split(text) if part]


def _number(memo: Memo, key: str) -> int:
    value = memo.get(key)
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else 0


def entry(text: str, sender: str, wall: float, key: str = "", tag: str = "") -> str:
    """One message as it stands in an inbox, whole. No line of the text can look like a heading: all of them are quoted.

    wall: seconds. key: its id. tag: a line of the engine's that stands before the text. Raises UsageError where there
    is no text, or more than MAX_MESSAGE bytes of it.
    """
    said = visible(text.strip("\n"))
    if not said.strip():
        raise UsageError("There is no message.", "Its text is empty.")
    if (size := len(said.encode("utf-8", "replace"))) > MAX_MESSAGE:
        raise UsageError(
            "The message is too long.",
            f"It has {size} bytes; a message has {MAX_MESSAGE} at most.",
            "Put the text into a file, and send its path.",
        )
    quoted = "> " + _LINE_END.sub(r"\g<0>> ", said)
    name = f" ({key})" if key else ""
    label = f"{tag}\n\n" if tag else ""
    return f"\n## {spell_stamp(wall, ' ')} from {sender}{name}\n\n{label}{quoted}\n"
