"""progress.md: its bounded tail as lines of stamp, outputs and sentence; appending one. Light: agents call it often."""

import re
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from swarm.errors import UsageError
from swarm.formatting import parse_stamp, spell_stamp

if TYPE_CHECKING:
    from swarm.model import reports
    from swarm.protocol.paths import AgentDir
    from swarm.store.reader import Read

TAIL_BYTES = 64 * 1024
MAX_LINES = 50
MAX_CHARS = 2000
MAX_OUTPUTS = 1_000_000_000


class ParsedLine(NamedTuple):
    """One line taken apart. stamp: wall seconds since 1970 that the line claims. naive: the stamp had no offset."""

    stamp: float | None
    stamp_text: str
    outputs: int | None
    sentence: str
    naive: bool


@cache
def _patterns() -> tuple[re.Pattern[str], re.Pattern[str]]:
    """A line with a stamp, and a count of outputs; compiled by the first reader, since `append` needs neither."""
    line = re.compile(
        r"""\s*(?:[-*\u2022]\s+)?\[?                      # a list item or a bracket around the stamp is forgiven
        (?P<stamp>(?P<day>\d{4}-\d\d-\d\d)[ T](?P<clock>\d\d:\d\d(?::\d\d)?)(?:\.\d+)?
          (?P<offset>\ ?(?:Z|UTC)\b|[+-]\d\d:?\d\d)?)
        \]?(?=\W|\Z)\s*(?:[-\u2013\u2014]+\s*)?(?P<rest>.*)""",
        re.VERBOSE | re.DOTALL | re.ASCII,
    )
    outputs = re.compile(r"\[\s*outputs?\s*[:=]?\s*(\d{1,18})\s*\]\s*", re.IGNORECASE | re.ASCII)
    return line, outputs


def parse_line(line: str) -> ParsedLine:
    """`YYYY-MM-DD HH:MM[:SS][+HH:MM] - [outputs N] sentence` (protocol.md); what is missing stays empty."""
    with_stamp, with_outputs = _patterns()
    stamped = with_stamp.match(line)
    stamp, stamp_text, naive, rest = None, "", False, line
    if stamped:
        offset = (stamped["offset"] or "").strip().replace("UTC", "Z")
        stamp = parse_stamp(f"{stamped['day']} {stamped['clock']}{offset}")
        if stamp is not None:
            stamp_text, naive, rest = stamped["stamp"], not stamped["offset"], stamped["rest"]
    counted = with_outputs.match(rest.lstrip())
    outputs = None
    if counted:
        outputs, rest = min(int(counted[1]), MAX_OUTPUTS), rest.lstrip()[counted.end() :]
    return ParsedLine(stamp, stamp_text, outputs, rest.strip(), naive)


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
    return (Progress(), []) if read is None else _parse(read, keep)


def _parse(read: "Read", keep: int) -> "tuple[reports.Progress, list[str]]":
    from hashlib import blake2b

    from swarm.model.record import Fingerprint
    from swarm.model.reports import Progress, ProgressLine
    from swarm.sanitize import clean
    from swarm.store.reader import lines_backwards

    lines: list[ProgressLine] = []
    written: list[str] = []
    for row in lines_backwards(read.data, cut=read.truncated):
        # Bytes first: a character takes four at most, so that no long line is decoded whole.
        raw = row[: MAX_CHARS * 4].decode("utf-8", "replace")
        text = clean(raw, MAX_CHARS).strip()
        if text:
            lines.append(ProgressLine(*parse_line(text)))
            written.append(raw)
            if len(lines) >= keep:
                break
    tail = blake2b(read.data, digest_size=12).hexdigest()
    fingerprint = Fingerprint(read.inode, read.size, read.mtime_ns, tail)
    return Progress(tuple(reversed(lines)), fingerprint, read.mtime_ns / 1e9), written[::-1]


def format_line(text: str, outputs: int | None, wall: float) -> str:
    """The line that `append` writes: local time with seconds and offset. Raises UsageError where nothing is said."""
    sentence = text.strip()
    if not (sentence.isascii() and sentence.isprintable() and len(sentence) <= MAX_CHARS):
        from swarm.sanitize import clean  # most sentences are plain ASCII and do not need it

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
