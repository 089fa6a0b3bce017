"""unread: the operator, or who read them, says that results count as unread again."""

from swarm.ending.end import write_ended
from swarm.errors import Code, NotFound, Refused
from swarm.home import audit
from swarm.home.context import Home
from swarm.home.resolve import must_answer_for, must_be_meant, resolve
from swarm.ledger import outbox
from swarm.ledger.codec import read_ended
from swarm.ledger.state import State, raise_alert, with_record
from swarm.lifecycle.readiness import must_be_ready
from swarm.model.actor import AuditVerb
from swarm.model.audit_line import AuditLine
from swarm.model.record import Phase, Record
from swarm.model.reports import ResultsState
from swarm.model.values import replace
from swarm.protocol.whole_results import read_whole_results
from swarm.rules.results.unread import alert_of
from swarm.store import reader, writer
from swarm.verbs.read import known_record


def unread(home: Home, words: str, *, spawn_id: str = "") -> str:
    """Takes back that an agent's results were read; returns its id. Those that nobody has read stay as they are.

    The alert that was over with the reading is open again at once, where it is due. Raises NotFound where
    it was not spawned by this engine, or was spawned anew; Refused `hierarchy` where an agent takes back what another
    has read, `exists` where somebody has decided about them.
    """
    with audit.attempt(home, AuditVerb.READ, words, spawn_id, undo=True) as attempt:
        must_be_ready(home)
        attempt.agent = agent_id = resolve(home, words)
        must_answer_for(home, agent_id)
        record = known_record(home, agent_id)
        if record is None:
            raise NotFound(f"{agent_id!r} was not spawned by this engine.", "Nothing says whether it was read.")
        must_be_meant(record, spawn_id)
        _must_be_ours(home, record)
        _commit(home, record)
    return agent_id


def _must_be_ours(home: Home, record: Record) -> None:
    if record.review is not None:
        raise Refused(
            Code.EXISTS,
            f"The results of {record.id!r} are {record.review.decision}.",
            "What is decided about has been read.",
        )
    if home.actor.is_agent and record.read_by not in ("", str(home.actor)):
        raise Refused(
            Code.HIERARCHY, f"{record.read_by} has read the results of {record.id!r}.", "Only who reads takes it back."
        )


def _commit(home: Home, record: Record) -> None:
    counts = read_whole_results(home.layout.agent(record.id)).state is ResultsState.VALID
    taken_back: list[Record] = []

    def change(state: State) -> State:
        taken_back.clear()
        found = record.ref.find(state.agents)
        if found is None or found.read_at is None:
            return state
        _must_be_ours(home, found)
        unread = replace(found, read_at=None, read_by="")
        taken_back.append(unread)
        state = with_record(state, unread)
        if not counts or unread.collected_n is None:
            return state
        due = alert_of(unread, state.heartbeat_n - unread.collected_n, home.policy, state.agents)
        return raise_alert(state, unread.id, *due, unread.spawn_id, home.clock.wall()) if due is not None else state

    def line(found: Record) -> AuditLine:
        return audit.line(home, AuditVerb.READ, agent=found.id, spawn_id=found.spawn_id, undo=True)

    if record.ref.find(home.ledger.read().agents) is None:
        _mark_past(home, record, line(record))
        return
    purpose = f"take back that {record.id} was read"
    home.ledger.commit(change, purpose=purpose, lines=lambda _: map(line, taken_back))
    for after in taken_back:
        if after.phase is Phase.ENDED:
            write_ended(home, after)


def _mark_past(home: Home, record: Record, line: AuditLine) -> None:
    """Marks an agent that the ledger has let go of, in its ended.json."""
    agent = home.layout.agent(record.id)
    past = read_ended(agent).value
    if past is None or past.read_at is None:
        return
    known = reader.read_json(agent.ended) or {}
    writer.write_json(agent.ended, {key: known[key] for key in known if key not in ("read_at", "read_by")})
    outbox.append(home.layout, line)
