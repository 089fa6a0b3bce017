"""Reading events.jsonl, the last records or what is new: copes with torn lines, foreign text, any size."""

from typing import TYPE_CHECKING

from swarm.errors import SwarmError
from swarm.formatting import parse_stamp
from swarm.ledger.audit_log import MAX_LINE, WINDOW, Event, parse
from swarm.model.actor import AuditVerb
from swarm.store import reader
from swarm.store.tail import FileTail

if TYPE_CHECKING:
    from swarm.protocol.paths import Layout

BURST = 4 << 20
"""Bytes that one look reads at most; what is passed over is reported."""


class AuditTail:
    """Follows the log: each `read` gives what is new."""

    def __init__(self, layout: "Layout", *, backlog: int = WINDOW, window: int = BURST) -> None:
        """backlog: bytes of what is there already that the first read looks at. window: of what comes at once later."""
        self._tail = FileTail(layout.events, window=window, backlog=backlog, line_bytes=2 * MAX_LINE, reread=False)
        self._error = ""
        self._present = False
        self.bad = 0
        """Lines so far that were no records."""

    def read(self) -> list[Event]:
        """New records, oldest first.

        What is wrong with the file comes once, as an Event of verb `audit` with seq 0: `bad-line`, `removed`,
        `truncated`, `skipped`, `unreadable`.
        """
        before, was_present = self._tail.offset, self._present
        try:
            part = self._tail.read()
        except SwarmError as error:
            known, self._error = self._error, str(error)
            return [] if known == self._error else [_own_word("unreadable", self._error)]
        self._error = ""
        self._present = part is not None
        if part is None:
            return [_own_word("removed", "events.jsonl was removed")] if was_present else []
        said: list[Event] = []
        if part.change == "replaced" and was_present:
            said.append(_own_word("removed", "events.jsonl was replaced by another file"))
        elif part.change == "cut":
            said.append(_own_word("truncated", f"events.jsonl was cut from {before} to {self._tail.offset} bytes"))
        if part.skipped and was_present:
            said.append(_own_word("skipped", f"{part.skipped} bytes of events.jsonl were passed over"))
        events = [(row, parse(row)) for row in part.lines if row.strip()]
        bad = [row for row, event in events if event is None]
        if bad:
            self.bad += len(bad)
            first = bad[0][:80].decode("utf-8", "replace")
            said.append(_own_word("bad-line", f"{len(bad)} lines of events.jsonl are no records, the first {first!r}"))
        return [*said, *(event for _, event in events if event is not None)]


def recent(
    layout: "Layout",
    limit: int = 500,
    *,
    agent: str | None = None,
    since_wall: float | None = None,
    reach: int = 8 << 20,
) -> list[Event]:
    """The last `limit` records, oldest first. agent: only of this id. since_wall: only from these wall seconds on.

    reach: bytes from the end that are looked at; a log of any size costs no more. Raises Unreadable.
    """
    window = min(WINDOW, reach)
    while True:
        read = reader.read_tail(layout.events, window)
        if read is None:
            return []
        rows = reader.lines_backwards(read.data, cut=read.truncated)
        events = [event for event in map(parse, rows) if event is not None][::-1]
        chosen = [event for event in events if is_wanted(event, agent, since_wall)]
        enough = len(chosen) >= limit or (bool(events) and not _is_since(events[0], since_wall))
        if enough or not read.truncated or window >= reach:
            return chosen[-limit:] if limit > 0 else []
        window = min(window * 8, reach)


def since(layout: "Layout", number: int, *, reach: int = 1 << 20) -> list[Event] | None:
    """The records with a higher number, newest first; None where they reach back further than `reach` bytes.

    Raises Unreadable.
    """
    for window in (WINDOW, reach):
        read = reader.read_tail(layout.events, window)
        if read is None:
            return []
        found: list[Event] = []
        for row in reader.lines_backwards(read.data, cut=read.truncated):
            event = parse(row)
            if event is not None and event.seq <= number:
                return found
            found += [event] if event is not None else []
        if not read.truncated:
            return found
    return None


def is_wanted(event: Event, agent: str | None, since_wall: float | None) -> bool:
    """Whether a record is of this agent, and not older than these wall seconds; None asks for all."""
    return (agent is None or event.agent == agent) and _is_since(event, since_wall)


def _is_since(event: Event, since_wall: float | None) -> bool:
    return since_wall is None or (parse_stamp(event.at) or 0.0) >= since_wall


def _own_word(code: str, reason: str) -> Event:
    return Event(0, "", "engine", AuditVerb.AUDIT, "", "", ok=False, code=code, reason=reason, more={})
