"""Encodes and decodes state.json, the ledger's state, and ended.json, one record of it."""

from collections.abc import Mapping
from contextlib import suppress
from typing import Any, NamedTuple

from msgspec import MsgspecError, Raw, json, to_builtins

from swarm.errors import Code, HomeError
from swarm.ledger.state import State
from swarm.model.agent import SCHEMA
from swarm.model.checks import Checks
from swarm.model.record import Alert, Phase, QueueEntry, Record
from swarm.model.values import NOTHING, replace
from swarm.protocol.agent_files import Loaded, load
from swarm.protocol.names import is_name
from swarm.protocol.paths import AgentDir
from swarm.sanitize import clean
from swarm.store import declared
from swarm.store.declared import RefusedValue
from swarm.store.jsonio import DEPTH, Invalid, deeper_than, parse_json, to_json
from swarm.store.validators import MAX_TEXT, Wrong, quote, text

MAX_ID = 4096
_NO_CHECKS = Checks()


class Decoded(NamedTuple):
    """A decoded state, and the values of its file that were refused."""

    state: State
    refused: tuple[RefusedValue, ...]


class _Written(NamedTuple):
    record: Record
    data: Raw


_written: dict[str, _Written] = {}
"""The records that were encoded last, by id: a commit changes one or two of thousands, and costs what it changes."""


def encode(state: State) -> bytes:
    """Encodes state.json as one line of JSON; leaves out defaults, except what every reader needs."""
    global _written
    data: dict[str, Any] = to_builtins(replace(state, agents={}))
    data.pop("agents", None)
    if "branches_closed" in data:
        data["branches_closed"].sort()  # a set has no order, and equal states have equal bytes
    beats = {name: data.pop(field) for name, field in _HEARTBEAT.items() if field in data}
    lists = {key: [_flat(item) for item in data.pop(key, ())] for key in ("alerts", "queue")}
    whole = {**_flat(data), "schema": SCHEMA, "heartbeat": beats, "agents": {}, **lists}
    try:
        written = {agent_id: _encoded(agent_id, record) for agent_id, record in state.agents.items()}
        line = json.encode({**whole, "agents": {agent_id: one.data for agent_id, one in written.items()}}) + b"\n"
    except UnicodeEncodeError:  # half a surrogate pair can only be written as an escape
        agents = {agent_id: _short(to_builtins(record)) for agent_id, record in state.agents.items()}
        return to_json({**whole, "agents": agents})
    _written = written
    return line


def _encoded(agent_id: str, record: Record) -> _Written:
    known = _written.get(agent_id)
    if known is not None and known.record is record:
        return known
    return _Written(record, Raw(json.encode(_short(to_builtins(record)))))


def decode(data: bytes, path: object = "state.json") -> Decoded:
    """The state of a file's bytes.

    Raises Invalid where it is no ledger, HomeError `newer` where a newer version wrote it. A value that no ledger may
    hold is left out, and said.
    """
    name = str(path)
    value = _parse(data, name)
    schema = value.pop("schema", None)
    if type(schema) is not int or schema < 1:
        raise Invalid(name, f"its schema is {quote(schema)}")
    if schema > SCHEMA:
        raise HomeError(
            f"{name!r} was written by a newer version of swarm-tui.",
            f"It has schema {schema}; this version knows up to {SCHEMA}.",
            "Nothing is written. Use the newer version.",
            code=Code.NEWER,
        )
    agents, alerts, queue = value.pop("agents", None), value.pop("alerts", []), value.pop("queue", [])
    if not isinstance(agents, dict) or not isinstance(alerts, list):
        raise Invalid(name, "its agents are not an object, or its alerts not a list")
    refused: list[RefusedValue] = []
    beats = _beats(value.pop("heartbeat", {}), refused)
    odd = {key: value.pop(key) for key in _INNER if key in value}
    values, extra = declared.take(State, value | beats, "", refused)
    for key in ("revision", "home_id", "epoch"):
        if key not in values:
            raise Invalid(name, f"its {key} is {quote(value.get(key))}")
    state = State(
        **values,
        agents=_agents(agents, refused),
        alerts=_alerts(alerts, refused),
        queue=_queue(queue, refused),
        extra=extra | odd,
    )
    return Decoded(state, tuple(refused))


def _parse(data: bytes, name: str) -> dict[str, Any]:
    """As `parse_json`, in a quarter of its time for what we wrote; of the rest, that one says what is wrong."""
    with suppress(MsgspecError, UnicodeDecodeError, RecursionError):
        value = json.decode(data)
        if isinstance(value, dict):
            return value
    return parse_json(data, name)


_HEARTBEAT = {
    "n": "heartbeat_n",
    "last_at": "heartbeat_last_at",
    "last": "heartbeat_last",
    "epoch": "heartbeat_epoch",
    "running": "running",
    "owner": "owner",
}
"""Names in the file's object `heartbeat`, and the state's fields."""
_INNER = frozenset({*_HEARTBEAT.values(), "extra"})
"""The state's names that are no keys of the file."""


