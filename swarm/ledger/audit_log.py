"""The audit log: one numbered line an act, appended under the file's own lock.

Its readers are in `audit_reader.py`. Verbs that agents call load this: nothing heavy here, and no msgspec.
"""

import json
import os
from collections.abc import Mapping
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, NamedTuple

from swarm.errors import Busy, SwarmError
from swarm.formatting import beginning, spell_stamp
from swarm.model.actor import AuditVerb
from swarm.store import aside, locks, reader, syscalls, writer
from swarm.store.jsonio import Invalid, parse_json

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from swarm.protocol.paths import Layout

MAX_LINE = 32 * 1024
MAX_TEXT = 4000
WINDOW = 64 * 1024
FAR_WINDOW = 4 << 20
MAX_SEQ = 2**53


class Event(NamedTuple):
    """One record. `more` holds what the verb adds. Texts are as they were written: clean them before they are shown."""

    seq: int
    """0 for what the reader itself has to say of the file (verb `audit`)."""
    at: str
    actor: str
    verb: AuditVerb
    agent: str
    spawn_id: str
    ok: bool
    code: str
    reason: str
    more: Mapping[str, Any]


def parse(row: bytes) -> Event | None:
    """The record of a line, None where it is not one."""
    try:
        data = parse_json(row)
    except Invalid:
        return None
    seq, texts = data.pop("seq", None), [data.pop(key, "") for key in ("at", "actor", "verb", "agent", "spawn_id")]
    ok, code, reason = data.pop("ok", True), data.pop("code", ""), data.pop("reason", "")
    if type(seq) is not int or not 0 < seq <= MAX_SEQ or not isinstance(ok, bool):
        return None
    if not all(isinstance(text, str) for text in (*texts, code, reason)):
        return None
    at, actor, verb, agent, spawn_id = texts
    return Event(seq, at, actor, AuditVerb(verb), agent, spawn_id, ok, code, reason, data)


def last_seq(descriptor: int, size: int) -> int:
    """The number of the last whole record in an open log; 0 where none can be found in its last 4 MiB."""
    for window in (4096, WINDOW, FAR_WINDOW):
        data = os.pread(descriptor, window, max(0, size - window))
        for row in reader.lines_backwards(data, cut=size > window):
            if (seq := _seq(row)) > 0:
                return seq
        if size <= window:
            break
    return 0


