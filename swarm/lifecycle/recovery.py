"""Recovery of intents whose process died before it committed the outcome."""

from collections.abc import Callable, Iterable
from functools import partial

from swarm.ending.end import fail_turn
from swarm.ending.intents import Order, abandoned, abandoned_branches, at_work, me, record_start, withdraw_start
from swarm.errors import Code, SwarmError
from swarm.home import audit
from swarm.home.context import Home
from swarm.ledger.state import State, without
from swarm.ledger.transitions import Stopping, move
from swarm.lifecycle import earlier_run
from swarm.lifecycle.detach import detach_abandoned, say_trouble
from swarm.lifecycle.relaunch import put_back
from swarm.lifecycle.start import take_back
from swarm.lifecycle.stop import stop_all
from swarm.model.actor import ENGINE, AuditVerb
from swarm.model.audit_line import AuditLine
from swarm.model.record import Phase, Record
from swarm.model.time import Now
from swarm.model.values import replace


def resolve_intents(home: Home, *, stops: bool = True) -> tuple[str, ...]:
    """Looks into every intent without outcome whose process is gone, and writes down what it finds. Returns the ids.

    SPAWNING: what runs is RUNNING, what does not is taken out and its slot is free. STOPPING: it is stopped to the end.
    A branch that no process stops any more is open again. An agent whose operator's terminal died is detached.
    Never guessed: where it cannot be looked, it is left as it is. stops: also what may take the grace of a stop.
    """
    state = home.ledger.read()
    resolved: list[str] = []
    halted: list[Record] = []
    with at_work() as begin:
        for record in list(state.agents.values()):
            if record.phase is Phase.SPAWNING and abandoned(record):
                try:
                    if (mine := _take_start_over(home, record, begin)) is not None:
                        _finish_start(home, mine)
                        resolved.append(record.id)
                except (SwarmError, OSError) as error:  # of one agent: the others, and their heartbeat, go on
                    say_trouble(home, record, error)
            elif stops and record.phase is Phase.STOPPING and _take_stop_over(home, record, begin):
                halted.append(record)
        if halted:
            stop_all(home, halted, Order(reason="", grace=home.policy.stop.grace, by="", taken_over=True))
            resolved += [record.id for record in halted]
    _reopen_abandoned_branches(home)
    resolved += detach_abandoned(home) if stops else ()
    return tuple(resolved)


def _finish_start(home: Home, record: Record) -> None:
    """The outcome of a start whose starter died: what runs is recorded, and what does not is taken back."""
    agent = home.layout.agent(record.id)
    line = partial(_line, home)
    purpose = f"look into the start of {record.id}"
    if (started := home.runner.started(agent, record.spawn_id)) is not None:
        earlier_run.hand_over_environment(agent, record.respawn_of)
        record_start(home, record, *started, purpose=purpose, line=line)
    elif home.is_root(record.id):
        why = "the process that began its turn died before it ran"
        fail_turn(home, record, why, purpose=purpose, line=partial(_line, home, cut_short=True))
    elif record.process is not None:
        # It ran before, and was being relaunched: the relaunch did not start, so its earlier end stands.
        put_back(agent)
        withdraw_start(home, record, purpose=purpose, line=line)
    else:
        take_back(home.layout, agent, record.spawn_id, record.respawn_of)
        _take_out(home, record, purpose)


def _take_out(home: Home, record: Record, purpose: str) -> None:
    taken_out = False

    def change(state: State) -> State:
        nonlocal taken_out
        found = record.ref.find(state.agents)
        taken_out = found is not None and _is_still(found, record)
        return without(state, record.id) if taken_out else state

    def lines(_: State) -> tuple[AuditLine, ...]:
        return (_line(home, record, cut_short=True),) if taken_out else ()

    home.ledger.commit(change, purpose=purpose, lines=lines)


def _line(home: Home, record: Record, *, cut_short: bool = False) -> AuditLine:
    cut = SwarmError(
        "Its start was cut short.", "The process that started it died; nothing of it runs.", code=Code.START
    )
    return audit.line(
        home,
        AuditVerb.SPAWN,
        agent=record.id,
        spawn_id=record.spawn_id,
        error=cut if cut_short else None,
        reason="found running: the process that started it died before it said so",
        actor=ENGINE,
        slots=record.slots,
        parent=record.parent,
    )


def _take_start_over(home: Home, record: Record, begin: Callable[[Iterable[str]], None]) -> Record | None:
    """Returns the intent with this process as the starter, so that no other undoes it at the same time; None else."""

    def step(found: Record, _: Now) -> Record | None:
        if not (_is_still(found, record) and abandoned(record)):
            return None
        begin([record.spawn_id])
        return replace(found, starter=me())

    return home.ledger.update(record.ref, step, purpose=f"take over the start of {record.id}")


def _take_stop_over(home: Home, record: Record, begin: Callable[[Iterable[str]], None]) -> bool:
    """Returns whether this process is the stopper now; the words of who ordered the stop stay."""
    if not abandoned(record):
        return False

    def step(found: Record, _: Now) -> Record | None:
        if not (_is_still(found, record) and abandoned(record)):
            return None
        begin([record.spawn_id])
        return move(found, Stopping(me(), found.why, found.ended_by))

    return home.ledger.update(record.ref, step, purpose=f"take over the stop of {record.id}") is not None


def _is_still(found: Record, record: Record) -> bool:
    """The intent that was looked at stands, and is carried out by no other process since."""
    return (found.phase, found.starter, found.stopper) == (record.phase, record.starter, record.stopper)


def _reopen_abandoned_branches(home: Home) -> None:
    if abandoned_branches(home.ledger.read(), home.policy.root.id):
        home.ledger.commit(
            lambda state: replace(
                state, branches_closed=state.branches_closed - abandoned_branches(state, home.policy.root.id)
            ),
            purpose="open branches that no process stops any more",
        )
