"""Records as JSON objects, and back: what an object holds that no record may hold is refused and said, never taken."""

from collections.abc import Hashable, Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from enum import Enum
from functools import cache
from typing import Any, cast

from swarm.fields import Wrong, quote
from swarm.kinds import MAX_ITEMS, Kind, Refusal, amount, count, flag, identity, optional, seconds, take, text, texts
from swarm.model import Ending, Fingerprint, Observed, Phase, Record

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


def plain(value: Any) -> Any:
    """Frozen values as what JSON has: objects without their defaults, lists, texts, numbers.

    `extra` is left to the caller. A set is sorted, so that equal states have equal bytes.
    """
    if type(value) in _ATOMS:
        return value
    if isinstance(value, Enum):
        return value.value
    if is_dataclass(value):
        whole: dict[str, object] = {}
        for name, default in _shape(value.__class__):
            inner = getattr(value, name)
            if inner != default and name != "extra":
                whole[name] = inner if type(inner) in _ATOMS else plain(inner)
        return whole
    if isinstance(value, Mapping):
        return {key: plain(inner) for key, inner in value.items()}
    if isinstance(value, frozenset):
        return sorted(value)
    return [plain(inner) for inner in value]


_ATOMS = frozenset({type(None), str, int, float, bool})
_NEVER = object()


@cache
def _shape(kind: Hashable) -> tuple[tuple[str, object], ...]:
    return tuple((field.name, _default(field)) for field in fields(cast("type[Record]", kind)))


def _default(field: Field[Any]) -> object:
    if field.default is not MISSING:
        return field.default
    return field.default_factory() if field.default_factory is not MISSING else _NEVER


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
