"""What engine, keepers and agents wrote as JSON, as values: whatever lies there, a reason and never an exception."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Generic, TypeVar

from msgspec import Struct, to_builtins

from swarm.model.agent import SCHEMA, Acceptance, AgentSpec, Exit, Identity
from swarm.model.reports import Results, ResultsState
from swarm.protocol.names import name_of
from swarm.protocol.paths import AgentDir
from swarm.protocol.results import check_results
from swarm.sanitize import clean, clean_block, suspicion
from swarm.store import validators
from swarm.store.jsonio import Invalid
from swarm.store.reader import Unreadable, read_json
from swarm.store.validators import MAX_ITEMS, MAX_TEXT, Wrong

T = TypeVar("T")


class Loaded(Struct, Generic[T], frozen=True):
    """A file as a value. value: None where it is absent or wrong; why: what is wrong, '' where nothing is."""

    value: T | None = None
    why: str = ""


def read_results(agent: AgentDir) -> Results:
    """results.json, validated (protocol.md): anything but one good object is INVALID, with the reason in `why`."""
    return examine_results(agent)[0]


def examine_results(agent: AgentDir) -> tuple[Results, str]:
    """The same, and why its summary looks like an injection (untrusted.py); '' where it does not."""
    loaded = _load(agent.results, lambda data: (_results(data), suspicion(validators.text(data, "summary")) or ""))
    if loaded.value is not None:
        return loaded.value
    return (Results(ResultsState.INVALID, why=loaded.why) if loaded.why else Results()), ""


def read_spec(agent: AgentDir) -> Loaded[AgentSpec]:
    """agent.json."""
    return _load(agent.spec, _spec)


def read_exit(agent: AgentDir) -> Loaded[Exit]:
    """exit.json."""
    return _load(agent.exit, _exit)


class Kept(Struct, frozen=True):
    """kept.json: what a keeper says it started. A hint, never proof."""

    spawn_id: str
    keeper: Identity | None
    program: Identity | None


def read_kept(agent: AgentDir) -> Loaded[Kept]:
    """.run/kept.json."""
    return _load(
        agent.kept,
        lambda data: Kept(
            validators.text(data, "spawn_id"), identity_of(data.get("keeper")), identity_of(data.get("program"))
        ),
    )


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
        summary=clean(validators.text(data, "summary"), MAX_TEXT),
        outputs=tuple(clean(path) for path in validators.texts(data, "outputs")),
        acceptance=tuple((clean(item["text"]), item["passed"]) for item in validators.items(data, "acceptance")),
        finished_at=clean(validators.text(data, "finished_at"), 100),
        extra={
            clean(key, 200): validators.cleaned(value)
            for key, value in list(data.items())[:MAX_ITEMS]
            if key not in ("status", "summary", "outputs", "acceptance", "finished_at")
        },
    )


def _spec(data: dict[str, Any]) -> AgentSpec:
    schema = validators.whole(data, "schema", SCHEMA)
    if schema > SCHEMA:
        raise Wrong(f"it was written by a newer version (schema {schema}; this one knows {SCHEMA})")
    for needed in ("id", "role", "spawn_id"):
        if not validators.text(data, needed):
            raise Wrong(f"{needed} is missing")
    slots = validators.whole(data, "slots", 1)
    if not 1 <= slots <= 1000:
        raise Wrong(f"slots is {slots}; it is 1 to 1000")
    env = data.get("env") or {}
    if not isinstance(env, dict) or not all(isinstance(value, str) for value in env.values()):
        raise Wrong("env is not an object of texts")
    agent_id = clean(validators.text(data, "id"))
    return AgentSpec(
        id=agent_id,
        name=clean(validators.text(data, "name")) or name_of(agent_id),
        role=clean(validators.text(data, "role"), 200),
        parent=clean(validators.text(data, "parent")) or None,
        spawn_id=clean(validators.text(data, "spawn_id"), 200),
        task=clean_block(validators.text(data, "task", MAX_TEXT)),
        slots=slots,
        inputs=validators.texts(data, "inputs"),
        outputs=validators.texts(data, "outputs"),
        owns=validators.texts(data, "owns"),
        acceptance=tuple(_outcome(item) for item in validators.items(data, "acceptance")),
        program=clean(validators.text(data, "program"), 200) or "command",
        model=clean(validators.text(data, "model"), 200),
        argv=validators.texts(data, "argv"),
        cwd=validators.text(data, "cwd"),
        env=env,
        scope=clean(validators.text(data, "scope"), 200),
        created_at=clean(validators.text(data, "created_at"), 100),
        created_by=clean(validators.text(data, "created_by")) or "operator",
        schema=schema,
    )


def _outcome(item: object) -> Acceptance:
    if not isinstance(item, dict) or not isinstance(item.get("text"), str):
        raise Wrong(f"an item of acceptance is {validators.quote(item)}; it is an object of text and check")
    check = item.get("check")
    if check is not None and not isinstance(check, str):
        raise Wrong("the check of an acceptance is not a command")
    return Acceptance(clean(item["text"]), check)


def _exit(data: dict[str, Any]) -> Exit:
    code = data.get("code")
    if code is not None and (not isinstance(code, int) or isinstance(code, bool)):
        raise Wrong(f"code is {validators.quote(code)}; it is a whole number or null")
    return Exit(
        spawn_id=clean(validators.text(data, "spawn_id"), 200),
        code=code,
        at=validators.seconds(data.get("at")),
        stopped=data.get("stopped") is True,
        found=_found(data, "found"),
        left=_found(data, "left"),
        error=clean(validators.text(data, "error", MAX_TEXT)),
    )


def _found(data: dict[str, Any], key: str) -> tuple[Mapping[str, Any], ...]:
    return tuple(validators.cleaned(item) for item in validators.items(data, key) if isinstance(item, dict))


def identity_of(value: object) -> Identity | None:
    """An identity as a file names it, or None where it names none that could ever be ours (a pid of 1 or less)."""
    if not isinstance(value, dict):
        return None
    try:
        pid, ticks = validators.whole(value, "pid", 0), validators.whole(value, "ticks", 0)
        if pid <= 1 or ticks < 0 or pid >= 2**31:
            return None
        return Identity(
            validators.text(value, "boot_id"),
            validators.whole(value, "pid_ns", 0),
            pid,
            ticks,
            validators.text(value, "marker"),
        )
    except Wrong:
        return None


def spec_json(spec: AgentSpec) -> dict[str, object]:
    """A spec as agent.json holds it."""
    data: dict[str, object] = to_builtins(spec)
    return data
