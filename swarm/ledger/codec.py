"""The ledger's state as the bytes of state.json, and back."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from swarm.errors import Code, HomeError
from swarm.ledger.state import State
from swarm.model.agent import SCHEMA, Identity
from swarm.model.causes import AlertCause
from swarm.model.record import Account, Alert, Ending, Fingerprint, Holder, Mark, Observed, Phase, Record
from swarm.model.time import Epoch
from swarm.model.values import replace
from swarm.protocol.agent_files import Loaded, _load
from swarm.protocol.names import is_name
from swarm.protocol.paths import AgentDir
from swarm.sanitize import clean
from swarm.store import validators
from swarm.store.jsonio import Invalid, parse_json, to_json
from swarm.store.typed import MAX_ITEMS, Kind, Refusal, amount, count, flag, optional, plain, seconds, take, text, texts
from swarm.store.validators import MAX_TEXT, Wrong, quote


def identity(value: object) -> Identity:
    """A process that may be ours: pids that must never be signalled are refused here already."""
    if not isinstance(value, dict):
        raise Wrong(f"is {quote(value)}; it is an object")
    pid, ticks, namespace = value.get("pid"), value.get("ticks"), value.get("pid_ns")
    boot, marker = value.get("boot_id"), value.get("marker", "")
    if type(pid) is not int or not 1 < pid < 2**31:
        raise Wrong(f"names the pid {quote(pid)}, which is nobody's")
    if type(ticks) is not int or not 0 <= ticks < 2**63 or type(namespace) is not int or not 0 <= namespace < 2**63:
        raise Wrong(f"names the pid {pid} without its start time")
    if not isinstance(boot, str) or not boot or not isinstance(marker, str):
        raise Wrong(f"names the pid {pid} without its boot")
    return Identity(boot, namespace, pid, ticks, marker)


MAX_SLOTS = 1000


def record_json(record: Record) -> dict[str, Any]:
    """A record as an object; what has its default is left out, and what its processes have in common is said once."""
    data: dict[str, Any] = {**record.extra, **plain(record)}
    common = data.get("process", {})
    for key in _PROCESSES:
        process = data.get(key)
        if process is None:
            continue
        if process["marker"] == record.spawn_id:
            del process["marker"]
        if process is not common:
            for shared in _COMMON:
                if process[shared] == common.get(shared):
                    del process[shared]
    return data


def read_record(agent_id: str, data: object, refused: list[Refusal]) -> Record | None:
    """The record of an object, with what it should not hold added to `refused`; None where it names no spawn.

    A phase that is not known becomes an intent or a running process, both of which are looked into, never guessed at.
    """
    if not isinstance(data, dict) or not isinstance(data.get("spawn_id"), str) or not data["spawn_id"]:
        refused.append(Refusal(agent_id, "the record has no spawn id; it was left out"))
        return None
    values, extra = take({**data, **_whole_processes(data)}, _RECORD, agent_id, refused)
    values["id"] = agent_id
    if "phase" not in values:
        values["phase"] = Phase.RUNNING if values.get("process") or values.get("keeper") else Phase.SPAWNING
        if "phase" not in data:
            refused.append(Refusal(agent_id, "the record has no phase"))
    return Record(**values, extra=extra)


_PROCESSES = ("keeper", "starter", "stopper", "process")
_COMMON = ("boot_id", "pid_ns")


def _whole_processes(data: Mapping[str, object]) -> dict[str, object]:
    common = data.get("process")
    shared = {key: common[key] for key in _COMMON if key in common} if isinstance(common, dict) else {}
    return {
        key: {"marker": data["spawn_id"], **shared, **process}
        for key in _PROCESSES
        if isinstance(process := data.get(key), dict)
    }


def _fingerprint(value: object) -> Fingerprint:
    if not isinstance(value, dict):
        raise Wrong(f"is {quote(value)}; it is an object")
    mtime = value.get("mtime_ns")
    if type(mtime) is not int or abs(mtime) >= 2**63:
        raise Wrong(f"has the mtime {quote(mtime)}")
    return Fingerprint(_inode(value.get("inode")), count(value.get("size")), mtime, text(value.get("tail")))


def _inode(value: object) -> int:
    if type(value) is not int or not 0 <= value < 2**64:
        raise Wrong(f"has the inode {quote(value)}")
    return value


def _observed(value: object) -> Observed:
    if not isinstance(value, dict):
        raise Wrong(f"is {quote(value)}; it is an object")
    inner: list[Refusal] = []
    values, _ = take(value, _OBSERVED, "", inner)
    if inner:
        raise Wrong(f"holds what it should not: {inner[0].text}")
    return Observed(**values)


def _exit_code(value: object) -> int:
    if type(value) is not int or abs(value) > 2**32:
        raise Wrong(f"is {quote(value)}; it is an exit code")
    return value


def _slots(value: object) -> int:
    if type(value) is not int or not 1 <= value <= MAX_SLOTS:
        raise Wrong(f"is {quote(value)}; it is 1 to {MAX_SLOTS}")
    return value


def _tokens(value: object) -> tuple[int, int, int, int]:
    if not isinstance(value, list) or len(value) != 4:
        raise Wrong(f"is {quote(value)}; it is four counts")
    return count(value[0]), count(value[1]), count(value[2]), count(value[3])


def _judged(value: object) -> tuple[tuple[str, bool], ...]:
    if not isinstance(value, list) or len(value) > MAX_ITEMS:
        raise Wrong(f"is {quote(value)}; it is a list")
    pairs = []
    for item in value:
        if not isinstance(item, list) or len(item) != 2:
            raise Wrong(f"holds {quote(item)}; it holds pairs of text and outcome")
        pairs.append((text(item[0]), flag(item[1])))
    return tuple(pairs)


def _one_of(choices: type[Phase] | type[Ending]) -> Kind:
    def kind(value: object) -> Phase | Ending:
        try:
            return choices(text(value))
        except ValueError as error:
            raise Wrong(f"is {quote(value)}; it is one of {', '.join(choices)}") from error

    return kind


_OBSERVED: Mapping[str, Kind] = {
    "progress": optional(_fingerprint),
    "changed": seconds,
    "outputs": count,
    "outputs_key": text,
    "outputs_changed": seconds,
    "seen": seconds,
    "paused": seconds,
}
_RECORD: Mapping[str, Kind] = {
    "id": text,
    "spawn_id": text,
    "phase": _one_of(Phase),
    "role": text,
    "parent": optional(text),
    "slots": _slots,
    "reserve": flag,
    "program": text,
    "requested_by": text,
    "spawned": seconds,
    "spawned_at": seconds,
    "process": optional(identity),
    "keeper": optional(identity),
    "observed": _observed,
    "investigated": optional(seconds),
    "investigations": count,
    "held_until": optional(count),
    "held_why": text,
    "paused": optional(seconds),
    "paused_total": seconds,
    "ending": optional(_one_of(Ending)),
    "why": text,
    "ended_by": text,
    "ended": optional(seconds),
    "ended_at": optional(seconds),
    "exit_code": optional(_exit_code),
    "unverified": text,
    "outside": text,
    "collected_n": optional(count),
    "read_at": optional(seconds),
    "read_by": text,
    "invalid_since_n": optional(count),
    "respawn_of": text,
    "owns": texts,
    "starter": optional(identity),
    "stopper": optional(identity),
    "taken_over": text,
    "taken_at": optional(seconds),
    "tokens": optional(_tokens),
    "cost_usd": optional(amount),
    "checked_n": optional(count),
    "acceptance": _judged,
}

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
            code=Code.NEWER,
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
    "cause": lambda value: AlertCause(text(value)),
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


def read_ended(agent: AgentDir) -> Loaded[Record]:
    """ended.json as a record of the past: it holds no slot and names no process, whatever the file says."""
    return _load(agent.ended, _ended)


def _ended(data: dict[str, Any]) -> Record:
    record = read_record(clean(validators.text(data, "id")), data, [])
    if record is None or record.ending is None:
        raise Wrong(
            f"ending is {validators.quote(data.get('ending'))}, spawn_id {validators.quote(data.get('spawn_id'))}"
        )
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