def _flat(data: dict[str, Any]) -> dict[str, Any]:
    """An object with the keys of a newer version beside its own, as they were read."""
    extra = data.pop("extra", None)
    return {**extra, **data} if extra else data


def _beats(value: object, refused: list[RefusedValue]) -> dict[str, object]:
    if not isinstance(value, dict):
        refused.append(RefusedValue("", f"heartbeat is {quote(value)}: expected object"))
        return {}
    return {_HEARTBEAT[name]: inner for name, inner in value.items() if name in _HEARTBEAT}


def _agents(value: Mapping[str, object], refused: list[RefusedValue]) -> dict[str, Record]:
    agents: dict[str, Record] = {}
    for agent_id, data in value.items():
        if len(agent_id) > MAX_ID or not all(map(is_name, agent_id.split("/"))):
            refused.append(RefusedValue("", f"the agent id {agent_id[:80]!r} is none; its record was left out"))
        elif (record := read_record(agent_id, data, refused)) is not None:
            agents[agent_id] = record
    return agents


def _alerts(value: list[object], refused: list[RefusedValue]) -> tuple[Alert, ...]:
    alerts: dict[str, Alert] = {}
    for item in value:
        alert = declared.read(Alert, item, "", refused) if isinstance(item, dict) else None
        if alert is None:
            refused.append(RefusedValue("", f"an alert is {quote(item)}; it was left out"))
        else:
            alerts[alert.key] = alert
    return tuple(alerts.values())


def _queue(value: object, refused: list[RefusedValue]) -> tuple[QueueEntry, ...]:
    entries = []
    for item in value if isinstance(value, list) else [value]:
        entry = None
        if isinstance(item, dict) and not deeper_than(item, DEPTH):
            entry = declared.read(QueueEntry, item, "", refused)
        if entry is None:
            refused.append(RefusedValue("", f"an entry of the queue is {quote(item)}; it was left out"))
        else:
            entries.append(entry)
    return tuple(entries)


# -- one record ----------------------------------------------------------------------------------------------------

_PROCESSES = ("keeper", "starter", "stopper", "process")
_COMMON = ("boot_id", "pid_ns")


def _short(data: dict[str, Any]) -> dict[str, Any]:
    """A record's object without what stands elsewhere: its id, and what its processes have in common."""
    del data["id"]  # the key under which it stands
    common = data.get("process", {})
    for key in _PROCESSES:
        process = data.get(key)
        if process is None:
            continue
        if process["marker"] == data["spawn_id"]:
            del process["marker"]
        if process is not common:
            for shared in _COMMON:
                if process[shared] == common.get(shared):
                    del process[shared]
    return _flat(data)


def read_record(agent_id: str, data: object, refused: list[RefusedValue]) -> Record | None:
    """The record of an object, with what it should not hold added to `refused`; None where it names no spawn.

    A phase that is not known becomes an intent or a running process, both of which are looked into, never guessed at.
    """
    if not isinstance(data, dict) or not data.get("spawn_id") or not isinstance(data["spawn_id"], str):
        refused.append(RefusedValue(agent_id, "the record has no spawn id; it was left out"))
        return None
    unsure = Phase.RUNNING if data.get("process") or data.get("keeper") else Phase.SPAWNING
    whole = {**data, **_whole_processes(data), "id": agent_id}
    record = declared.read(Record, whole, agent_id, refused, {"phase": unsure})
    if record is not None and record.phase is Phase.WAITING and record.waiting is None:
        return replace(record, phase=unsure)  # without how it waits, its end is looked at once more
    return record


def _whole_processes(data: Mapping[str, object]) -> dict[str, object]:
    common = data.get("process")
    shared = {key: common[key] for key in _COMMON if key in common} if isinstance(common, dict) else {}
    return {
        key: {"marker": data["spawn_id"], **shared, **process}
        for key in _PROCESSES
        if isinstance(process := data.get(key), dict)
    }


def ended_json(record: Record) -> dict[str, Any]:
    """Returns a record as ended.json holds it, with every field, because people and scripts read it too."""
    return {name: to_builtins(getattr(record, name)) for name in record.__struct_fields__}


def read_ended(agent: AgentDir) -> Loaded[Record]:
    """Reads ended.json as a record that holds no slot and names no process, whatever the file says."""
    return load(agent.ended, _ended)


def _ended(data: dict[str, Any]) -> Record:
    record = read_record(clean(text(data, "id")), data, [])
    if record is None or record.ending is None:
        raise Wrong(f"ending is {quote(data.get('ending'))}, spawn_id {quote(data.get('spawn_id'))}")
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
        checks=_over(record.checks),
        acceptance=tuple((clean(outcome), passed) for outcome, passed in record.acceptance),
        extra=NOTHING,
    )


def _over(checks: Checks) -> Checks:
    if checks == _NO_CHECKS:
        return _NO_CHECKS
    return replace(checks, runner=None, said=tuple(map(clean, checks.said)))
