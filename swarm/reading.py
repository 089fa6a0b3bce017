"""What engine, keepers and agents wrote as JSON, as values: whatever lies there, a reason and never an exception."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Generic, TypeVar

from swarm import fields
from swarm.fields import MAX_ITEMS, MAX_TEXT, Wrong
from swarm.layout import AgentDir
from swarm.model import (
    SCHEMA,
    Acceptance,
    AgentSpec,
    Beat,
    Exit,
    Identity,
    Phase,
    Record,
    Results,
    ResultsState,
)
from swarm.records import read_record
from swarm.resultsform import check_results
from swarm.store import Invalid, Unreadable, read_json, read_tail
from swarm.untrusted import clean, clean_block, suspicion

T = TypeVar("T")

BEATS_BYTES = 512 * 1024


@dataclass(frozen=True, slots=True)
class Loaded(Generic[T]):
    """A file as a value. value: None where it is absent or wrong; why: what is wrong, '' where nothing is."""

    value: T | None = None
    why: str = ""


def read_results(agent: AgentDir) -> Results:
    """results.json, validated (protocol.md): anything but one good object is INVALID, with the reason in `why`."""
    return examine_results(agent)[0]


def examine_results(agent: AgentDir) -> tuple[Results, str]:
    """The same, and why its summary looks like an injection (untrusted.py); '' where it does not."""
    loaded = _load(agent.results, lambda data: (_results(data), suspicion(fields.text(data, "summary")) or ""))
    if loaded.value is not None:
        return loaded.value
    return (Results(ResultsState.INVALID, why=loaded.why) if loaded.why else Results()), ""


def read_spec(agent: AgentDir) -> Loaded[AgentSpec]:
    """agent.json."""
    return _load(agent.spec, _spec)


def read_exit(agent: AgentDir) -> Loaded[Exit]:
    """exit.json."""
    return _load(agent.exit, _exit)


def read_ended(agent: AgentDir) -> Loaded[Record]:
    """ended.json as a record of the past: it holds no slot and names no process, whatever the file says."""
    return _load(agent.ended, _ended)


@dataclass(frozen=True, slots=True)
class Kept:
    """kept.json: what a keeper says it started. A hint, never proof."""

    spawn_id: str
    keeper: Identity | None
    program: Identity | None


def read_kept(agent: AgentDir) -> Loaded[Kept]:
    """.run/kept.json."""
    return _load(
        agent.kept,
        lambda data: Kept(
            fields.text(data, "spawn_id"), identity_of(data.get("keeper")), identity_of(data.get("program"))
        ),
    )


def read_beats(path: Path, keep: int = 96) -> tuple[tuple[Beat, ...], int]:
    """The last records of heartbeats.jsonl, oldest first, and how many of the lines read were not records."""
    try:
        read = read_tail(path, BEATS_BYTES)
    except Unreadable:
        return (), 1
    if read is None:
        return (), 0
    rows = read.data.split(b"\n")[1 if read.truncated else 0 :]
    beats: list[Beat] = []
    bad = 0
    for row in [row for row in rows if row.strip()][-keep:]:
        try:
            beats.append(_beat(json.loads(row)))
        except (ValueError, TypeError, RecursionError):
            bad += 1
    return tuple(beats), bad


def _load(path: Path, make: Callable[[dict[str, Any]], T]) -> Loaded[T]:
    try:
        data = read_json(path)
        return Loaded() if data is None else Loaded(make(data))
    except Unreadable as error:
        return Loaded(why=f"cannot be read: it {error.why}" if error.why.startswith("is ") else error.why)
    except Invalid as error:
        return Loaded(why=clean(error.why, 300))
    except Wrong as error:
        return Loaded(why=clean(str(error), 300))


def _results(data: dict[str, Any]) -> Results:
    check_results(data)
    return Results(
        ResultsState.VALID,
        status=data.get("status", "success"),
        summary=clean(fields.text(data, "summary"), MAX_TEXT),
        outputs=tuple(clean(path) for path in fields.texts(data, "outputs")),
        acceptance=tuple((clean(item["text"]), item["passed"]) for item in fields.items(data, "acceptance")),
        finished_at=clean(fields.text(data, "finished_at"), 100),
        extra={
            clean(key, 200): fields.cleaned(value)
            for key, value in list(data.items())[:MAX_ITEMS]
            if key not in ("status", "summary", "outputs", "acceptance", "finished_at")
        },
    )


def _spec(data: dict[str, Any]) -> AgentSpec:
    schema = fields.whole(data, "schema", SCHEMA)
    if schema > SCHEMA:
        raise Wrong(f"it was written by a newer version (schema {schema}; this one knows {SCHEMA})")
    for needed in ("id", "role", "spawn_id"):
        if not fields.text(data, needed):
            raise Wrong(f"{needed} is missing")
    slots = fields.whole(data, "slots", 1)
    if not 1 <= slots <= 1000:
        raise Wrong(f"slots is {slots}; it is 1 to 1000")
    env = data.get("env") or {}
    if not isinstance(env, dict) or not all(isinstance(value, str) for value in env.values()):
        raise Wrong("env is not an object of texts")
    agent_id = clean(fields.text(data, "id"))
    return AgentSpec(
        id=agent_id,
        name=clean(fields.text(data, "name")) or agent_id.rpartition("/")[2],
        role=clean(fields.text(data, "role"), 200),
        parent=clean(fields.text(data, "parent")) or None,
        spawn_id=clean(fields.text(data, "spawn_id"), 200),
        task=clean_block(fields.text(data, "task", MAX_TEXT)),
        slots=slots,
        inputs=fields.texts(data, "inputs"),
        outputs=fields.texts(data, "outputs"),
        owns=fields.texts(data, "owns"),
        acceptance=tuple(_outcome(item) for item in fields.items(data, "acceptance")),
        program=clean(fields.text(data, "program"), 200) or "command",
        model=clean(fields.text(data, "model"), 200),
        argv=fields.texts(data, "argv"),
        cwd=fields.text(data, "cwd"),
        env=env,
        scope=clean(fields.text(data, "scope"), 200),
        created_at=clean(fields.text(data, "created_at"), 100),
        created_by=clean(fields.text(data, "created_by")) or "operator",
        schema=schema,
    )


def _outcome(item: object) -> Acceptance:
    if not isinstance(item, dict) or not isinstance(item.get("text"), str):
        raise Wrong(f"an item of acceptance is {fields.quote(item)}; it is an object of text and check")
    check = item.get("check")
    if check is not None and not isinstance(check, str):
        raise Wrong("the check of an acceptance is not a command")
    return Acceptance(clean(item["text"]), check)


def _exit(data: dict[str, Any]) -> Exit:
    code = data.get("code")
    if code is not None and (not isinstance(code, int) or isinstance(code, bool)):
        raise Wrong(f"code is {fields.quote(code)}; it is a whole number or null")
    return Exit(
        spawn_id=clean(fields.text(data, "spawn_id"), 200),
        code=code,
        at=fields.seconds(data.get("at")),
        stopped=data.get("stopped") is True,
        found=_found(data, "found"),
        left=_found(data, "left"),
        error=clean(fields.text(data, "error", MAX_TEXT)),
    )


def _found(data: dict[str, Any], key: str) -> tuple[Mapping[str, Any], ...]:
    return tuple(fields.cleaned(item) for item in fields.items(data, key) if isinstance(item, dict))


def _ended(data: dict[str, Any]) -> Record:
    record = read_record(clean(fields.text(data, "id")), data, [])
    if record is None or record.ending is None:
        raise Wrong(f"ending is {fields.quote(data.get('ending'))}, spawn_id {fields.quote(data.get('spawn_id'))}")
    return replace(
        record,
        phase=Phase.ENDED,
        role=clean(record.role, 200),
        program=clean(record.program, 200),
        requested_by=clean(record.requested_by),
        process=None,
        keeper=None,
        starter=None,
        stopper=None,
        why=clean(record.why, MAX_TEXT),
        ended_by=clean(record.ended_by),
        unverified="",
        read_by=clean(record.read_by),
        acceptance=tuple((clean(outcome), passed) for outcome, passed in record.acceptance),
        extra={},
    )


def identity_of(value: object) -> Identity | None:
    """An identity as a file names it, or None where it names none that could ever be ours (a pid of 1 or less)."""
    if not isinstance(value, dict):
        return None
    try:
        pid, ticks = fields.whole(value, "pid", 0), fields.whole(value, "ticks", 0)
        if pid <= 1 or ticks < 0 or pid >= 2**31:
            return None
        return Identity(
            fields.text(value, "boot_id"), fields.whole(value, "pid_ns", 0), pid, ticks, fields.text(value, "marker")
        )
    except Wrong:
        return None


def _beat(data: object) -> Beat:
    if not isinstance(data, dict):
        raise Wrong("not an object")
    return Beat(
        n=fields.whole(data, "n", 0),
        at=clean(fields.text(data, "at"), 100),
        by=clean(fields.text(data, "by"), 200),
        took_ms=fields.whole(data, "took_ms", 0),
        counts=_counts(data, "counts"),
        slots=_counts(data, "slots"),
        actions=tuple(
            {clean(str(key), 100): clean(str(value)) for key, value in item.items()}
            for item in fields.items(data, "actions")
            if isinstance(item, dict)
        ),
        alerts=tuple(clean(text) for text in fields.texts(data, "alerts")),
        acceptance=_counts(data, "acceptance"),
        passed=data.get("passed") is not False,
        gap=clean(fields.text(data, "gap")),
        tokens=_used(data.get("tokens"), int),
        cost_usd=_used(data.get("cost_usd"), float),
    )


def _used(value: object, kind: Callable[[float], T]) -> T | None:
    """What was used up; None where a record of an older version, or somebody's hand, does not say."""
    known = isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < 1e15
    return kind(value) if known and isinstance(value, int | float) else None


def _counts(data: dict[str, Any], key: str) -> dict[str, int]:
    value = data.get(key) or {}
    if not isinstance(value, dict):
        raise Wrong(f"{key} is not an object")
    return {
        clean(str(name), 100): number
        for name, number in value.items()
        if isinstance(number, int) and not isinstance(number, bool)
    }
