"""collect and read: agents that ended are settled, and the operator or the parent reads their results."""

from swarm.ending import settle
from swarm.ending.end import write_ended
from swarm.ending.hollow import disputes_now
from swarm.errors import Code, SwarmError
from swarm.home import audit
from swarm.home.context import Home
from swarm.home.resolve import must_answer_for, must_be_meant, resolve
from swarm.injection.elsewhere import suspicion_in
from swarm.ledger.codec import read_ended
from swarm.ledger.state import State, clear_alert, with_record
from swarm.model.actor import AuditVerb
from swarm.model.causes import AlertCause
from swarm.model.record import Phase, Record
from swarm.model.reports import ResultsState, WholeResults
from swarm.model.requests import ReadReport
from swarm.model.values import replace
from swarm.protocol.agent_files import read_spec
from swarm.protocol.whole_results import read_whole_results
from swarm.store import reader, writer


def collect(home: Home) -> tuple[str, ...]:
    """Records what has ended by itself and frees its slots, at once; see `settle.settle`."""
    home.must_be_writable()
    return settle.settle(home)


def read(home: Home, words: str, *, spawn_id: str = "") -> ReadReport:
    """The results of an agent, whole, marked read by the caller; a home that cannot be written is only looked at.

    Raises NotFound; Refused `hierarchy` where an agent reads one that is another's to read; SwarmError `no-results`. An
    agent that has ended without any is marked as seen, too: there is nothing more to come. What does not count as
    results can still be read. spawn_id: '' for whichever spawn there is.
    """
    with audit.attempt(home, AuditVerb.READ, words, spawn_id) as attempt:
        attempt.agent = agent_id = resolve(home, words)
        must_answer_for(home, agent_id)
        if spawn_id and (meant := known_record(home, agent_id)) is not None:
            must_be_meant(meant, spawn_id)
        writable = _writable(home)
        if writable:
            settle.settle(home)
        results = read_whole_results(home.layout.agent(agent_id))
        over = writable and _has_ended(home, agent_id)
        counts = results.state is ResultsState.VALID or over
        first = counts and writable and _mark(home, agent_id)
        _must_be_there(home, results, agent_id)
    spawn_id = _spawn_id(home, agent_id)
    audit.record(home, AuditVerb.READ, agent=agent_id, spawn_id=spawn_id, first=first)
    record = known_record(home, agent_id)
    return ReadReport(
        agent_id,
        spawn_id,
        results,
        first,
        str(home.layout.agent(agent_id).results),
        suspicion_in(dict(results.data)),
        disputes_now(home, record) if record is not None else (),
        record.review if record is not None else None,
    )


def known_record(home: Home, agent_id: str) -> Record | None:
    """The record of an agent, wherever it is kept; None where it was not spawned by this engine."""
    found = None if home.layout.foreign else home.ledger.read().agents.get(agent_id)
    return found if found is not None else read_ended(home.layout.agent(agent_id)).value


def _has_ended(home: Home, agent_id: str) -> bool:
    record = home.ledger.read().agents.get(agent_id)
    return record is not None and record.phase is Phase.ENDED


def _must_be_there(home: Home, results: WholeResults, agent_id: str) -> None:
    if results.state is ResultsState.INVALID and not results.data and not results.empty:
        raise SwarmError(
            f"The results of {agent_id!r} are not valid.",
            f"results.json: {results.why}.",
            f"They may still be written; look again, or into the file: {home.layout.agent(agent_id).results}",
            code=Code.NO_RESULTS,
        )
    if results.state is ResultsState.ABSENT:
        raise SwarmError(
            f"{agent_id!r} has no results.",
            "There is no results.json.",
            f"What it says of itself: swarm-tui log {agent_id}",
            code=Code.NO_RESULTS,
        )


def _mark(home: Home, agent_id: str) -> bool:
    """Marks its results read; False where they were read before."""
    known = home.ledger.read().agents.get(agent_id)
    if known is None:
        return _mark_past(home, agent_id)
    if known.read_at is not None:
        return False
    marked: list[Record] = []

    def change(state: State) -> State:
        marked.clear()
        found = state.agents.get(agent_id)
        if found is None or found.read_at is not None:
            return state
        record = replace(found, read_at=home.clock.wall(), read_by=str(home.actor))
        marked.append(record)
        for cause in (AlertCause.RESULTS_UNREAD, AlertCause.RESULTS_ORPHANED):
            state = clear_alert(state, agent_id, cause, found.spawn_id)
        return with_record(state, record)

    home.ledger.commit(change, purpose=f"read {agent_id}")
    for record in marked:
        if record.phase is Phase.ENDED:
            write_ended(home, record)
    return bool(marked)


def _mark_past(home: Home, agent_id: str) -> bool:
    """Marks an agent that the ledger has forgotten, in its ended.json."""
    agent = home.layout.agent(agent_id)
    past = read_ended(agent).value
    if past is None or past.read_at is not None:
        return False
    kept = reader.read_json(agent.ended) or {}
    writer.write_json(agent.ended, {**kept, "read_at": home.clock.wall(), "read_by": str(home.actor)})
    return True


def _spawn_id(home: Home, agent_id: str) -> str:
    spec = read_spec(home.layout.agent(agent_id)).value
    return spec.spawn_id if spec is not None else ""


def _writable(home: Home) -> bool:
    return home.access()[0].takes_acts
