"""What the results inbox shows of a snapshot, the newest first. Pure."""

from collections.abc import Mapping

from swarm.model.causes import ProblemCode
from swarm.model.health import Health, Verdict
from swarm.model.record import Ending, Phase
from swarm.model.reports import ResultsState
from swarm.model.results_inbox import ResultsEntry
from swarm.model.snapshot import AgentView, Snapshot
from swarm.rules.health import is_archived
from swarm.rules.results.disputes import disputes_in
from swarm.rules.results.notices import readers
from swarm.sanitize import clean

MAX_SUMMARY = 2000
_NOTHING_CAME = (Ending.FAILED, Ending.LOST)


def in_inbox(view: AgentView, root: str) -> bool:
    """Whether it has reported, or has ended without a word that anybody ordered."""
    record = view.record
    if view.id == root or view.inner is not None or is_archived(view):
        return False
    if view.results.state is not ResultsState.ABSENT:
        return True
    return record is not None and record.phase is Phase.ENDED and record.ending in _NOTHING_CAME


def entries(snapshot: Snapshot, judged: Mapping[str, Verdict]) -> tuple[ResultsEntry, ...]:
    """Who is in the inbox, the newest first; what was promised is for a look at the disk to say."""
    of = readers({view.id: view.record for view in snapshot.agents if view.record is not None}, snapshot.root)
    found: list[ResultsEntry] = []
    for view in snapshot.agents:
        if not in_inbox(view, snapshot.root):
            continue
        found.append(_entry(view, judged[view.id], of.get(view.id, "")))
    return tuple(sorted(found, key=lambda each: (-(each.at or 0.0), each.agent)))


def _entry(view: AgentView, verdict: Verdict, reader: str) -> ResultsEntry:
    record, results = view.record, view.results
    valid = results.state is ResultsState.VALID
    ended_at = record.ended_at if record is not None else None
    return ResultsEntry(
        view.id,
        view.spawn_id,
        view.role,
        verdict.state,
        verdict.why,
        ended_at if ended_at is not None else results.mtime,
        status=str(results.status) if valid else "",
        summary=clean(results.summary, MAX_SUMMARY),
        reader=reader,
        unread_beats=verdict.unread_beats,
        read_at=record.read_at if record is not None else None,
        read_by=record.read_by if record is not None else "",
        outcomes=_outcomes(view),
        disputes=tuple(disputes_in(view)),
        review=record.review if record is not None else None,
        tagged=next((problem.text for problem in view.problems if problem.code is ProblemCode.INJECTION), ""),
    )


def _outcomes(view: AgentView) -> tuple[tuple[str, bool | None], ...]:
    """Each outcome of the spec, then those that only the results name."""
    checked = dict(view.record.acceptance) if view.record is not None else {}
    said = dict(view.results.acceptance)
    goals = [clean(goal.text) for goal in view.spec.acceptance] if view.spec is not None else []
    known = dict.fromkeys([*goals, *checked, *said])
    return tuple((clean(text, 500), checked.get(text, said.get(text))) for text in known)


def needs_a_reader(entry: ResultsEntry) -> bool:
    """Whether somebody is to see to it still: unread, or disputed and not decided about."""
    return entry.is_unread or entry.state is Health.DISPUTED
