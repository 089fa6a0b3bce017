"""Write scopes: what an agent's paths hold, how its children inherit them, what changed outside once it has ended."""

import os
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from swarm.errors import Code, Refused, SwarmError
from swarm.formatting import plural
from swarm.home.context import Home
from swarm.ledger.state import State
from swarm.model.actor import ENGINE, OPERATOR
from swarm.model.agent import AgentSpec
from swarm.model.record import Phase, Record
from swarm.model.repository import Worktree
from swarm.model.values import replace
from swarm.probes.changes import Changes, changes_since
from swarm.programs.environment import inherited
from swarm.programs.registry import program_for
from swarm.protocol.agent_files import read_spec
from swarm.protocol.names import check_id
from swarm.protocol.owned_paths import lies_in
from swarm.sanitize import clean

SHOWN = 8
"""Changed files that an alert names."""


def confined(home: Home, spec: AgentSpec) -> AgentSpec:
    """The spec of a child as its parent may have it; raises Refused `scope` for what the parent itself could not do.

    Only where an agent asks, and is held itself. A child that names no paths is held to its own directory then.
    """
    parent = _held_caller(home)
    if parent is None:
        return spec
    if not _holds(home, spec.program):
        raise _refused(parent, f"a program that is held to nothing ({spec.program!r})", "Leave --program and -- out.")
    if spec.env:
        raise _refused(parent, "a child with an environment of its own choice", "Leave --env out.")
    if any(outcome.check for outcome in spec.acceptance) and (why := _no_box()):
        raise _refused(
            parent,
            f"a check, which would run with the engine's rights: there is no sandbox for it here ({why})",
            "Name the outcome in words (--accept TEXT, without ::CHECK).",
        )
    if spec.worktree is not None:
        _must_be_shared(parent, spec.worktree)
        return spec if spec.owns or spec.observes else replace(spec, owns=(spec.worktree.path,))
    own, above = (
        home.layout.agent(each).path.relative_to(home.layout.root).as_posix() for each in (spec.id, parent.id)
    )
    for path in spec.owns:
        if not any(lies_in(path, mine) for mine in (*parent.owns, above)):
            raise _refused(
                parent, f"a child that owns {path!r}", f"It may own what lies below {_places(parent, above)}."
            )
    if spec.has_write_scope:
        return spec
    return replace(spec, owns=(own,))


def _must_be_shared(parent: AgentSpec, worktree: Worktree) -> None:
    """A held agent gives worktrees of the repository that it works in: their work goes nowhere but through its own."""
    mine = parent.worktree
    if mine is None or parent.observes or mine.common != worktree.common:
        where = (
            f"of the repository that it works in, {mine.common!r}" if mine is not None else "none: it has none itself"
        )
        raise _refused(parent, f"a worktree of {worktree.common!r}", f"It may give worktrees {where}.")


def given_by_held(home: Home, spec: AgentSpec) -> bool:
    """Whether this spec's checks were given by an agent that is held: they must not do for it what it may not do."""
    if spec.created_by in (str(OPERATOR), str(ENGINE)):
        return False
    try:
        giver = read_spec(home.layout.agent(check_id(spec.created_by))).value
    except SwarmError:
        return True
    return giver is None or is_held(home, giver)


def may_give_checks(home: Home) -> bool:
    """Whether who spawns may give checks: a held agent may where a sandbox keeps them to its scope."""
    return _held_caller(home) is None or not _no_box()


def _held_caller(home: Home) -> AgentSpec | None:
    if not home.actor.is_agent:
        return None
    spec = read_spec(home.layout.agent(home.actor.agent)).value
    return spec if spec is not None and is_held(home, spec) else None


def is_held(home: Home, spec: AgentSpec) -> bool:
    """Whether an agent is held to its scope, by a program that can."""
    return spec.has_write_scope and _holds(home, spec.program)


def _holds(home: Home, name: str) -> bool:
    try:
        return program_for(name, home.policy).holds_scope
    except SwarmError:
        return False


def _places(parent: AgentSpec, above: str) -> str:
    return ", ".join((*parent.owns, above))


