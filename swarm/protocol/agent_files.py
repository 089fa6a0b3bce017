"""Reads the JSON files of engine, keepers and agents as values; a wrong file gives a reason, never an exception."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, Generic, TypeVar

from msgspec import Struct, to_builtins

from swarm.model.agent import SCHEMA, AgentSpec, Exit, FoundProcess, Identity, Scope
from swarm.model.bounds import Seconds, Text
from swarm.model.reports import Results, ResultsState, ResultsStatus
from swarm.model.values import NOTHING, replace
from swarm.protocol.names import name_of
from swarm.protocol.paths import AgentDir
from swarm.protocol.results import KEYS, WITNESS, check_results, read_object
from swarm.sanitize import clean, clean_block
from swarm.store import declared, validators
from swarm.store.jsonio import Invalid, for_people, shared
from swarm.store.reader import Unreadable, read_json
from swarm.store.validators import MAX_ITEMS, MAX_TEXT, Wrong

T = TypeVar("T")
MAX_DISPUTED = 16_000
"""Characters that are kept of what does not count as results."""


class Loaded(Struct, Generic[T], frozen=True, gc=False):
    """A file that was read. value: None where it is absent or wrong. why: what is wrong, '' where nothing is."""

    value: T | None = None
    why: str = ""


def read_results(agent: AgentDir) -> Results:
    """results.json, validated (protocol.md): anything but one good object is INVALID, with the reason in `why`."""
    kept: list[dict[str, Any]] = []

    def make(data: dict[str, Any]) -> Results:
        kept.append(data)
        return _results(data, agent)

    loaded = load(agent.results, make, read_object)
    if loaded.value is not None:
        return loaded.value
    if not loaded.why:
        return Results()
    if not kept:
        return Results(ResultsState.INVALID, why=loaded.why)
    said = kept[0].get("summary")
    return _disputed(kept[0], said if isinstance(said, str) else "", loaded.why)


def suspicion_of_results(agent: AgentDir) -> str:
    """Why a text of results.json, whether that counts or not, looks like an order to its reader; '' where none does."""
    from swarm.injection.elsewhere import suspicion_in  # the rules are many: only where there are results to judge

    loaded = load(agent.results, suspicion_in, read_object)
    return loaded.value or ""


def _disputed(data: dict[str, Any], summary: str, why: str) -> Results:
    """What does not count as results can still be read; of a long file of a tool its beginning."""
    rest = {key: value for key, value in data.items() if key != "summary" or not isinstance(value, str)}
    text = for_people(rest).decode() if rest else ""
    extra = {"text": clean_block(text[:MAX_DISPUTED], limit=MAX_TEXT)} if rest else {}
    if len(text) > MAX_DISPUTED:
        extra["cut"] = f"{len(text) - MAX_DISPUTED} more characters stand in results.json"
    return Results(ResultsState.INVALID, summary=clean(summary, MAX_TEXT), extra=extra, why=why, empty=not data)


def read_spec(agent: AgentDir) -> Loaded[AgentSpec]:
    """agent.json. Its words are fit for a screen, but for the task and its outcomes, which are handed on whole."""
    return load(agent.spec, _spec)


def read_exit(agent: AgentDir) -> Loaded[Exit]:
    """exit.json."""
    return load(agent.exit, _exit)


class Kept(Struct, frozen=True):
    """Reads kept.json: what a keeper says it started; it proves nothing."""

    spawn_id: Text = ""
    keeper: Identity | None = None
    program: Identity | None = None


class StopOrder(Struct, frozen=True):
    """.run/order.json: how a keeper is to stop its agent."""

    spawn_id: Text
    grace_s: Seconds
    """From the polite signal to the one that kills."""


def read_kept(agent: AgentDir) -> Loaded[Kept]:
    """.run/kept.json; a process that could never be ours is none."""
    return load(agent.kept, lambda data: declared.read(Kept, data, "", []) or Kept())


def load(
    path: Path,
    make: Callable[[dict[str, Any]], T],
    read: Callable[[Path], dict[str, Any] | None] = read_json,
) -> Loaded[T]:
    """A file as the value that `make` makes of its object; `make` raises Wrong."""
    try:
        data = read(path)
        return Loaded() if data is None else Loaded(make(shared(data)))
    except Unreadable as error:
        return Loaded(why=f"cannot be read: it {error.why}" if error.why.startswith("is ") else error.why)
    except Invalid as error:
        return Loaded(why=clean(error.why, 300))
    except Wrong as error:
        return Loaded(why=clean(str(error), 300))


def must_be_results(data: dict[str, Any], agent: AgentDir) -> None:
    """Raises Wrong where an object is no results of this agent's spawn."""
    named = isinstance(data.get(WITNESS), str)
    spec = read_spec(agent).value if named else None
    check_results(data, spec.spawn_id if spec is not None else "")


def _results(data: dict[str, Any], agent: AgentDir) -> Results:
    must_be_results(data, agent)
    return Results(
        ResultsState.VALID,
        status=ResultsStatus(data.get("status", "success")),
        summary=clean(validators.text(data, "summary"), MAX_TEXT),
        outputs=tuple(clean(path) for path in validators.texts(data, "outputs")[:MAX_ITEMS]),
        acceptance=tuple(
            (clean(item["text"]), item["passed"]) for item in validators.items(data, "acceptance")[:MAX_ITEMS]
        ),
        finished_at=clean(validators.text(data, "finished_at"), 100),
        extra={
            clean(key, 200): validators.cleaned(value)
            for key, value in list(data.items())[:MAX_ITEMS]
            if key not in (*KEYS, WITNESS)
        }
        or NOTHING,
    )


def _spec(data: dict[str, Any]) -> AgentSpec:
    schema = data.get("schema", SCHEMA)
    if isinstance(schema, int) and schema > SCHEMA:
        raise Wrong(f"it was written by a newer version (schema {schema}; this one knows {SCHEMA})")
    spec = declared.one(AgentSpec, {"name": "", "parent": None, "task": "", **data})
    agent_id = clean(spec.id)
    return replace(
        spec,
        id=agent_id,
        name=clean(spec.name) or name_of(agent_id),
        role=clean(spec.role, 200),
        parent=clean(spec.parent or "") or None,
        spawn_id=clean(spec.spawn_id, 200),
        program=clean(spec.program, 200) or "command",
        model=clean(spec.model, 200),
        scope=Scope(clean(spec.scope, 200)),
        created_at=clean(spec.created_at, 100),
        created_by=clean(spec.created_by) or "operator",
        env=spec.env or NOTHING,
        role_texts=spec.role_texts or NOTHING,
    )


def _exit(data: dict[str, Any]) -> Exit:
    at = validators.seconds(data.get("at"))  # a number, or a time with its date
    found = declared.one(Exit, {"spawn_id": "", "code": None, **data, "at": at})
    return replace(
        found,
        spawn_id=clean(found.spawn_id, 200),
        found=tuple(map(_cleaned, found.found)),
        left=tuple(map(_cleaned, found.left)),
        error=clean(found.error),
        steps=tuple(map(clean, found.steps)),
    )


def _cleaned(process: FoundProcess) -> FoundProcess:
    return replace(process, command=clean(process.command, 200), how=clean(process.how))


def spec_json(spec: AgentSpec) -> dict[str, object]:
    """A spec as agent.json holds it."""
    data: dict[str, object] = to_builtins(spec)
    return data
