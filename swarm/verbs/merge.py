"""diff, merge: what an agent changed in its worktree, shown and merged."""

from swarm.admission.scope import is_held
from swarm.errors import Code, Refused
from swarm.formatting import plural
from swarm.home import audit
from swarm.home.context import Home
from swarm.home.resolve import must_be_below, must_be_meant, resolve
from swarm.lifecycle.readiness import must_be_ready
from swarm.model.actor import AuditVerb
from swarm.model.requests import DiffReport, MergeReport
from swarm.repositories import merging, worktree
from swarm.repositories.changes import changes_of, difference
from swarm.sanitize import clean
from swarm.verbs.worktrees import must_have_ended, spec_of, worktree_of


def diff(home: Home, words: str, *, stat: bool = False) -> DiffReport:
    """What an agent changed in its worktree, committed or not, against what it is merged into. Looks only.

    stat: only how much each file changed. Raises NotFound; Refused `hierarchy`, `repository`; GitError.
    """
    agent_id = resolve(home, words)
    if agent_id != home.actor.agent:
        must_be_below(home, agent_id)
    own = worktree_of(home, agent_id)
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
        must_be_ready(home)
        attempt.agent = agent_id = resolve(home, words)
        must_be_below(home, agent_id)
        spec = spec_of(home, agent_id)
        must_be_meant(spec, spawn_id)
        own = worktree_of(home, agent_id)
        must_be_its_own(home, into or own.into)
        if message or remove:
            must_have_ended(home, agent_id)
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


def merge_text(report: MergeReport) -> str:
    """What a merge did, in words."""
    if report.already:
        done = f"{report.branch} was merged into {report.into} already"
    else:
        files = plural(report.files, "file")
        done = f"{report.branch} is merged into {report.into}, {files} changed ({report.commit[:12]})"
    left = f"; {plural(report.committed, 'file')} committed for it first" if report.committed else ""
    return f"{report.agent}: {done}{left}{'; its worktree and branch are removed' if report.removed else ''}"


def must_be_its_own(home: Home, target: str) -> None:
    """Raises Refused `scope` where an agent that is held would write a branch other than its own."""
    if not home.actor.is_agent:
        return
    spec = spec_of(home, home.actor.agent)
    if is_held(home, spec) and (spec.worktree is None or spec.worktree.branch != target):
        raise Refused(
            Code.SCOPE,
            f"{spec.id!r} is held to its scope, and may merge only into its own branch.",
            f"{clean(target, 100)!r} is another.",
            "Ask your parent, or the operator.",
        )
