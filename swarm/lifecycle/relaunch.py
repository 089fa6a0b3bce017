"""A program started again in its agent's directory, as the same spawn: what a take-over ends with."""

import os
from contextlib import suppress

from swarm.errors import Refused, SwarmError
from swarm.home import audit
from swarm.home.context import Home
from swarm.ledger.state import State, with_record
from swarm.lifecycle.end import conclude, ended
from swarm.lifecycle.intents import at_work, me
from swarm.model.agent import Liveness
from swarm.model.audit_verb import AuditVerb
from swarm.model.launch import Launch
from swarm.model.record import Ending, Phase, Record
from swarm.model.time import read_now
from swarm.model.values import replace
from swarm.platform.clock import wait_until
from swarm.processes.runner import Started
from swarm.protocol.paths import AgentDir
from swarm.store import reader, writer

LAST_MOMENTS_S = 5.0
"""Seconds that a keeper may take to end after its program: it sweeps, writes, and goes."""


def take_up(home: Home, record: Record, launch: Launch, *, reason: str = "") -> Record:
    """Starts `launch` as the agent of this record, under the spawn id that it has; returns the record as it runs.

    The earlier process must be gone. Its exit.json is kept as log/exit-N.json. The intent stands in the ledger before
    anything is done, so that nobody takes the gap for an end. An agent that the ledger let go of is not taken up.
    Raises Refused `stopped` where somebody ends it or has spawned it anew; SwarmError `start` where it does not start:
    then its earlier end stands again.
    """
    agent = home.layout.agent(record.id)
    with at_work([record.spawn_id]):
        before = _intend(home, record)
        try:
            _must_be_gone(home, before)
            make_ready(agent, launch)
            started = home.runner.spawn(agent, launch)
        except BaseException:
            put_back(agent)
            _withdraw(home, before)
            raise
        return _say_running(home, before, started, reason)


def make_ready(agent: AgentDir, launch: Launch) -> None:
    """Sets aside what the earlier run left, and writes what the next one needs. Raises SwarmError."""
    archive_exit(agent)
    for name in ("kept.json", "order.json"):  # an order to an earlier run ends no later one
        with suppress(FileNotFoundError), reader.directory(agent.run) as run:
            os.unlink(name, dir_fd=run)
    for path, data in launch.files.items():
        writer.make_dir(path.parent)
        writer.write_atomic(path, data, mode=launch.mode_of(path))


def archive_exit(agent: AgentDir) -> None:
    """exit.json goes to log/exit-N.json, so that it speaks of no later run. Raises SwarmError."""
    try:
        with reader.directory(agent.path) as home, reader.directory(agent.log) as logs:
            number = 1
            while os.path.lexists(agent.log / f"exit-{number}.json"):
                number += 1
            with suppress(FileNotFoundError):
                os.rename("exit.json", f"exit-{number}.json", src_dir_fd=home, dst_dir_fd=logs)
    except FileNotFoundError:
        return  # no log, no end
    except OSError as error:
        raise writer.explain(error, agent.exit) from error


def put_back(agent: AgentDir) -> None:
    """The last archived exit.json is in force again, where none has come since: what was to follow it did not start."""
    with suppress(OSError, SwarmError), reader.directory(agent.path) as home, reader.directory(agent.log) as logs:
        number = 1
        while os.path.lexists(agent.log / f"exit-{number}.json"):
            number += 1
        if number > 1 and not os.path.lexists(agent.exit):
            os.rename(f"exit-{number - 1}.json", "exit.json", src_dir_fd=logs, dst_dir_fd=home)


def aged(record: Record, awake: float) -> Record:
    """The record back from a person's terminal: the time there does not age. awake: seconds."""
    if record.taken_at is None:
        return replace(record, taken_over="")
    gone = max(0.0, awake - record.taken_at)
    return replace(record, taken_over="", taken_at=None, paused_total=record.paused_total + gone)


def fail(home: Home, record: Record, why: str) -> None:
    """Its end, where it could not be taken up: done where its results are valid, else failed."""
    from swarm.lifecycle.settle import results_of
    from swarm.model.reports import ResultsState

    now = home.ledger.read().agents.get(record.id)
    if now is None or now.spawn_id != record.spawn_id or now.phase is not Phase.RUNNING:
        return
    results = results_of(home, record.id)
    plain = replace(now, taken_over="", taken_at=None)
    if results.state is ResultsState.VALID:
        conclude(home, now, ended(home, plain, Ending.DONE, f"results.json says {results.status}"))
    else:
        conclude(home, now, ended(home, plain, Ending.FAILED, why))


def _intend(home: Home, record: Record) -> Record:
    before = record

    def change(state: State) -> State:
        nonlocal before
        found = state.agents.get(record.id)
        if found is None or found.spawn_id != record.spawn_id:
            raise _stopped(record.id, "It was spawned anew, or taken out of the ledger.")
        if found.phase is not Phase.RUNNING:
            raise _stopped(record.id, f"It is {found.phase}.")
        before = found
        return with_record(state, replace(found, phase=Phase.SPAWNING, starter=me()))

    home.ledger.commit(change, purpose=f"take up {record.id} again")
    return before


def _must_be_gone(home: Home, before: Record) -> None:
    """A keeper writes exit.json before it goes itself. Raises SwarmError `start` where the earlier run goes on."""
    if before.keeper is None and before.process is None:
        return
    if not wait_until(lambda: home.runner.alive(before) in (Liveness.DEAD, Liveness.STRANGER), LAST_MOMENTS_S):
        raise SwarmError(f"{before.id!r} cannot be taken up again.", "Its earlier process has not ended.", code="start")


def _withdraw(home: Home, before: Record) -> None:
    """The record as it was: whoever looks next finds the earlier end."""

    def change(state: State) -> State:
        found = state.agents.get(before.id)
        if found is None or found.spawn_id != before.spawn_id or found.phase is not Phase.SPAWNING:
            return state
        return with_record(state, replace(found, phase=Phase.RUNNING, starter=None))

    home.ledger.commit(change, purpose=f"give up taking up {before.id}")


def _say_running(home: Home, before: Record, started: Started, reason: str) -> Record:
    current = before

    def change(state: State) -> State:
        nonlocal current
        found = state.agents.get(before.id)
        if found is None or found.spawn_id != before.spawn_id or found.phase is Phase.ENDED:
            current = replace(before, phase=Phase.ENDED)
            return state
        phase = Phase.RUNNING if found.phase is Phase.SPAWNING else found.phase
        current = replace(
            aged(found, read_now(state.epoch, home.clock).awake),
            phase=phase,
            keeper=started.keeper,
            process=started.program,
            starter=None,
        )
        return with_record(state, current)

    def line(state: State) -> None:
        if current.phase is Phase.RUNNING:
            audit.record(
                home,
                AuditVerb.TAKE_UP,
                agent=before.id,
                spawn_id=before.spawn_id,
                reason=reason,
                pid=started.program.pid,
                revision=state.revision,
            )

    home.ledger.commit(change, purpose=f"record the new run of {before.id}", then=line)
    if current.phase is Phase.ENDED:
        home.runner.stop(replace(before, keeper=started.keeper, process=started.program), _dir(home, before), 0.0)
    if current.phase is not Phase.RUNNING:
        raise _stopped(before.id, "It was ended while it was being taken up.")
    return current


def _dir(home: Home, record: Record) -> AgentDir:
    return home.layout.agent(record.id)


def _stopped(agent_id: str, why: str) -> Refused:
    return Refused("stopped", f"{agent_id!r} is not taken up again.", why)
