"""diff, merge, worktrees: what agents changed in repositories, taken over or removed."""

import os
from collections.abc import Iterator, Mapping

from swarm.errors import Code, NotFound, Refused
from swarm.formatting import plural
from swarm.home import audit
from swarm.home.context import Home
from swarm.home.resolve import must_be_below, resolve
from swarm.lifecycle.scope import is_held
from swarm.model.actor import AuditVerb
from swarm.model.agent import AgentSpec
from swarm.model.repository import Changes, Worktree
from swarm.model.requests import DiffReport, MergeReport, WorktreeRow
from swarm.protocol.agent_files import read_spec
from swarm.protocol.find import walk
from swarm.repositories import merging, worktree
from swarm.repositories.changes import changes_of, difference
from swarm.repositories.git import GitError
from swarm.sanitize import clean


def diff(home: Home, words: str, *, stat: bool = False) -> DiffReport:
    """What an agent changed in its worktree, committed or not, against what it is merged into. Looks only.

    stat: only how much each file changed. Raises NotFound; Refused `hierarchy`, `repository`; GitError.
    """
    agent_id = resolve(home, words)
    if agent_id != home.actor.agent:
        must_be_below(home, agent_id)
    own = _worktree_of(home, agent_id)
    seen = changes_of(home.layout, own)
    text = difference(home.layout, own, stat=stat)
    return DiffReport(agent_id, own, seen, text.output.decode("utf-8", "replace"), text.cut)


def merge(
    home: Home, words: str, *, into: str = "", message: str = "", remove: bool = False, spawn_id: str = ""
) -> MergeReport:
    """Merges an agent's work into the branch that its worktree was made from: clean, or refused and nothing changed.

    into: another branch. message: commits what an agent that has ended left uncommitted. remove: its worktree and
    branch go once they are merged. spawn_id: '' for whichever spawn there is. Raises NotFound;
    Refused with the reason; Busy; GitError.
    """
    with audit.attempt(home, AuditVerb.MERGE, words) as attempt:
        home.must_be_writable()
        attempt.agent = agent_id = resolve(home, words)
        must_be_below(home, agent_id)
        spec = _spec_of(home, agent_id)
        if spawn_id not in ("", spec.spawn_id):
            raise NotFound(f"{agent_id!r} has been spawned anew since.", hint="Look at its difference again first.")
        own = _worktree_of(home, agent_id)
        _must_be_its_own(home, into or own.into)
        if message or remove:
            _must_have_ended(home, agent_id)
        inner = tuple(path for each in spec.owns if (path := own.inside(each)) is not None)
        merged = merging.merge(
            home.layout, own, agent_id, into=into, message=clean(message, 500), owned=() if "" in inner else inner
        )
        if remove:
            worktree.remove(home.layout, own, branch=True)
    audit.record(
        home,
        AuditVerb.MERGE,
        agent=agent_id,
        spawn_id=spec.spawn_id,
        reason=f"{merged.branch} into {merged.into}" + (": it was there already" if merged.already else ""),
        commit=merged.commit,
        files=merged.files,
        removed=remove,
    )
    return MergeReport(
        agent_id, merged.branch, merged.into, merged.commit, merged.files, merged.already, merged.committed, remove
    )


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
        there = path.is_dir()
        if not (there or live or worktree_is_left(own)):
            continue  # it was removed, with its branch
        rows.append(WorktreeRow(name, str(path), spec.id, own, changes_of(home.layout, own), live, _is_merged(own)))
    return tuple(rows)


