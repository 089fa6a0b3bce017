"""The audit log: one line an act, numbered, appended under the file's own lock.

Its form is in `eventline.py`, its readers in `eventtail.py`. Verbs that agents call load all three: nothing heavy here.
"""

import os
import time
from contextlib import suppress
from typing import TYPE_CHECKING

from swarm import disk, store
from swarm.errors import Busy, SwarmError
from swarm.eventline import MAX_LINE, MAX_TEXT, Event, gap_line, last_seq, make_line, parse, stamp
from swarm.eventtail import Tail, recent

if TYPE_CHECKING:
    from pathlib import Path

    from swarm.layout import Layout

__all__ = [
    "MAX_LINE",
    "MAX_TEXT",
    "SYNCED",
    "Event",
    "Tail",
    "append",
    "append_gap",
    "last_number",
    "parse",
    "recent",
    "stamp",
]

WAIT_S = 10.0
SYNCED = frozenset({"spawn", "kill", "done", "collect", "end", "respawn", "init"})
"""Acts whose line must survive a power cut: they say what runs and what ended."""


def append(
    layout: "Layout",
    actor: str,
    verb: str,
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
    """Add one record (protocol.md, Who may do what); returns its number, one more than the last one's.

    wall: wall seconds. sync: bring it to the medium before returning; None does so for the acts that say what runs.
    wait_s: seconds to wait for the log's lock; None for 10. A log that was removed is begun anew, and says so itself.
    Raises Unreadable for a link, Busy, HomeError `full` or `read-only`.
    """
    record = {
        "at": stamp(wall),
        "actor": actor[:MAX_TEXT],
        "verb": verb,
        "agent": agent[:MAX_TEXT],
        "spawn_id": spawn_id,
        "ok": ok,
        "code": code,
        "reason": reason[:MAX_TEXT],
    }
    path = layout.events
    try:
        with store.directory(path.parent) as home:
            descriptor, was_missing = _open_locked(path, home, WAIT_S if wait_s is None else wait_s)
            try:
                size = store.check_appendable(path, descriptor)
                last = last_seq(descriptor, size)
                lines = b"" if store.ends_in_newline(descriptor, size) else b"\n"
                if was_missing or (last == 0 and size > 0):
                    last += 1
                    lines += gap_line(last, record["at"], missing=was_missing)
                lines += make_line(last + 1, record, more)
                _write(descriptor, lines, size)
                if verb in SYNCED if sync is None else sync:
                    disk.sync(descriptor)
            finally:
                os.close(descriptor)
    except OSError as error:
        raise store.explain(error, path) from error
    return last + 1


def append_gap(layout: "Layout", reason: str, wall: float) -> None:
    """Let the log say of itself that records have gone."""
    append(layout, "engine", "audit", ok=False, code="gap", reason=reason, wall=wall, sync=True)


def last_number(layout: "Layout") -> int | None:
    """The number of the last record: 0 in a log without any, None where it cannot be read. Waits for nobody."""
    try:
        with store.directory(layout.events.parent) as home:
            descriptor = disk.open_read(layout.events.name, home)
    except FileNotFoundError:
        return 0
    except (OSError, SwarmError):
        return None
    try:
        store.check_regular(layout.events, found := os.fstat(descriptor))
        return last_seq(descriptor, found.st_size)
    except (OSError, SwarmError):
        return None
    finally:
        os.close(descriptor)


def _open_locked(path: "Path", home: int, wait_s: float) -> tuple[int, bool]:
    """An open log whose lock we have, and whether it had to be made."""
    give_up = time.monotonic() + wait_s
    pause = 0.0005
    made = False
    while True:
        made = made or not os.path.lexists(path)
        descriptor = disk.open_append(path.name, home)
        try:
            store.check_appendable(path, descriptor)
            while not _try_lock(descriptor):
                if time.monotonic() > give_up:
                    raise Busy(
                        f"Somebody else holds {os.fspath(path)!r}.", f"Waited {wait_s:g} s to add a line.", "Try again."
                    )
                time.sleep(pause)
                pause = min(pause * 1.5, 0.02)
            if _is_at(path, descriptor):
                kept, descriptor = descriptor, -1
                return kept, made
        finally:
            if descriptor >= 0:
                os.close(descriptor)


def _try_lock(descriptor: int) -> bool:
    try:
        return disk.lock(descriptor)
    except OSError as error:
        if error.errno in disk.NO_LOCKS:
            return True  # numbers may repeat there; lines stay whole, for they are one write each
        raise


def _is_at(path: "Path", descriptor: int) -> bool:
    """Whether the log is still there under its name: it may have been moved away while we waited."""
    with suppress(OSError):
        return os.path.samestat(os.stat(path, follow_symlinks=False), os.fstat(descriptor))
    return False


def _write(descriptor: int, lines: bytes, size: int) -> None:
    try:
        store.write_all(descriptor, lines)
    except OSError:
        with suppress(OSError):
            disk.truncate(descriptor, size)  # ours is the lock: half a line is nobody else's
        raise