def make_line(seq: int, record: Mapping[str, object], more: Mapping[str, object]) -> bytes:
    """The line of a record. Its own keys win over `more`; one that is too long loses `more` and says `cut`."""
    whole = {"seq": seq, **record}
    line = _dump({**whole, **{key: value for key, value in more.items() if key not in whole}})
    if len(line) <= MAX_LINE:
        return line
    short = {key: beginning(value, MAX_TEXT // 10) if isinstance(value, str) else value for key, value in whole.items()}
    return _dump({**short, "cut": True})


def gap_line(seq: int, at: object, what: str) -> bytes:
    """Returns the first line of a log whose earlier records are lost. what: became of the log."""
    gap = {
        "seq": seq,
        "at": at,
        "actor": "engine",
        "verb": AuditVerb.AUDIT,
        "agent": "",
        "spawn_id": "",
        "ok": False,
        "code": "gap",
        "reason": f"events.jsonl {what}; what it said before is lost, and its numbers begin anew",
    }
    return _dump(gap)


def _dump(value: object) -> bytes:
    # ASCII only: no line separator, no control byte and no bad surrogate of a foreign text is ever written raw.
    return json.dumps(value, separators=(",", ":"), default=str).encode() + b"\n"


def _seq(row: bytes) -> int:
    if not row.startswith(b'{"seq":') or not row.endswith(b"}"):
        event = parse(row) if row.startswith(b"{") and len(row) <= WINDOW else None
        return event.seq if event else 0
    digits = row[7:24].split(b",", 1)[0]
    # Ours, byte for byte, begin like this; only a torn one of them is not JSON, and a torn one does not end like this.
    return int(digits) if digits.isdigit() and len(digits) < 16 and parse(row) is not None else 0


WAIT_S = 10.0


def append(
    layout: "Layout",
    actor: str,
    verb: AuditVerb,
    *,
    agent: str = "",
    spawn_id: str = "",
    ok: bool = True,
    code: str = "",
    reason: str = "",
    wall: float,
    sync: bool | None = None,
    wait_s: float | None = None,
    **more: object,
) -> int:
    """Appends one record (protocol.md, Who may do what); returns its number, one more than the last one's.

    wall: wall seconds. sync: bring it to the medium before returning; None does so for the acts that say what runs.
    wait_s: seconds to wait for the log's lock; None for 10. A log that was removed is begun anew, and says so itself.
    Raises Unreadable for a link, Busy, HomeError `full` or `read-only`.
    """
    record = {
        "at": spell_stamp(wall, millis=True),
        "actor": actor[:MAX_TEXT],
        "verb": verb,
        "agent": agent[:MAX_TEXT],
        "spawn_id": spawn_id,
        "ok": ok,
        "code": code,
        "reason": beginning(reason, MAX_TEXT),
    }
    path = layout.events
    try:
        what = _put_aside(layout)
        descriptor, was_missing = _open_locked(path, WAIT_S if wait_s is None else wait_s)
        try:
            size = os.fstat(descriptor).st_size
            last = last_seq(descriptor, size)
            lines = b"" if writer.ends_in_newline(descriptor, size) else b"\n"
            if was_missing or (last == 0 and size > 0):
                last += 1
                what = what or ("was missing" if was_missing else "held no record in its last 4 MiB")
                lines += gap_line(last, record["at"], what)
            lines += make_line(last + 1, record, more)
            # Only what says what runs is worth of the reserve: an agent could use it up with its own lines.
            _write(descriptor, lines, size, layout.reserve if verb.is_synced or verb is AuditVerb.HEARTBEAT else None)
            if verb.is_synced if sync is None else sync:
                syscalls.sync(descriptor)
        finally:
            os.close(descriptor)
    except OSError as error:
        raise writer.explain(error, path) from error
    return last + 1


def append_gap(layout: "Layout", reason: str, wall: float) -> None:
    """Appends a record that says that earlier records are missing."""
    append(layout, "engine", AuditVerb.AUDIT, ok=False, code="gap", reason=reason, wall=wall, sync=True)


def last_number(layout: "Layout") -> int | None:
    """The number of the last record: 0 in a log without any, None where it cannot be read. Never waits."""
    try:
        with reader.opened(layout.events) as (descriptor, found):
            return last_seq(descriptor, found.st_size)
    except FileNotFoundError:
        return 0
    except (OSError, SwarmError):
        return None


def _put_aside(layout: "Layout") -> str:
    """Moves a directory, link, pipe or socket that was put in the log's place. Returns what became of it, or ''."""
    odd = aside.oddity(layout.events)
    return aside.put_aside(layout.events, layout.swarm, odd) if odd else ""


def _open_locked(path: "Path", wait_s: float) -> tuple[int, bool]:
    """An open log whose lock we have, and whether it had to be made."""
    made = False

    def open_log(name: str, home: int) -> int:
        nonlocal made
        made = made or not os.path.lexists(path)
        return syscalls.open_append(name, home)

    # Without locks numbers may repeat; lines stay whole, for they are one write each.
    descriptor = locks.acquire(path, wait_s, open_log, lockless=True)
    if descriptor is None:
        raise Busy(f"Another process holds {os.fspath(path)!r}.", f"Waited {wait_s:g} s to add a line.", "Try again.")
    return descriptor, made


@contextmanager
def between_lines(layout: "Layout", wait_s: float) -> "Iterator[None]":
    """For the block, no process is in the middle of a line. A log that is missing, or not ours, is no obstacle.

    wait_s: seconds to wait for a line that was begun; a process that takes longer is stopped already.
    """
    descriptor = None
    with suppress(OSError, SwarmError):
        descriptor = locks.acquire(layout.events, wait_s, syscalls.open_write, lockless=True)
    try:
        yield
    finally:
        if descriptor is not None:
            os.close(descriptor)


def _write(descriptor: int, lines: bytes, size: int, spares: "Path | None") -> None:
    try:
        writer.write_all(descriptor, lines, spares=spares)
    except OSError:
        with suppress(OSError):
            syscalls.truncate(descriptor, size)  # we hold the lock, so no other process is writing that half line
        raise
