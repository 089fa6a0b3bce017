"""Puts an agent that is over into the archive: out of the ledger first, then its directory out of the tree."""

import os
from collections.abc import Iterable, Mapping
from contextlib import suppress

from swarm.errors import Code, Refused
from swarm.home import audit
from swarm.home.context import Home
from swarm.ledger.codec import ended_json, read_ended
from swarm.ledger.state import State, without
from swarm.model.actor import AuditVerb
from swarm.model.archive import ArchivedAgent
from swarm.model.record import Record
from swarm.model.snapshot import AgentView
from swarm.model.values import replace
from swarm.protocol.agent_files import read_spec
from swarm.protocol.archive import place_for
from swarm.protocol.paths import AgentDir
from swarm.rules.archive import is_over
from swarm.rules.health import is_archived
from swarm.store import moves, reader, writer


def put_away(home: Home, view: AgentView) -> ArchivedAgent:
    """First the ledger lets go, then the directory moves: one that dies between leaves an agent known by its files."""
    members = _forget(home, view)
    agent = home.layout.agent(view.id)
    target = place_for(home.layout, view.name, view.spawn_id)
    there = agent.path.is_dir()
    if there:
        writer.make_dir(home.layout.archive)
        move(agent, AgentDir(target), view.spawn_id)
    audit.record(
        home,
        AuditVerb.ARCHIVE,
        agent=view.id,
        spawn_id=view.spawn_id,
        reason=target.name if there else "its directory is gone",
        below=[record.id for record in members if record.id != view.id],
    )
    return replace(row_of(AgentDir(target)), id=view.id) if there else ArchivedAgent("", view.id, view.spawn_id, "")


def put_away_unless_needed(home: Home, agent_id: str, views: Mapping[str, AgentView]) -> bool:
    """The same for a heartbeat; False where a branch of it, or of one below it, is left in a repository.

    What is not merged is listed as long as its agent stands in the tree. views: all agents, by id.
    """
    if with_branches(view for known, view in views.items() if f"{known}/".startswith(f"{agent_id}/")):
        return False
    put_away(home, views[agent_id])
    return True


def with_branches(views: Iterable[AgentView]) -> frozenset[str]:
    """The ids of ended agents whose branch is left in its repository, with or without their worktree. Asks git."""
    found = set()
    for view in views:
        own = view.spec.worktree if view.spec is not None else None
        if own is None or not is_over(view.record) or is_archived(view):
            continue
        from swarm.repositories.git import GitError  # most agents have no worktree
        from swarm.repositories.worktree import has_branch

        with suppress(GitError):  # its repository is gone, and its branch with it
            if has_branch(own):
                found.add(view.id)
    return frozenset(found)


def _forget(home: Home, view: AgentView) -> list[Record]:
    """Takes it and all below it out of the ledger; returns their records. Their ended.json keeps what that knew."""
    prefix = f"{view.id}/"

    def members(state: State) -> list[Record]:
        return [record for record in state.agents.values() if record.id == view.id or record.id.startswith(prefix)]

    for record in members(home.ledger.read()):
        _keep_end(home, record)
    gone: list[Record] = []

    def change(state: State) -> State:
        gone[:] = members(state)
        for record in gone:
            if not is_over(record) or (record.id == view.id and record.spawn_id != view.spawn_id):
                raise Refused(
                    Code.EXISTS, f"{record.id!r} has come back.", "It was started again meanwhile.", "Look again."
                )
            state = without(state, record.id)
        refs = {record.ref for record in gone}
        kept = tuple(alert for alert in state.alerts if alert.ref not in refs)
        return state if len(kept) == len(state.alerts) else replace(state, alerts=kept)

    home.ledger.commit(change, purpose=f"archive {view.id}")
    return gone


def _keep_end(home: Home, record: Record) -> None:
    """Brings ended.json up to what the ledger knows, and is about to forget: what was read since, by whom."""
    agent = home.layout.agent(record.id)
    if not is_over(record) or record.ref.match(read_spec(agent).value) is None:
        return  # refused in the commit, or there is no directory to keep anything in
    known = reader.read_json(agent.ended) or {}
    if (whole := {**known, **ended_json(record)}) != known:
        writer.write_json(agent.ended, whole)


def move(source: AgentDir, target: AgentDir, spawn_id: str) -> None:
    """Moves the directory of this spawn: of no other one that took its place since it was looked at."""
    try:
        moves.move_directory(source.path, target.path)
    except (FileExistsError, FileNotFoundError) as error:
        raise Refused(
            Code.EXISTS,
            f"{source.path.name!r} was not moved.",
            "Another process works on it at this moment.",
            "Look again.",
        ) from error
    spec = read_spec(target).value
    if spec is not None and spec.spawn_id != spawn_id:
        moves.move_directory(target.path, source.path)
        raise Refused(Code.EXISTS, f"{source.path.name!r} has been spawned anew meanwhile.", "It stays.", "Look again.")


def row_of(agent: AgentDir) -> ArchivedAgent:
    spec = read_spec(agent).value
    record = read_ended(agent).value
    return ArchivedAgent(
        key=agent.path.name,
        id=spec.id if spec is not None else "",
        spawn_id=spec.spawn_id if spec is not None else "",
        path=os.fspath(agent.path),
        role=spec.role if spec is not None else "",
        ending=str(record.ending) if record is not None and record.ending is not None else "",
        ended_at=record.ended_at if record is not None else None,
    )
