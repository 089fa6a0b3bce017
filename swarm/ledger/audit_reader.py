"""Reading events.jsonl, the last records or what is new: bears torn lines, foreign text, truncation, any size."""

import os
from typing import TYPE_CHECKING

from swarm.errors import SwarmError
from swarm.formatting import parse_stamp
from swarm.ledger.audit_log import MAX_LINE, WINDOW, Event, parse
from swarm.store import reader, syscalls

if TYPE_CHECKING:
    from swarm.protocol.paths import Layout


class Tail:
    """Follows the log: each `read` gives what is new. Bears torn lines, foreign text, removal, truncation, any size."""

    def __init__(self, layout: "Layout", *, backlog: int = WINDOW) -> None:
        """backlog: bytes of what is there already that the first read looks at."""
        self._path = layout.events
        self._backlog = backlog
        self._inode = -1
        self._offset = 0
        self._rest = b""
        self._error = ""
        self._started = False
        self.bad = 0
        """Lines so far that were no records."""

    def read(self, limit: int = 1 << 20) -> list[Event]:
        """New records, oldest first, from at most `limit` bytes; call again for more.

        What is wrong with the file comes once, as an Event of verb `audit` with seq 0: `bad-line`, `removed`,
        `truncated`, `skipped`, `unreadable`.
        """
        said: list[Event] = []
        try:
            data = self._new_bytes(limit, said)
        except SwarmError as error:
            if str(error) != self._error:
                self._error = str(error)
                said.append(_own_word("unreadable", self._error))
            return said
        except FileNotFoundError:
            if self._inode != -1:
                said.append(_own_word("removed", "events.jsonl was removed"))
            self._inode, self._offset, self._rest = -1, 0, b""
            return said
        self._error = ""
        rows = (self._rest + data).split(b"\n")
        self._rest = rows.pop()[: 2 * MAX_LINE]
        events = [(row, parse(row)) for row in rows if row.strip()]
        bad = [row for row, event in events if event is None]
        if bad:
            self.bad += len(bad)
            first = bad[0][:80].decode("utf-8", "replace")
            said.append(_own_word("bad-line", f"{len(bad)} lines of events.jsonl are no records, the first {first!r}"))
        return [*said, *(event for _, event in events if event is not None)]

    def _new_bytes(self, limit: int, said: list[Event]) -> bytes:
        with reader.directory(self._path.parent) as home:
            try:
                descriptor = syscalls.open_read(self._path.name, home)
            except FileNotFoundError:
                raise
            except OSError as error:
                raise reader.unreadable(self._path, error) from error
        try:
            found = os.fstat(descriptor)
            reader.check_regular(self._path, found)
            self._place(descriptor, found, said)
            behind = found.st_size - self._offset
            if behind > 4 * limit:
                said.append(_own_word("skipped", f"{behind - limit} bytes of events.jsonl were passed over"))
                self._offset = _next_line(descriptor, found.st_size - limit)
                self._rest = b""
            data = os.pread(descriptor, min(limit, max(0, found.st_size - self._offset)), self._offset)
        finally:
            os.close(descriptor)
        self._offset += len(data)
        return data

    def _place(self, descriptor: int, found: os.stat_result, said: list[Event]) -> None:
        if found.st_ino != self._inode:
            if self._inode != -1:
                said.append(_own_word("removed", "events.jsonl was replaced by another file"))
            begin = found.st_size - self._backlog
            self._offset = _next_line(descriptor, begin) if begin > 0 and not self._started else 0
            self._inode, self._rest = found.st_ino, b""
        elif found.st_size < self._offset:
            said.append(_own_word("truncated", f"events.jsonl was cut from {self._offset} to {found.st_size} bytes"))
            self._offset, self._rest = found.st_size, b""
        self._started = True


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
        rows = read.data.split(b"\n")[1 if read.truncated else 0 :]
        events = [event for event in map(parse, rows) if event is not None]
        chosen = [event for event in events if _is_wanted(event, agent, since_wall)]
        enough = len(chosen) >= limit or (bool(events) and not _is_since(events[0], since_wall))
        if enough or not read.truncated or window >= reach:
            return chosen[-limit:] if limit > 0 else []
        window = min(window * 8, reach)


def _is_wanted(event: Event, agent: str | None, since_wall: float | None) -> bool:
    return (agent is None or event.agent == agent) and _is_since(event, since_wall)


def _is_since(event: Event, since_wall: float | None) -> bool:
    return since_wall is None or (parse_stamp(event.at) or 0.0) >= since_wall


def _own_word(code: str, reason: str) -> Event:
    return Event(0, "", "engine", "audit", "", "", ok=False, code=code, reason=reason, more={})


def _next_line(descriptor: int, offset: int) -> int:
    """The offset of the first line that begins at or after `offset`."""
    data = os.pread(descriptor, WINDOW, max(0, offset - 1))
    cut = data.find(b"\n")
    return max(0, offset - 1) + cut + 1 if cut >= 0 else max(0, offset)
