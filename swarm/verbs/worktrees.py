"""worktrees: those of this home, with what is in them; removed where they hold nothing, or by name."""

import os
from collections.abc import Iterator, Mapping

from swarm.errors import Code, NotFound, Refused
from swarm.formatting import plural
from swarm.home import audit
from swarm.home.context import Home
from swarm.home.resolve import resolve
from swarm.ledger.state import State
from swarm.lifecycle.readiness import must_be_ready
from swarm.model.actor import AuditVerb
from swarm.model.agent import AgentSpec
from swarm.model.repository import Changes, Worktree
from swarm.model.requests import WorktreeRow
from swarm.protocol.agent_files import read_spec
from swarm.protocol.find import walk
from swarm.repositories import merging, worktree
from swarm.repositories.changes import changes_of
from swarm.repositories.git import GitError


def worktrees(home: Home) -> tuple[WorktreeRow, ...]:
    """Every worktree of this home, by its name: whose it is, what is in it, and whether it is merged. Looks only."""
    state = home.ledger.read()
    owners = owners_of(home)
    rows = []
    for name in sorted({*owners, *_directories(home)}):
        spec = owners.get(name)
        own = spec.worktree if spec is not None else None
        if spec is None or own is None:
            rows.append(WorktreeRow(name, str(home.layout.worktrees / name)))
            continue
        path = home.layout.root / own.path
        record = state.agents.get(spec.id)
        live = record is not None and record.live
        known = path.is_dir() or worktree.is_known(own)
        if not (known or live or worktree_is_left(own)):
            continue  # it was removed, with its branch
        seen, merged = changes_of(home.layout, own), _is_merged(own)
        rows.append(WorktreeRow(name, str(path), spec.id, own, seen, live, merged, not (known or live)))
    return tuple(rows)


def remove(home: Home, words: str, *, discard: bool = False) -> str:
    """Removes the worktree of an ended agent, where it holds nothing uncommitted; returns the branch that stays.

    words: the agent, or the name of a worktree. Its branch goes only where it is merged. discard: what is not committed
    is lost; then `words` has to be the whole id or the name. Raises NotFound; Refused.
    """
    with audit.attempt(home, AuditVerb.REMOVE_WORKTREE, words) as attempt:
        _must_be_the_operator(home)
        found = next((spec for name, spec in owners_of(home).items() if words in (name, spec.id)), None)
        attempt.agent = agent_id = found.id if found is not None else resolve(home, words)
        own = found.worktree if found is not None and found.worktree is not None else worktree_of(home, agent_id)
        must_have_ended(home, agent_id)
        if discard and words not in (agent_id, own.name):
            raise Refused(
                Code.UNCOMMITTED,
                "What is to be lost is named in full.",
                f"{words[:200]!r} means {agent_id!r}.",
                f"swarm-tui worktrees --remove {own.name} --discard",
            )
        seen = changes_of(home.layout, own)
        if not discard and (what := _would_be_lost(seen)):
            raise Refused(
                Code.UNCOMMITTED,
                f"The worktree {own.name!r} holds {what}.",
                f"swarm-tui diff {agent_id} shows them.",
                f"Merge them, or lose them: swarm-tui worktrees --remove {own.name} --discard",
            )
        merged = _is_merged(own)
        worktree.remove(home.layout, own, branch=merged)
    audit.record(home, AuditVerb.REMOVE_WORKTREE, agent=agent_id, reason=own.name, discarded=seen.uncommitted)
    return "" if merged else own.branch


def prune(home: Home) -> tuple[str, ...]:
    """Removes the worktrees of all ended agents that hold nothing that is not elsewhere, with their branches.

    Returns their names. Heartbeats do the same for agents that the ledger still knows. Raises Refused; GitError.
    """
    _must_be_the_operator(home)
    state, rows = home.ledger.read(), worktrees(home)
    used = [row for row in rows if row.worktree is not None and not _is_unneeded(row, state)]
    targets = {(row.worktree.common, row.worktree.into) for row in used if row.worktree is not None}
    gone = []
    for row in rows:
        own = row.worktree
        if own is not None and row not in used and (own.common, own.branch) not in targets:
            remove(home, own.name)
            gone.append(own.name)
    return tuple(gone)


