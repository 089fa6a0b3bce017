"""results.json: what it lacks, and what it says that is not so (protocol.md, results.json)."""

from collections.abc import Iterator

from swarm.formatting import parse_stamp
from swarm.lint.subject import Subject
from swarm.model.lint import Breach, Rule
from swarm.model.reports import ResultsState, ResultsStatus
from swarm.rules.results.disputes import disputes_in
from swarm.sanitize import clean

FILE = "results.json"


def check(subject: Subject) -> Iterator[Breach]:
    """What its results break; that they cannot be read as such is seen by the scan."""
    view = subject.view
    results = view.results
    end = view.exit if view.id != subject.policy.root.id else None
    if results.state is ResultsState.ABSENT and end is not None and not end.stopped:
        yield subject.breach(Rule.RESULTS_MISSING, FILE, f"there is none, and its program ended with code {end.code}")
    if results.state is not ResultsState.VALID:
        return
    for dispute in disputes_in(view):
        yield subject.breach(Rule.RESULTS_HOLLOW, FILE, clean(dispute.words, 300))
    if not results.summary.strip():
        yield subject.breach(Rule.RESULTS_SUMMARY, FILE, "it has no summary")
    if results.finished_at and parse_stamp(results.finished_at) is None:
        text = f"finished_at is {clean(results.finished_at, 60)}, which is no time"
        yield subject.breach(Rule.RESULTS_SUMMARY, FILE, text, cure="Write ISO 8601: 2026-02-28T09:33:00+01:00")
    if results.status is ResultsStatus.SUCCESS and view.spec is not None:
        said = {clean(text).strip() for text, _ in results.acceptance}
        for outcome in view.spec.acceptance:
            if outcome.check is None and clean(outcome.text).strip() not in said:
                text = f"it says nothing of the outcome {clean(outcome.text, 120)!r}"
                yield subject.breach(Rule.RESULTS_OUTCOMES, FILE, text)
