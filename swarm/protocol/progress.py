"""progress.md: its bounded tail as lines of stamp, outputs and sentence; appending one. Light: agents call it often."""

from typing import TYPE_CHECKING

from swarm.errors import UsageError
from swarm.formatting import beginning, spell_stamp
from swarm.protocol.progress_line import FUTURE_S, MAX_CHARS, MAX_OUTPUTS, parse_line, says_something

if TYPE_CHECKING:
    from collections.abc import Sequence

    from swarm.model import reports
    from swarm.model.record import Fingerprint
    from swarm.protocol.entries import Document
    from swarm.protocol.entry import Entry
    from swarm.protocol.paths import AgentDir
    from swarm.store.reader import Read

TAIL_BYTES = 64 * 1024
MAX_LINES = 50
COMPARED = 8
"""The newest entries that tell one state of a file from another: a line that is written twice is no update."""


def read_progress(agent: "AgentDir", keep: int = MAX_LINES) -> "reports.Progress":
    """The last `keep` lines of an agent's progress.md; `error` says why it cannot be read, nothing raises."""
    return examine_progress(agent, keep)[0]


def examine_progress(agent: "AgentDir", keep: int = MAX_LINES) -> "tuple[reports.Progress, list[str]]":
    """As `read_progress`, with the lines as they were written beside it, for the search for injections."""
    from swarm.model.reports import Progress
    from swarm.store.reader import Unreadable, read_tail

    try:
        read = read_tail(agent.progress, TAIL_BYTES)
    except Unreadable as error:
        return Progress(error=error.why), []
    return (Progress(), []) if read is None else _parse(read, agent, keep)


def _parse(read: "Read", agent: "AgentDir", keep: int) -> "tuple[reports.Progress, list[str]]":
    from swarm.model.reports import Progress

    plain = _plain_lines(read, keep)
    if plain is not None:
        lines, written = plain
        newest = next(
            (line.stamp for line in reversed(lines) if (line.stamp or 0.0) <= read.mtime_ns / 1e9 + FUTURE_S), None
        )
        return Progress(lines, _fingerprint(read, _said(lines)), read.mtime_ns / 1e9, claimed=newest), written
    document = _document(read, agent)
    lines = tuple(map(_line, document.entries[-keep:]))
    written = [raw for entry in document.entries[-keep:] for raw in entry.raw]
    said = "" if read.truncated else _said(lines, document.rest) if document.newest is not None else _undated(document)
    progress = Progress(
        lines, _fingerprint(read, said), read.mtime_ns / 1e9, claimed=document.newest, unread=document.unread
    )
    return progress, [*document.rest[-MAX_LINES:], *written]


def _plain_lines(read: "Read", keep: int) -> "tuple[tuple[reports.ProgressLine, ...], list[str]] | None":
    """The last lines where all of them are in the plain form and none is older than the one before; else None."""
    from swarm.model.reports import ProgressLine
    from swarm.sanitize import clean
    from swarm.store.reader import lines_backwards

    lines: list[ProgressLine] = []
    written: list[str] = []
    for row in lines_backwards(read.data, cut=read.truncated):
        # Bytes first: a character takes four at most, so that no long line is decoded whole.
        try:
            raw = row[: MAX_CHARS * 4].decode()
        except UnicodeDecodeError:
            return None
        text = clean(raw, MAX_CHARS).strip()
        if not text:
            continue
        line = ProgressLine(*parse_line(text))
        if line.sentence and not says_something(line.sentence):
            continue
        if line.stamp is None or not text[0].isdigit() or "\r" in raw[:-1] or "\0" in raw or not line.sentence:
            return None
        if lines and line.stamp > (lines[-1].stamp or 0.0):
            return None
        lines.append(line)
        written.append(raw)
        if len(lines) >= keep:
            break
    return (tuple(reversed(lines)), written[::-1]) if lines else None