def _is_unneeded(row: WorktreeRow, state: State) -> bool:
    """Its agent has ended, and nothing is in it that is not elsewhere."""
    record, own = state.agents.get(row.agent), row.worktree
    ended = record is None or not record.holds_slot
    return ended and own is not None and row.merged and row.changes.holds_nothing(own.branch)


def changes_text(changes: Changes) -> str:
    """What a look at a worktree saw, in words: `7 changes, 2 of them not committed, 3 commits`."""
    if changes.why:
        return changes.why
    parts = [plural(len(changes.files), "change") + (" and more" if changes.cut else "")]
    if changes.uncommitted:
        parts.append(f"{changes.uncommitted} of them not committed")
    if changes.commits:
        parts.append(plural(changes.commits, "commit"))
    if changes.ignored:
        parts.append(f"{plural(changes.ignored, 'entry', 'entries')} that git ignores")
    return ", ".join(parts)


def owners_of(home: Home) -> Mapping[str, AgentSpec]:
    """The agents that have a worktree, by its name. An earlier run of an agent names the same one: the later wins."""
    found: dict[str, AgentSpec] = {}
    for agent_id, spec in _specs(home):
        if spec.worktree is not None and (agent_id == spec.id or spec.worktree.name not in found):
            found[spec.worktree.name] = spec
    return found


def worktree_is_left(own: Worktree) -> bool:
    """Whether its branch is left where its directory is gone."""
    try:
        return worktree.has_branch(own)
    except GitError:
        return False


def _specs(home: Home) -> Iterator[tuple[str, AgentSpec]]:
    for agent_id in walk(home.layout, home.policy.watch.ignore):
        spec = read_spec(home.layout.agent(agent_id)).value
        if spec is not None:
            yield agent_id, spec


def _directories(home: Home) -> list[str]:
    try:
        return os.listdir(home.layout.worktrees)
    except OSError:
        return []


def spec_of(home: Home, agent_id: str) -> AgentSpec:
    """What an agent was spawned with. Raises NotFound."""
    loaded = read_spec(home.layout.agent(agent_id))
    if loaded.value is None:
        raise NotFound(f"{agent_id!r} has no spec.", loaded.why or "There is no agent.json.")
    return loaded.value


def worktree_of(home: Home, agent_id: str) -> Worktree:
    """An agent's worktree. Raises NotFound; Refused `repository` where it has none."""
    own = spec_of(home, agent_id).worktree
    if own is None:
        raise Refused(
            Code.REPOSITORY,
            f"{agent_id!r} has no worktree.",
            "It was spawned without one.",
            "An agent gets one with: swarm-tui spawn NAME --worktree",
        )
    return own


def must_have_ended(home: Home, agent_id: str) -> None:
    """Raises Refused `exists` where the agent may still work in its worktree."""
    record = home.ledger.read().agents.get(agent_id)
    if record is not None and record.holds_slot:
        raise Refused(
            Code.EXISTS,
            f"{agent_id!r} still works there.",
            "Its worktree is its own as long as it runs.",
            "Wait until it has ended, or end it first.",
        )


def _must_be_the_operator(home: Home) -> None:
    must_be_ready(home)
    if home.actor.is_agent:
        raise Refused(Code.HIERARCHY, "Only the operator removes worktrees.", "An agent may remove one by merging it.")


def _would_be_lost(seen: Changes) -> str:
    """What is in no commit, or in commits that are on no branch, in words; '' for nothing."""
    if seen.uncommitted or seen.cut:
        return f"{seen.uncommitted} changes that are not committed"
    if seen.commits and not seen.head and not seen.why:
        return f"{plural(seen.commits, 'commit')} that are on no branch"
    return ""


def _is_merged(own: Worktree) -> bool:
    try:
        return merging.is_merged(own)
    except GitError:
        return False
