"""Hollow success: what speaks against the results of an agent that says it is done, and whether that is settled.

To see it, let an agent report success with an output that is not there (`done --output missing.md`), with none of the
outputs that its spawn declared, with `"passed": false` among its own outcomes, or with `{}` for results.
"""

from collections.abc import Iterable, Iterator

from swarm.config.policy import Policy
from swarm.model.agent import AgentSpec
from swarm.model.causes import AlertCause
from swarm.model.given import key_of
from swarm.model.health import Health, Verdict
from swarm.model.record import Alert, Ending, Phase, Record
from swarm.model.reports import Results, ResultsState, ResultsStatus
from swarm.model.review import MAX_ABOUT, MAX_DISPUTES, Dispute, DisputeKind
from swarm.model.snapshot import AgentView
from swarm.sanitize import clean

_DISPUTING = frozenset({AlertCause.DISPUTED, AlertCause.ACCEPTANCE, AlertCause.REGRESSION})
SHOWN = 3
"""Disputes that a verdict names; the others are counted."""
SHOWN_CHARACTERS = 160
"""Of each of them: what an agent calls an output may be a page long."""


def hollow(
    results: Results, spec: AgentSpec | None, counted: int | None, missing: tuple[Dispute, ...], promised: str = ""
) -> tuple[Dispute, ...]:
    """What speaks against results, apart from the checks of outcomes; the beginning of what each is about.

    counted: how many files match the outputs that the spec declares; None where nobody has counted. missing: what a
    look for the outputs that the results name has found. promised: what the ledger keeps of the outputs that the spec
    declared at the spawn. Results that say `failed` promise nothing; of those that say
    `partial`, only what they name has to be there.
    """
    if results.state is not ResultsState.VALID:
        return (Dispute(DisputeKind.EMPTY),) if results.empty else ()
    if results.status is ResultsStatus.FAILED:
        return ()
    unkept = _unkept(results, spec, counted, promised) if results.status is ResultsStatus.SUCCESS else ()
    return tuple(Dispute(one.kind, clean(one.about, MAX_ABOUT)) for one in (*unkept, *missing)[:MAX_DISPUTES])


def _unkept(results: Results, spec: AgentSpec | None, counted: int | None, promised: str) -> Iterator[Dispute]:
    if _says_nothing(results) and not counted and not (spec is not None and has_checks(spec)):
        yield Dispute(DisputeKind.EMPTY)
    if promised and (spec is None or key_of(spec.outputs) != promised):
        yield Dispute(DisputeKind.CHANGED_SPEC)
    elif spec is not None and spec.outputs and counted == 0:
        yield Dispute(DisputeKind.NO_OUTPUTS)
    yield from (Dispute(DisputeKind.OWN_WORD, text) for text, passed in results.acceptance if not passed)


def _says_nothing(results: Results) -> bool:
    return not (results.summary.strip() or results.outputs or results.acceptance or results.extra)


def has_checks(spec: AgentSpec) -> bool:
    """Whether a command proves one of its outcomes."""
    return any(outcome.check for outcome in spec.acceptance)


def disputes_of(record: Record) -> tuple[Dispute, ...]:
    """All that the ledger knows to speak against its results, failed checks last; settled or not."""
    if not record.acceptance:
        return record.disputes
    failed = (Dispute(DisputeKind.CHECK, text) for text, passed in record.acceptance if not passed)
    return *record.disputes, *failed


def open_disputes(record: Record) -> tuple[Dispute, ...]:
    """What speaks against its results and nobody has decided about.

    A rejection settles all of it. What comes up after an acceptance, as a check that fails since, is open again.
    """
    return not_settled(disputes_of(record), record)


def disputes_in(view: AgentView) -> tuple[Dispute, ...]:
    """What speaks against its results and is not settled: as recorded at its end, as seen just now before that."""
    record = view.record
    if record is not None and record.id != view.id:
        return ()  # an earlier run, put aside: the later one is the answer to it
    if record is not None and record.phase is Phase.ENDED:
        return open_disputes(record) if record.ending is Ending.DONE else ()
    if view.results.state is not ResultsState.VALID:
        return ()  # `{}` ends nothing while its writer lives
    counted = view.observed.outputs if record is not None else None
    promised = record.promised if record is not None else ""
    found = hollow(view.results, view.spec, counted, view.missing, promised)
    return not_settled(found, record) if record is not None else found


def why_reject(view: AgentView, verdict: Verdict, policy: Policy, alerts: Iterable[Alert]) -> str:
    """Why a heartbeat rejects its results, where the policy wants that; '' where it does not.

    The alert about them comes first: whoever looks at it has a heartbeat to decide otherwise, or to acknowledge it.
    """
    record = view.record
    if policy.acceptance.then != "reject" or verdict.state is not Health.DISPUTED or record is None:
        return ""
    if record.phase is not Phase.ENDED or not any(_warns(alert, view) for alert in alerts):
        return ""
    return dispute_words(disputes_in(view))


def _warns(alert: Alert, view: AgentView) -> bool:
    return alert.ref == view.ref and alert.cause in _DISPUTING and alert.acked_at is None


def hollow_in(view: AgentView) -> tuple[Dispute, ...]:
    """Those of them that no check has found: a failed check has an alert of its own."""
    return tuple(each for each in disputes_in(view) if each.kind is not DisputeKind.CHECK)


def dispute_words(disputes: tuple[Dispute, ...]) -> str:
    """The first of them in one sentence, with how many there are more."""
    more = f" and {len(disputes) - SHOWN} more" if len(disputes) > SHOWN else ""
    return "; ".join(clean(each.words, SHOWN_CHARACTERS) for each in disputes[:SHOWN]) + more


def not_settled(disputes: tuple[Dispute, ...], record: Record) -> tuple[Dispute, ...]:
    """Those of them that no decision covers."""
    review = record.review
    if not disputes or (review is not None and review.is_rejection):
        return ()
    settled = review.about if review is not None else ()
    return tuple(one for one in disputes if one not in settled)