def _refused(parent: AgentSpec, what: str, hint: str) -> Refused:
    return Refused(
        Code.SCOPE,
        f"{parent.id!r} is held to its scope, and asks for {what}.",
        "What it may not do itself, nothing that it spawns may do for it.",
        f"{hint} Or ask your parent.",
    )


class Outside(NamedTuple):
    """What changed outside of one agent's scope. others: the agents that ran beside it without a write scope."""

    words: str
    others: tuple[str, ...]


def outside_of(home: Home, ended: Sequence[Record]) -> Mapping[str, Outside]:
    """For agents that end now: what changed outside of their scope while they ran, by id.

    Left out are agents without a scope, those that a program or a box kept to it, and those that did keep to it. One
    walk for all, bounded in time and entries; never raises.
    """
    held = {record.id: spec for record in ended if (spec := _loose(home, record)) is not None}
    if not held:
        return {}
    try:
        state = home.ledger.read()
    except SwarmError:
        return {}
    since = min(record.spawned_at for record in ended if record.id in held)
    changes = changes_since(home.layout, since, frozenset(home.policy.watch.ignore))
    areas = {record.id: _area(home, record) for record in state.agents.values()}
    said: dict[str, Outside] = {}
    for record in ended:
        if record.id in held:
            found = _outside(home, state, record, changes, {**areas, record.id: _area(home, record)})
            if found is not None:
                said[record.id] = found
    return said


def _loose(home: Home, record: Record) -> AgentSpec | None:
    """Its spec, where it has a scope, and nothing but its own will kept it there."""
    spec = record.ref.match(read_spec(home.layout.agent(record.id)).value)
    return spec if spec is not None and spec.has_write_scope and not _is_kept(home, record, spec) else None


def _is_kept(home: Home, record: Record, spec: AgentSpec) -> bool:
    return is_held(home, spec) or record.boxed


def _area(home: Home, record: Record) -> tuple[str, ...]:
    own = home.layout.agent(record.id).path.relative_to(home.layout.root).as_posix()
    return (own, *(path.rstrip("/") for path in record.owns))


def _outside(
    home: Home, state: State, record: Record, changes: Changes, areas: Mapping[str, tuple[str, ...]]
) -> Outside | None:
    beside = [each for each in state.agents.values() if each.id != record.id and _ran_beside(each, record)]
    root = home.policy.root.id
    mine = [*areas[record.id], *(path for each in beside if each.id != root for path in areas[each.id])]
    foreign = [
        change
        for change in changes.found
        if change.at >= record.spawned_at and not _lies_in(change.path, mine) and not _is_roots_own(home, change.path)
    ]
    if not foreign:
        return None
    names = ", ".join(
        clean(change.path, 120) + (" (something is gone)" if change.removed else "") for change in foreign[:SHOWN]
    )
    more = f" and {len(foreign) - SHOWN} more" if len(foreign) > SHOWN else ""
    could = tuple(each.id for each in beside if not _is_record_held(home, each))
    also = f"{', '.join(could[:4])}, " if could else ""
    part = "" if changes.whole else "; not everything could be looked through"
    words = (
        f"{plural(len(foreign), 'file')} outside of its scope changed while it ran: {names}{more}. "
        f"Its own hand is not proved: {also}the operator or another program may have done it{part}"
    )
    return Outside(words, could)


def _ran_beside(other: Record, record: Record) -> bool:
    if other.phase is Phase.QUEUED:
        return False
    return other.ended_at is None or other.ended_at >= record.spawned_at


def _lies_in(path: str, places: Iterable[str]) -> bool:
    return any(path == place or path.startswith(place + "/") for place in places)


def _is_roots_own(home: Home, path: str) -> bool:
    """The root's own files: it holds no record that says when it works."""
    own = home.layout.agent(home.policy.root.id).path
    whole = home.layout.root / path
    return whole.parent in (own, own / "work")


def _is_record_held(home: Home, record: Record) -> bool:
    spec = read_spec(home.layout.agent(record.id)).value
    return spec is not None and _is_kept(home, record, spec)


def _no_box() -> str:
    """Why a command cannot be run in a box here; '' where it can."""
    from swarm.programs import preflight  # it runs programs to find out: few spawns ask

    return preflight.no_box(inherited(os.environ))