def _document(read: "Read", agent: "AgentDir") -> "Document":
    """The file in any other form. Of a long one that has the newest first, the head counts."""
    from swarm.protocol.entries import read_document
    from swarm.store.reader import Unreadable, read_head
    from swarm.store.text import decode

    found = read_document(decode(read.data), read.mtime_ns / 1e9, cut=read.truncated)
    if read.truncated and found.newest_first:
        try:
            head = read_head(agent.progress, TAIL_BYTES)
        except Unreadable:
            head = None
        if head is not None:
            text = decode(head.data).rpartition("\n")[0]
            return read_document(text, read.mtime_ns / 1e9, cut=False)
    return found


def _line(entry: "Entry") -> "reports.ProgressLine":
    from swarm.model.reports import ProgressLine

    stamp = entry.stamp
    if stamp is None:
        return ProgressLine(None, "", entry.outputs, entry.sentence, details=tuple(entry.details))
    return ProgressLine(
        stamp.wall, stamp.text, entry.outputs, entry.sentence, stamp.naive, tuple(entry.details), stamp.whole_day
    )


def _said(lines: "tuple[reports.ProgressLine, ...]", rest: "Sequence[str]" = ()) -> str:
    """A hash over the newest entries, each once, and all that is none; '' where lines have no stamp to tell them by."""
    if not all(line.stamp_text for line in lines):
        return ""
    from hashlib import blake2b

    distinct = sorted({(line.stamp or 0.0, line.sentence, *line.details, str(line.outputs)) for line in lines})
    return blake2b(repr((distinct[-COMPARED:], rest)).encode("utf-8", "replace"), digest_size=12).hexdigest()


def _undated(document: "Document") -> str:
    """A hash over all that a file without stamps says, each as often as it stands there."""
    from hashlib import blake2b

    said = [(entry.sentence, *entry.details, str(entry.outputs)) for entry in document.entries]
    return blake2b(repr((said, document.rest)).encode("utf-8", "replace"), digest_size=12).hexdigest()


def _fingerprint(read: "Read", said: str) -> "Fingerprint":
    from hashlib import blake2b

    from swarm.model.record import Fingerprint

    tail = blake2b(read.data, digest_size=12).hexdigest()
    return Fingerprint(read.inode, read.size, read.mtime_ns, tail, said)


ROOM_TO_SAY = 40
"""Characters of a line that is too long in which stands how much more there was."""


def format_line(text: str, outputs: int | None, wall: float) -> str:
    """The line that `append` writes: local time with seconds and offset. Raises UsageError where nothing is said."""
    sentence = text.strip()
    if not (sentence.isascii() and sentence.isprintable() and len(sentence) <= MAX_CHARS):
        from swarm.sanitize import clean  # most sentences are plain ASCII and do not need it

        if len(sentence) > MAX_CHARS:
            sentence = beginning(sentence, MAX_CHARS - ROOM_TO_SAY)
        sentence = clean(sentence, MAX_CHARS).strip()
    if not sentence:
        raise UsageError(
            "There is nothing to report.", "The text of the update is empty.", "Say what was done, in one sentence."
        )
    if outputs is not None and not 0 <= outputs <= MAX_OUTPUTS:
        raise UsageError(f"{outputs} is not a number of outputs.", f"It is 0 to {MAX_OUTPUTS}.")
    counted = "" if outputs is None else f"[outputs {outputs}] "
    return f"{spell_stamp(wall, ' ')} - {counted}{sentence}"


def append(agent: "AgentDir", text: str, outputs: int | None, wall: float) -> str:
    """Appends one line to the agent's progress.md, whatever newlines `text` holds. Returns the line, without newline.

    outputs: the agent's own count, or None. wall: seconds since 1970.
    Raises UsageError where the text is empty, SwarmError where the disk refuses.
    """
    from swarm.store.writer import append_line

    line = format_line(text, outputs, wall)
    append_line(agent.progress, line.encode("utf-8", "replace"))
    return line
