"""When the checks of outcomes are run, and which outcomes were there before and are not any more. Pure.

To see a regression: `[acceptance] every_heartbeat = true`, an agent that is done and whose check passed, and what it
made taken away before the next heartbeat.
"""

from swarm.config.policy import Policy
from swarm.model.health import Health, Verdict
from swarm.model.record import Phase, Record
from swarm.model.snapshot import AgentView
from swarm.rules.results.disputes import has_checks

_DONE = frozenset({Health.DONE, Health.DISPUTED})


def are_due(record: Record) -> bool:
    """Whether a run was asked for, and has not come to an end."""
    return record.checks.asked_n is not None and record.checks.asked_n != record.checked_n


def why_ask(view: AgentView, verdict: Verdict, policy: Policy) -> str:
    """Why a heartbeat asks for a run of its checks; '' where it does not.

    Once, when it says that it is done. Again at each heartbeat where the policy wants that, as long as nobody has
    rejected its results and its worktree is there, in which its checks look.
    """
    record = view.record
    if record is None or record.id != view.id or verdict.state not in _DONE or are_due(record):
        return ""
    if not record.checks.key and (view.spec is None or not has_checks(view.spec)):
        return ""
    if record.checked_n is None:
        return "it says it is done"
    if not policy.acceptance.every_heartbeat or record.phase is not Phase.ENDED:
        return ""
    if record.worktree is not None and view.changes is None:
        return ""
    return "its outcomes are looked at again"


def are_watched(record: Record, policy: Policy) -> bool:
    """Whether later heartbeats run its checks again, so that the ledger does not let go of it."""
    rejected = record.review is not None and record.review.is_rejection
    return policy.acceptance.every_heartbeat and bool(record.checks.runs) and not rejected


def regressed(record: Record, failed: tuple[int, ...]) -> tuple[int, ...]:
    """Those of these failed outcomes, by place, that were there in the run before."""
    runs = record.checks.runs
    return tuple(place for place in failed if place not in runs[-1].failed) if runs else ()
