"""Intents whose process died before it wrote the outcome: looked into, and brought to their end."""

from collections.abc import Callable, Iterable

from swarm.errors import SwarmError
from swarm.home import audit
from swarm.home.context import Home
from swarm.ledger.state import State, with_record, without
from swarm.lifecycle.detach import return_forgotten, say_trouble
from swarm.lifecycle.end import ended
from swarm.lifecycle.intents import abandoned, at_work, me
from swarm.lifecycle.relaunch import put_back
from swarm.lifecycle.root_turn import is_root, resting, said_of
from swarm.lifecycle.start import clear_away
from swarm.lifecycle.stop import stop_all
from swarm.lifecycle.subtree import Order, forgotten_branches
from swarm.model.actor import ENGINE
from swarm.model.audit_verb import AuditVerb
from swarm.model.record import Ending, Phase, Record
from swarm.model.values import replace
from swarm.processes.runner import Started


def resolve_intents(home: Home) -> tuple[str, ...]:
    """Looks into every intent without outcome whose process is gone, and writes down what it finds. Returns the ids.

    SPAWNING: what runs is RUNNING, what does not is taken out and its slot is free. STOPPING: it is stopped to the end.
    A branch that nobody stops any more is open again. Whom a person left in a terminal that died goes on by itself.
    Never guessed: where it cannot be looked, it is left as it is.
    """
    state = home.ledger.read()
    resolved: list[str] = []
    halted: list[Record] = []
    with at_work() as begin:
        for record in list(state.agents.values()):
            if record.phase is Phase.SPAWNING and abandoned(record):
                try:
                    _finish_start(home, record)
                except (SwarmError, OSError) as error:  # of one agent: the others, and their heartbeat, go on
                    say_trouble(home, record, error)
                else:
                    resolved.append(record.id)
            elif record.phase is Phase.STOPPING and abandoned(record) and _take_over(home, record, begin):
                halted.append(record)
        if halted:
            stop_all(home, halted, Order(reason="", grace=home.policy.stop.grace, by="", taken_over=True))
            resolved += [record.id for record in halted]
    _open_forgotten_branches(home)
    resolved += return_forgotten(home)
    return tuple(resolved)


def _finish_start(home: Home, record: Record) -> None:
    agent = home.layout.agent(record.id)
    started = home.runner.started(agent, record.spawn_id)
    if started is None and record.process is not None and not is_root(home, record):
        # It ran before, and was being taken up again: nothing came of that, so its earlier end stands.
        put_back(agent)
        started = Started(record.keeper or record.process, record.process)
    found = False

    def change(state: State) -> State:
        nonlocal found
        found = _is_still(state, record)
        if not found:
            return state
        if started is None and is_root(home, record):
            lost = ended(home, state.agents[record.id], Ending.FAILED, "whoever began its turn died before it ran")
            return said_of(with_record(state, resting(record, lost)), lost, home.clock.wall())
        if started is None:
            return without(state, record.id)
        running = replace(
            state.agents[record.id],
            phase=Phase.RUNNING,
            keeper=started.keeper,
            process=started.program,
            starter=None,
        )
        return with_record(state, running)

    def line(state: State) -> None:
        if not found:
            return
        cut = SwarmError("Its start was cut short.", "Whoever started it died; nothing of it runs.", code="start")
        audit.record(
            home,
            AuditVerb.SPAWN,
            agent=record.id,
            spawn_id=record.spawn_id,
            error=cut if started is None else None,
            reason="found running: whoever started it died before saying so",
            actor=ENGINE,
            slots=record.slots,
            parent=record.parent,
            revision=state.revision,
        )

    home.ledger.commit(change, purpose=f"look into the start of {record.id}", then=line)
    if found and started is None and not is_root(home, record):
        clear_away(agent)


def _take_over(home: Home, record: Record, begin: Callable[[Iterable[str]], None]) -> bool:
    taken = False

    def change(state: State) -> State:
        nonlocal taken
        taken = _is_still(state, record) and abandoned(record)
        if not taken:
            return state
        begin([record.spawn_id])
        return with_record(state, replace(state.agents[record.id], stopper=me()))

    home.ledger.commit(change, purpose=f"take over the stop of {record.id}")
    return taken


def _is_still(state: State, record: Record) -> bool:
    found = state.agents.get(record.id)
    return (
        found is not None
        and found.spawn_id == record.spawn_id
        and found.phase is record.phase
        and found.starter == record.starter
        and found.stopper == record.stopper
    )


def _open_forgotten_branches(home: Home) -> None:
    if forgotten_branches(home.ledger.read(), home.policy.root.id):
        home.ledger.commit(
            lambda state: replace(
                state, branches_closed=state.branches_closed - forgotten_branches(state, home.policy.root.id)
            ),
            purpose="open branches that nobody stops any more",
        )
