"""The form of events.jsonl: one JSON object a line, numbered; agents' text is in it as quoted data only."""

import json
import os
import time
from collections.abc import Mapping
from typing import Any, NamedTuple

from swarm.jsontext import Invalid, parse_json

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
    verb: str
    agent: str
    spawn_id: str
    ok: bool
    code: str
    reason: str
    more: Mapping[str, Any]


def stamp(wall: float) -> str:
    """Local time with its offset, to the millisecond: `2026-02-28T09:33:00.250+01:00`."""
    try:
        local, fraction = time.localtime(wall), wall % 1
    except (OverflowError, ValueError, OSError):
        local, fraction = time.localtime(0), 0.0  # a clock that cannot be: order is by number anyway
    offset = local.tm_gmtoff
    sign, minutes = "-" if offset < 0 else "+", abs(offset) // 60
    seconds = f"{time.strftime('%Y-%m-%dT%H:%M:%S', local)}.{int(fraction * 1000):03d}"
    return f"{seconds}{sign}{minutes // 60:02d}:{minutes % 60:02d}"


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
    return Event(seq, at, actor, verb, agent, spawn_id, ok, code, reason, data)


def last_seq(descriptor: int, size: int) -> int:
    """The number of the last whole record in an open log; 0 where none can be found in its last 4 MiB."""
    for window in (4096, WINDOW, FAR_WINDOW):
        data = os.pread(descriptor, window, max(0, size - window))
        rows = data.split(b"\n")
        if size > window:
            rows = rows[1:]  # cut at its front
        for row in reversed(rows):
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
    short = {key: value[: MAX_TEXT // 10] if isinstance(value, str) else value for key, value in whole.items()}
    return _dump({**short, "cut": True})


def gap_line(seq: int, at: object, *, missing: bool) -> bytes:
    """The first line of a log that has lost all that it said."""
    what = "was missing" if missing else "held no record in its last 4 MiB"
    gap = {
        "seq": seq,
        "at": at,
        "actor": "engine",
        "verb": "audit",
        "agent": "",
        "spawn_id": "",
        "ok": False,
        "code": "gap",
        "reason": f"events.jsonl {what}; what it said before is lost, and its numbers begin anew",
    }
    return _dump(gap)


def _dump(value: object) -> bytes:
    # ASCII only: no line separator, no control byte and no bad surrogate of anybody's text is ever written raw.
    return json.dumps(value, separators=(",", ":"), default=str).encode() + b"\n"


def _seq(row: bytes) -> int:
    if not row.startswith(b'{"seq":') or not row.endswith(b"}"):
        event = parse(row) if row.startswith(b"{") and len(row) <= WINDOW else None
        return event.seq if event else 0
    digits = row[7:24].split(b",", 1)[0]
    # Ours, byte for byte, begin like this; only a torn one of them is not JSON, and a torn one does not end like this.
    return int(digits) if digits.isdigit() and len(digits) < 16 and parse(row) is not None else 0
