"""The ledger's state as the bytes of state.json, and back."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from swarm.clock import Epoch
from swarm.errors import HomeError
from swarm.fields import Wrong, quote
from swarm.kinds import Kind, Refusal, amount, count, flag, identity, optional, seconds, take, text, texts
from swarm.layout import is_name
from swarm.model import SCHEMA, Account, Alert, Holder, Mark, Record
from swarm.records import plain, read_record, record_json
from swarm.state import State
from swarm.store import Invalid, parse_json, to_json

MAX_REVISION = 10**15
MAX_MARKS = 64


class Decoded(NamedTuple):
    """A state, and what of its file was not taken into it."""

    state: State
    refused: tuple[Refusal, ...]


def encode(state: State) -> bytes:
    """The bytes of state.json: one line of JSON."""
    heartbeat = {
        "n": state.heartbeat_n,
        "last_at": state.heartbeat_last_at,
        "last": state.heartbeat_last,
        "epoch": _epoch_json(state.heartbeat_epoch),
        "running": plain(state.running),
        "owner": plain(state.owner),
    }
    value: dict[str, Any] = {
        **state.extra,
        "schema": SCHEMA,
        "revision": state.revision,
        "home_id": state.home_id,
        "epoch": _epoch_json(state.epoch),
        "heartbeat": {key: inner for key, inner in heartbeat.items() if inner is not None},
        "agents": {agent_id: _without_id(record) for agent_id, record in state.agents.items()},
        "alerts": [{**alert.extra, **plain(alert)} for alert in state.alerts],
    }
    rest = {
        "queue": list(state.queue),
        "branches_closed": sorted(state.branches_closed),
        "last_start": state.last_start,
        "frozen_all": state.frozen_all,
        "audited": state.audited,
        "crashes": {agent_id: list(times) for agent_id, times in state.crashes.items()},
        "account": plain(state.account),
    }
    return to_json({**value, **{key: inner for key, inner in rest.items() if inner}})


def decode(data: bytes, path: object = "state.json") -> Decoded:
    """The state of a file's bytes.

    Raises Invalid where it is no ledger, HomeError `newer` where a newer version wrote it. A value that no ledger may
    hold is left out, and said.
    """
    name = str(path)
    value = parse_json(data, name)
    schema = value.get("schema")
    if type(schema) is not int or schema < 1:
        raise Invalid(name, f"its schema is {quote(schema)}")
    if schema > SCHEMA:
        raise HomeError(
            f"{name!r} was written by a newer version of swarm-tui.",
            f"It has schema {schema}; this version knows up to {SCHEMA}.",
            "Nothing is written. Use the newer version.",
            code="newer",
        )
    revision, home_id, epoch = value.get("revision"), value.get("home_id"), _epoch(value.get("epoch"))
    agents, alerts = value.get("agents"), value.get("alerts", [])
    if type(revision) is not int or not 1 <= revision <= MAX_REVISION:
        raise Invalid(name, f"its revision is {quote(revision)}")
    if not isinstance(home_id, str) or not home_id:
        raise Invalid(name, "it has no home id")
    if epoch is None:
        raise Invalid(name, "its epoch is not one")
    if not isinstance(agents, dict) or not isinstance(alerts, list):
        raise Invalid(name, "its agents are not an object, or its alerts not a list")
    refused: list[Refusal] = []
    rest, extra = take({key: inner for key, inner in value.items() if key not in _OWN}, _STATE, "", refused)
    beats = rest.pop("heartbeat", {})
    state = State(
        revision,
        home_id,
        epoch,
        agents=_agents(agents, refused),
        alerts=_alerts(alerts, refused),
        **_heartbeat(beats, refused),
        **rest,
        extra=extra,
    )
    return Decoded(state, tuple(refused))


_OWN = frozenset({"schema", "revision", "home_id", "epoch", "agents", "alerts"})


def _without_id(record: Record) -> dict[str, Any]:
    data = record_json(record)
    del data["id"]
    return data


def _epoch_json(epoch: Epoch | None) -> dict[str, object] | None:
    return None if epoch is None else dict(epoch._asdict())


def _epoch(value: object) -> Epoch | None:
    if not isinstance(value, dict) or not isinstance(value.get("boot"), str):
        return None
    try:
        times = [seconds(value.get(key)) for key in ("awake", "monotonic", "boottime", "wall")]
    except Wrong:
        return None
    return Epoch(value["boot"], *times) if times[0] >= 0 else None


def _agents(value: Mapping[str, object], refused: list[Refusal]) -> dict[str, Record]:
    agents: dict[str, Record] = {}
    for agent_id, data in value.items():
        if len(agent_id) > 4096 or not all(map(is_name, agent_id.split("/"))):
            refused.append(Refusal("", f"the agent id {agent_id[:80]!r} is none; its record was left out"))
        elif (record := read_record(agent_id, data, refused)) is not None:
            agents[agent_id] = record
    return agents


def _alerts(value: list[object], refused: list[Refusal]) -> tuple[Alert, ...]:
    alerts: dict[str, Alert] = {}
    for item in value:
        values, extra = take(item, _ALERT, "", refused) if isinstance(item, dict) else ({}, {})
        if not {"agent", "cause", "text"} <= values.keys():
            refused.append(Refusal("", f"an alert is {quote(item)}; it was left out"))
            continue
        alert = Alert(**values, extra=extra)
        alerts[alert.key] = alert
    return tuple(alerts.values())


def _heartbeat(value: Mapping[str, object], refused: list[Refusal]) -> dict[str, Any]:
    values, _ = take(value, _HEARTBEAT, "", refused)
    names = {"running": "running", "owner": "owner"}
    return {names.get(key, f"heartbeat_{key}"): inner for key, inner in values.items()}


def _holder(value: object) -> Holder:
    if not isinstance(value, dict):
        raise Wrong(f"is {quote(value)}; it is an object")
    refused: list[Refusal] = []
    values, _ = take(value, _HOLDER, "", refused)
    if refused or not {"by", "process", "since"} <= values.keys():
        raise Wrong(f"holds what it should not: {refused[0].text}" if refused else "is incomplete")
    return Holder(**values)


def _object(value: object) -> Mapping[str, object]:
    if not isinstance(value, dict):
        raise Wrong(f"is {quote(value)}; it is an object")
    return value


def _optional_epoch(value: object) -> Epoch | None:
    epoch = _epoch(value)
    if epoch is None and value is not None:
        raise Wrong("is not an epoch")
    return epoch


def _queue(value: object) -> tuple[Mapping[str, object], ...]:
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        raise Wrong("is not a list of objects")
    return tuple(value)


def _account(value: object) -> Account:
    refused: list[Refusal] = []
    values, _ = take(_object(value), _ACCOUNT, "", refused)
    if refused:
        raise Wrong(f"holds what it should not: {refused[0].text}")
    return Account(**values)


def _marks(value: object) -> tuple[Mark, ...]:
    marks = []
    for item in _list(value)[-MAX_MARKS:]:
        refused: list[Refusal] = []
        values, _ = take(_object(item), _MARK, "", refused)
        if refused or len(values) != len(_MARK):
            raise Wrong("holds something that is no mark")
        marks.append(Mark(**values))
    return tuple(marks)


def _crashes(value: object) -> dict[str, tuple[float, ...]]:
    return {key: tuple(seconds(item) for item in _list(times)) for key, times in _object(value).items()}


def _list(value: object) -> list[object]:
    if not isinstance(value, list):
        raise Wrong(f"holds {quote(value)}; it is a list")
    return value


_MARK: Mapping[str, Kind] = {"at": seconds, "awake": seconds, "tokens": count, "cost_usd": amount}

_ACCOUNT: Mapping[str, Kind] = {"tokens": count, "cost_usd": amount, "marks": _marks}

_STATE: Mapping[str, Kind] = {
    "heartbeat": _object,
    "queue": _queue,
    "branches_closed": lambda value: frozenset(texts(value)),
    "last_start": seconds,
    "frozen_all": flag,
    "crashes": _crashes,
    "audited": count,
    "account": _account,
}

_HEARTBEAT: Mapping[str, Kind] = {
    "n": count,
    "last_at": optional(seconds),
    "last": optional(seconds),
    "epoch": _optional_epoch,
    "running": optional(_holder),
    "owner": optional(_holder),
}

_ALERT: Mapping[str, Kind] = {
    "agent": text,
    "cause": text,
    "text": text,
    "spawn_id": text,
    "first_at": seconds,
    "last_at": seconds,
    "count": count,
    "acked_at": optional(seconds),
    "acked_by": text,
}

_HOLDER: Mapping[str, Kind] = {
    "by": text,
    "process": identity,
    "since": seconds,
    "next_at": optional(seconds),
    "period_s": seconds,
    "due": optional(seconds),
}
