"""Acceptance checks as the ledger knows them: asked for by a heartbeat, taken by a runner, answered with a run."""

import os
from collections.abc import Iterator, Sequence

from swarm.ending.end import write_ended
from swarm.ending.intents import dead_or_none
from swarm.heartbeat.acceptance import Judged
from swarm.home import audit
from swarm.home.context import Home
from swarm.ledger.state import State, clear_alert, raise_alert, with_record
from swarm.model.actor import ENGINE, AuditVerb
from swarm.model.audit_line import AuditLine
from swarm.model.causes import AlertCause
from swarm.model.checks import MAX_RUNS, CheckRun
from swarm.model.record import Phase, Record, Ref
from swarm.model.values import replace
from swarm.processes.identity import identify
from swarm.rules.results.checks import are_due, regressed
from swarm.rules.results.disputes import open_disputes

DIED = "the process that ran its checks died; they are run again"


def ask(home: Home, refs: Sequence[Ref], n: int) -> None:
    """Asks for a run of the checks of these spawns, in the name of heartbeat n."""

    def change(state: State) -> State:
        for ref in refs:
            record = ref.find(state.agents)
            if record is not None:
                state = with_record(state, replace(record, checks=replace(record.checks, asked_n=n)))
        return state

    if refs:
        home.ledger.commit(change, purpose="ask for checks")


def waiting(home: Home, state: State) -> tuple[list[Record], int]:
    """The agents whose checks wait for a runner, first asked first, and how many more runners there may be."""
    due = sorted((each for each in state.agents.values() if are_due(each)), key=lambda each: each.checks.asked_n or 0)
    free = [record for record in due if dead_or_none(record.checks.runner)]
    return free, max(0, home.policy.acceptance.at_once - (len(due) - len(free)))


def take(home: Home, marker: str) -> Record | None:
    """Takes the next agent whose checks wait, for this process; None where none does, or enough others run.

    Check and claim are one commit, so that no two processes run the same checks, and never more than the policy says.
    """
    if not all(waiting(home, home.ledger.read())):
        return None
    taken: list[Record] = []

    def change(state: State) -> State:
        taken.clear()
        free, places = waiting(home, state)
        if not free or not places:
            return state
        before = free[0]
        record = replace(before, checks=replace(before.checks, runner=identify(os.getpid(), marker)))
        taken.append(record)
        if before.checks.runner is not None:
            state = raise_alert(state, record.id, AlertCause.ACTION, DIED, record.spawn_id, home.clock.wall())
        return with_record(state, record)

    home.ledger.commit(change, purpose="take checks")
    return taken[0] if taken else None


def answer(home: Home, taken: Record, judged: Sequence[Judged]) -> None:
    """Writes a run down: what each check said, the alerts, a line of the audit log each, and what the next heartbeat
    counts. Drops it where the agent was spawned anew meanwhile.
    """
    run = _run_of(home, taken, judged)
    kept: list[Record] = []

    def change(state: State) -> State:
        kept.clear()
        found = taken.ref.find(state.agents)
        if found is None:
            return state
        record = _answered(found, run, judged)
        kept.append(record)
        passed, failed = state.outcomes
        state = replace(with_record(state, record), outcomes=(passed + run.passed, failed + len(run.failed)))
        return _with_alerts(home, state, found, record, judged)

    def lines(_: State) -> Iterator[AuditLine]:
        for each in judged if kept else ():
            yield audit.line(
                home,
                AuditVerb.CHECK,
                agent=taken.id,
                spawn_id=taken.spawn_id,
                reason=each.text,
                actor=ENGINE,
                passed=each.passed,
                why=each.why,
                n=run.n,
            )

    home.ledger.commit(change, purpose=f"record the checks of {taken.id}", lines=lines)
    for record in kept:
        if record.phase is Phase.ENDED:
            write_ended(home, record)


def _run_of(home: Home, taken: Record, judged: Sequence[Judged]) -> CheckRun:
    failed = tuple(place for place, each in enumerate(judged) if not each.passed)
    return CheckRun(taken.checks.asked_n or 0, home.clock.wall(), len(judged) - len(failed), failed)


def _answered(found: Record, run: CheckRun, judged: Sequence[Judged]) -> Record:
    checks = replace(
        found.checks,
        runner=None,
        said=tuple(each.why for each in judged),
        runs=(*found.checks.runs, run)[-MAX_RUNS:],
    )
    outcomes = tuple((each.text, each.passed) for each in judged)
    return replace(found, checked_n=run.n, acceptance=outcomes, checks=checks)


def _with_alerts(home: Home, state: State, before: Record, after: Record, judged: Sequence[Judged]) -> State:
    """What failed is said once for all of it, worse where it was there before; what nobody disputes any more is over.

    What somebody has accepted with the check failing is not said again.
    """
    wall, last = home.clock.wall(), after.checks.runs[-1]
    lost = regressed(before, last.failed)
    disputed = {each.about for each in open_disputes(after)}
    for cause, places in ((AlertCause.REGRESSION, lost), (AlertCause.ACCEPTANCE, last.failed)):
        said = [f"{judged[place].text} ({judged[place].why})" for place in places if judged[place].text in disputed]
        if said and (cause is AlertCause.REGRESSION or not before.checks.runs):
            words = "was there, and is not any more" if cause is AlertCause.REGRESSION else "not passed"
            state = raise_alert(state, after.id, cause, f"{words}: {'; '.join(said)}", after.spawn_id, wall)
        if not last.failed:
            state = clear_alert(state, after.id, cause, after.spawn_id)
    return state
