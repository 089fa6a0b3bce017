"""archive: agents that are over leave ledger and tree, and their directories are kept; any of them can be put back."""

from collections.abc import Mapping, Sequence

from swarm.ending import settle
from swarm.errors import Code, NotFound, Refused, SwarmError
from swarm.home import audit
from swarm.home.context import Home
from swarm.home.resolve import must_be_below, must_be_meant, resolve
from swarm.lifecycle.archive import move, put_away, row_of, with_branches
from swarm.lifecycle.readiness import must_be_ready
from swarm.model.actor import AuditVerb
from swarm.model.archive import ArchivedAgent, ArchiveReport
from swarm.model.record import Ref
from swarm.model.snapshot import AgentView
from swarm.protocol.archive import archived_directories
from swarm.protocol.names import parent_of
from swarm.protocol.numbered import free_beside, is_free
from swarm.protocol.paths import AgentDir
from swarm.rules.archive import FOREIGN, Reason, is_over, reasons_to_keep, topmost
from swarm.scan.scanner import Scanner
from swarm.store import reader, writer


def archive(home: Home, words: Sequence[str] = (), *, spawn_ids: Mapping[str, str] | None = None) -> ArchiveReport:
    """Puts agents away, each with all that ended below it and with its earlier runs.

    words: which; with none, every one that is over and not needed, of an agent's caller those directly below it.
    spawn_ids: by id, the spawns that are meant. Raises NotFound; Refused `hierarchy`, and `exists` with the reason
    where a named one has to stay: then none was put away.
    """
    asked = ""
    try:
        must_be_ready(home)
        settle.settle(home)
        snapshot = Scanner(home).full()
        reasons = reasons_to_keep(snapshot, home.policy, with_branches(snapshot.agents))
        views = {view.id: view for view in snapshot.agents}
        kept: list[tuple[str, str]] = []
        chosen: list[AgentView] = []
        for asked in words:
            asked = agent_id = resolve(home, asked)
            must_be_below(home, agent_id)
            _must_go(views, reasons, Ref(agent_id, (spawn_ids or {}).get(agent_id, "")))
            chosen.append(views[agent_id])
            chosen += [view for view in snapshot.agents if _is_earlier(view, agent_id) and reasons[view.id] is None]
        if not words:
            chosen = [view for view in snapshot.agents if reasons[view.id] is None and _may(home, view.id)]
            kept = _left(home, snapshot.agents, reasons)
        archived = tuple(put_away(home, view) for view in topmost(chosen))
    except SwarmError as error:
        audit.record(home, AuditVerb.ARCHIVE, agent=asked, error=error)
        raise
    return ArchiveReport(archived, tuple(kept))


def archived(home: Home) -> tuple[ArchivedAgent, ...]:
    """What is in the archive, the last to end first. Looks only."""
    rows = [row_of(agent) for agent in archived_directories(home.layout)]
    return tuple(sorted(rows, key=lambda row: row.ended_at or 0.0, reverse=True))


def restore(home: Home, words: str) -> str:
    """Puts an agent of the archive back into the tree; returns its id there: NAME.1 where its name is used again.

    words: its id, an end of it, or its key; of several runs the last. Raises NotFound; Refused `hierarchy`, `exists`.
    """
    agent_id = words
    try:
        must_be_ready(home)
        row = _find(home, words)
        agent_id = row.id
        must_be_below(home, agent_id)
        parent = parent_of(agent_id)
        above = home.layout.agent(parent).path if parent else home.layout.agents
        if not above.is_dir():
            raise Refused(
                Code.HIERARCHY,
                f"{parent!r}, above it, is not there.",
                "It can only be put back where it was.",
                f"Put that one back first: swarm-tui archive --restore {parent}",
            )
        taken = agent_id in home.ledger.read().agents
        back = home.layout.agent(agent_id).path
        if taken or not is_free(back):
            back = free_beside(back)
        agent = AgentDir(home.layout.archive / row.key)
        _mark_seen(home, agent)
        move(agent, AgentDir(back), row.spawn_id)
    except SwarmError as error:
        audit.record(home, AuditVerb.RESTORE, agent=agent_id, error=error)
        raise
    agent_id = home.layout.id_of(back)
    audit.record(home, AuditVerb.RESTORE, agent=agent_id, spawn_id=row.spawn_id, reason=row.key)
    return agent_id


def _mark_seen(home: Home, agent: AgentDir) -> None:
    """It was just asked for, so that [archive] after counts anew: the next heartbeat does not put it away again."""
    known = reader.read_json(agent.ended)
    if known is not None:
        writer.write_json(agent.ended, {**known, "read_at": home.clock.wall(), "read_by": str(home.actor)})


# -- which ---------------------------------------------------------------------------------------------------------


def _must_go(views: Mapping[str, AgentView], reasons: Mapping[str, Reason | None], meant: Ref) -> None:
    view = views.get(meant.id)
    if view is None:
        raise Refused(Code.EXISTS, f"{meant.id!r} stays.", "It has no directory and no end yet.")
    must_be_meant(view, meant.spawn_id)
    reason = reasons[meant.id]
    if reason is not None:
        raise Refused(
            Code.EXISTS, f"{meant.id!r} stays where it is.", f"{reason}.", "What is over, read and not needed can go."
        )


def _is_earlier(view: AgentView, agent_id: str) -> bool:
    """It is the directory of an earlier run of this agent itself, and not of one below an earlier run."""
    record = view.record
    return record is not None and record.id == agent_id != view.id and parent_of(view.id) == parent_of(agent_id)


def _may(home: Home, agent_id: str) -> bool:
    return not home.actor.is_agent or parent_of(agent_id) == home.actor.agent


def _left(home: Home, views: Sequence[AgentView], reasons: Mapping[str, Reason | None]) -> list[tuple[str, str]]:
    """(id, why) of those that are over and stay: what still runs stays anyway, and is not told of."""
    found = ((view, reasons[view.id]) for view in views if is_over(view.record) and _may(home, view.id))
    return [(view.id, str(reason)) for view, reason in found if reason is not None and reason.why != FOREIGN]


# -- in the archive ------------------------------------------------------------------------------------------------


def _find(home: Home, words: str) -> ArchivedAgent:
    wanted = words.strip().strip("/")
    rows = archived(home)
    exact = [row for row in rows if wanted in (row.key, row.id)]
    found = exact or [row for row in rows if wanted and row.id.endswith(f"/{wanted}")]
    ids = sorted({row.id for row in found})
    if len(ids) > 1:
        raise NotFound(
            f"{words[:200]!r} could mean {len(ids)} agents.",
            f"It could be {', '.join(ids[:8])}.",
            "Give more of the id.",
            code=Code.AMBIGUOUS,
        )
    if not found:
        raise NotFound(
            f"There is no agent {words[:200]!r} in the archive.", hint="swarm-tui archive --list lists what is there."
        )
    return found[0]