def remove(home: Home, words: str, *, discard: bool = False) -> str:
    """Removes the worktree of an ended agent, where it holds nothing uncommitted; returns the branch that stays.

    words: the agent, or the name of a worktree. Its branch goes only where it is merged. discard: what is not committed
    is lost; then `words` has to be the whole id or the name. Raises NotFound; Refused.
    """
    with audit.attempt(home, AuditVerb.REMOVE_WORKTREE, words) as attempt:
        home.must_be_writable()
        if home.actor.is_agent:
            raise Refused(
                Code.HIERARCHY, "Only the operator removes worktrees.", "An agent may remove one by merging it."
            )
        found = next((spec for name, spec in owners_of(home).items() if words in (name, spec.id)), None)
        attempt.agent = agent_id = found.id if found is not None else resolve(home, words)
        own = found.worktree if found is not None and found.worktree is not None else _worktree_of(home, agent_id)
        _must_have_ended(home, agent_id)
        if discard and words not in (agent_id, own.name):
            raise Refused(
                Code.UNCOMMITTED,
                "What is to be lost is named in full.",
                f"{words[:200]!r} means {agent_id!r}.",
                f"swarm-tui worktrees --remove {own.name} --discard",
            )
        seen = changes_of(home.layout, own)
        if not discard and (seen.uncommitted or seen.cut):
            raise Refused(
                Code.UNCOMMITTED,
                f"The worktree {own.name!r} holds {seen.uncommitted} changes that are not committed.",
                f"swarm-tui diff {agent_id} shows them.",
                f"Merge them, or lose them: swarm-tui worktrees --remove {own.name} --discard",
            )
        merged = _is_merged(own)
        worktree.remove(home.layout, own, branch=merged)
    audit.record(home, AuditVerb.REMOVE_WORKTREE, agent=agent_id, reason=own.name, discarded=seen.uncommitted)
    return "" if merged else own.branch


def changes_text(changes: Changes) -> str:
    """What a look at a worktree saw, in words: `7 changes, 2 of them not committed, 3 commits`."""
    if changes.why:
        return changes.why
    parts = [plural(len(changes.files), "change") + (" and more" if changes.cut else "")]
    if changes.uncommitted:
        parts.append(f"{changes.uncommitted} of them not committed")
    if changes.commits:
        parts.append(plural(changes.commits, "commit"))
    return ", ".join(parts)


def merge_text(report: MergeReport) -> str:
    """What a merge did, in words."""
    if report.already:
        done = f"{report.branch} was merged into {report.into} already"
    else:
        files = plural(report.files, "file")
        done = f"{report.branch} is merged into {report.into}, {files} changed ({report.commit[:12]})"
    left = f"; {plural(report.committed, 'file')} committed for it first" if report.committed else ""
    return f"{report.agent}: {done}{left}{'; its worktree and branch are removed' if report.removed else ''}"


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


def _spec_of(home: Home, agent_id: str) -> AgentSpec:
    loaded = read_spec(home.layout.agent(agent_id))
    if loaded.value is None:
        raise NotFound(f"{agent_id!r} has no spec.", loaded.why or "There is no agent.json.")
    return loaded.value


def _worktree_of(home: Home, agent_id: str) -> Worktree:
    own = _spec_of(home, agent_id).worktree
    if own is None:
        raise Refused(
            Code.REPOSITORY,
            f"{agent_id!r} has no worktree.",
            "It was spawned without one.",
            "An agent gets one with: swarm-tui spawn NAME --worktree",
        )
    return own


def _must_be_its_own(home: Home, target: str) -> None:
    """Raises Refused `scope` where an agent that is held would write a branch other than its own."""
    if not home.actor.is_agent:
        return
    spec = _spec_of(home, home.actor.agent)
    if is_held(home, spec) and (spec.worktree is None or spec.worktree.branch != target):
        raise Refused(
            Code.SCOPE,
            f"{spec.id!r} is held to its scope, and may merge only into its own branch.",
            f"{clean(target, 100)!r} is another.",
            "Ask your parent, or the operator.",
        )


def _must_have_ended(home: Home, agent_id: str) -> None:
    record = home.ledger.read().agents.get(agent_id)
    if record is not None and record.holds_slot:
        raise Refused(
            Code.EXISTS,
            f"{agent_id!r} still works there.",
            "Its worktree is its own as long as it runs.",
            "Wait until it has ended, or end it first.",
        )


def _is_merged(own: Worktree) -> bool:
    try:
        return merging.is_merged(own)
    except GitError:
        return False
