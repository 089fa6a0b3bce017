"""Agents that wait for their service are taken up again: at the time of their next try, or because a person says so."""

from swarm.admission import environment
from swarm.admission.budget import within_budget
from swarm.ending import settle
from swarm.ending.end import spent_by
from swarm.errors import Code, SwarmError
from swarm.home import audit
from swarm.home.context import Home
from swarm.lifecycle import relaunch
from swarm.model.activity import TurnEnd
from swarm.model.actor import ENGINE, AuditVerb
from swarm.model.launch import Launch
from swarm.model.record import Phase, Record
from swarm.model.service import Waiting
from swarm.model.snapshot import Snapshot
from swarm.model.time import Now
from swarm.model.values import replace
from swarm.programs.prompt import document
from swarm.protocol import inbox
from swarm.protocol.agent_files import read_spec
from swarm.rules.service_wait import may_try, served_again, wait_after

WORDS = (
    "Your model service had failed ({why}), and your program ended. It is started again, headless as before. Look at "
    "what was done already, go on with your task, report progress, and write results.json when it is done."
)


def take_up_due(home: Home, snapshot: Snapshot) -> tuple[str, ...]:
    """Starts every waiting agent whose next try is due, or whose service is back by what the snapshot shows.

    Returns their ids. One that does not start waits on.
    """
    state = home.ledger.read()
    if state.frozen_all:
        return ()
    back, now = served_again(snapshot), home.now()
    due = [record for record in state.agents.values() if may_try(record, now, back)]
    return tuple(record.id for record in due if try_again(home, record))


def try_again(home: Home, record: Record) -> bool:
    """Starts a waiting agent: its session goes on, or begins anew where it had done nothing yet.

    Returns False where another process was faster, or where it does not start: then it waits for its next try.
    """
    waiting = record.waiting
    assert waiting is not None  # noqa: S101 a waiting agent's record says how
    try:
        launch = _launch(home, record, waiting)
        relaunch.relaunch(home, record, launch, reason=f"try {waiting.tries + 1} after: {waiting.why}")
    except SwarmError as error:
        if error.code is not Code.STOPPED:
            _wait_on(home, record, waiting, error)
        return False
    return True


def _launch(home: Home, record: Record, waiting: Waiting) -> Launch:
    """How it goes on. Raises SwarmError."""
    agent = home.layout.agent(record.id)
    spec, program = record.ref.match(read_spec(agent).value), environment.program_of(home, record)
    if spec is None:
        raise SwarmError(f"{record.id!r} cannot be taken up again.", "Its agent.json is not that of its spawn.")
    program = within_budget(home, spec, program, spent_by(home, record))
    missed = relaunch.missed(inbox.unconfirmed(agent))
    session = relaunch.session_of(home, agent, record.program, record.spawn_id) if waiting.worked else ""
    if session:
        words = "\n\n".join((WORDS.format(why=waiting.why), *missed))
        launch = program.resume(spec, home.layout, agent, session, words)
        if launch is not None:
            return launch
    return program.prepare(spec, home.layout, agent, "\n\n".join((document(agent.task), *missed)))


def _wait_on(home: Home, record: Record, waiting: Waiting, error: SwarmError) -> None:
    """Puts its next try off: it was not even started. What the earlier run said stays the reason."""
    audit.record(home, AuditVerb.TAKE_UP, agent=record.id, spawn_id=record.spawn_id, error=error, actor=ENGINE)
    if settle.settle(home, {record.id}):
        return  # its start had begun, and its earlier end stands again

    def step(found: Record, now: Now) -> Record | None:
        if found.phase is not Phase.WAITING or found.waiting != waiting:
            return None
        end = TurnEnd(ok=False, why=f"it could not be started: {error}", trouble=waiting.trouble)
        later = wait_after(waiting, end, now, home.policy.service, answered=False)
        return replace(found, waiting=replace(later, began=waiting.began))

    home.ledger.update(record.ref, step, purpose=f"put off the next try of {record.id}")
