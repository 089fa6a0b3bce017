"""handover: the work of an ended agent becomes a branch of the operator's, or goes on in another agent's worktree."""

from swarm.errors import Code, Refused, SwarmError, UsageError
from swarm.formatting import plural
from swarm.home import audit
from swarm.home.context import Home
from swarm.home.resolve import must_be_below, must_be_meant, resolve
from swarm.lifecycle.readiness import must_be_ready
from swarm.model.actor import AuditVerb
from swarm.model.agent import AgentSpec
from swarm.model.repository import Worktree
from swarm.model.requests import HandOverReport
from swarm.repositories import handing_over
from swarm.sanitize import clean
from swarm.verbs.merge import merge, must_be_its_own
from swarm.verbs.message import message as leave_message
from swarm.verbs.worktrees import must_have_ended, spec_of, worktree_of


def handover(
    home: Home, words: str, *, name: str = "", to: str = "", message: str = "", spawn_id: str = ""
) -> HandOverReport:
    """Hands the work of an ended agent over; its worktree is removed, and all but what git ignores in it is in commits.

    name: what its branch is called from now on; '' leaves it as it is. to: another agent with a worktree of the same
    repository, into whose branch it is merged, cleanly or not at all; it is told so. message: commits what was left
    uncommitted. spawn_id: '' for whichever spawn there is. Raises NotFound; Refused with the reason; UsageError;
    GitError: then nothing has changed.
    """
    with audit.attempt(home, AuditVerb.HANDOVER, words) as attempt:
        must_be_ready(home)
        if name and to:
            raise UsageError("It goes to an agent, or becomes a branch of your own.", hint="Leave out --to or --as.")
        attempt.agent = agent_id = resolve(home, words)
        must_be_below(home, agent_id)
        spec = spec_of(home, agent_id)
        must_be_meant(spec, spawn_id)
        own = worktree_of(home, agent_id)
        must_have_ended(home, agent_id)
        report = _into(home, spec, own, to, message) if to else _as_branch(home, spec, own, name, message)
    audit.record(
        home,
        AuditVerb.HANDOVER,
        agent=agent_id,
        spawn_id=spec.spawn_id,
        reason=f"{own.branch} to {report.to or report.branch}",
        commit=report.commit,
    )
    return report


def handover_text(report: HandOverReport) -> str:
    """What was handed over, in words, with what a person does next."""
    left = f"; {plural(report.committed, 'file')} committed for it first" if report.committed else ""
    if report.to:
        told = f", which is not told yet: {report.told}" if report.told else ""
        files = f"{plural(report.files, 'file')} changed"
        return f"{report.agent}: its work is in {report.branch}, {files}{left}, with {report.to}{told}"
    what = plural(report.commits, "commit")
    return f"{report.agent}: its work is the branch {report.branch}, {what}{left}: git switch {report.branch}"


def _as_branch(home: Home, spec: AgentSpec, own: Worktree, name: str, message: str) -> HandOverReport:
    if name:
        must_be_its_own(home, name)
    left = handing_over.leave_branch(home.layout, own, name=name, message=clean(message, 500))
    return HandOverReport(spec.id, left.branch, left.commit, commits=left.commits, committed=left.committed)


def _into(home: Home, spec: AgentSpec, own: Worktree, to: str, message: str) -> HandOverReport:
    receiver = resolve(home, to)
    if receiver != home.actor.agent:
        must_be_below(home, receiver)
    theirs = worktree_of(home, receiver)
    if receiver == spec.id or theirs.common != own.common:
        raise Refused(
            Code.REPOSITORY,
            f"{receiver!r} cannot take over the work of {spec.id!r}.",
            "It is the same agent." if receiver == spec.id else f"It works in another repository, {theirs.common!r}.",
            "Name an agent with a worktree of its own in the same repository.",
        )
    merged = merge(home, spec.id, into=theirs.branch, message=message, remove=True, spawn_id=spec.spawn_id)
    told = ""
    record = home.ledger.read().agents.get(receiver)
    if record is not None and record.live and receiver != home.actor.agent:
        words = (
            f"The work of {spec.id} ({own.branch}) was merged into your branch {theirs.branch}, and its files are in "
            f"your worktree: {plural(merged.files, 'file')} changed, commit {merged.commit[:12]}. Go on with it."
        )
        try:
            told = leave_message(home, receiver, words).waits
        except SwarmError as error:
            told = str(error)
    return HandOverReport(
        spec.id, theirs.branch, merged.commit, receiver, files=merged.files, committed=merged.committed, told=told
    )
