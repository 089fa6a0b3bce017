"""From an admitted spawn to a running agent: directory, files, processes; and nothing left where that fails."""

import shutil
import time
from contextlib import suppress
from stat import S_ISDIR

from swarm.errors import HomeError, Refused, SwarmError
from swarm.home import audit
from swarm.home.context import Home
from swarm.ledger.state import State, with_record, without
from swarm.lifecycle.admission import Draft
from swarm.lifecycle.end import crashed
from swarm.model.audit_verb import AuditVerb
from swarm.model.record import Phase
from swarm.model.values import replace
from swarm.processes.runner import Started
from swarm.protocol.agent_files import spec_json
from swarm.protocol.paths import AgentDir, Layout
from swarm.store import syscalls, writer

MAX_STAGGER = 30.0


def make_directory(home: Home, made: Draft) -> AgentDir:
    """The agent's directory with its spec and brief. It is made anew or not at all: Refused `exists`, HomeError.

    What fails half-way is taken away again.
    """
    agent = home.layout.agent(made.agent)
    must_be_real(home.layout, agent)
    try:
        syscalls.mkdir(agent.path)
    except FileExistsError as error:
        raise Refused(
            "exists", f"{made.agent!r} exists already.", f"Its directory is there: {str(agent.path)!r}."
        ) from error
    except OSError as error:
        raise writer.explain(error, agent.path) from error
    try:
        assert made.spec is not None  # noqa: S101 an admitted draft has one
        for inner in (agent.run, agent.log):
            writer.make_dir(inner)
        writer.write_json_new(agent.spec, spec_json(made.spec))
        writer.write_new(agent.task, made.brief.encode("utf-8", "backslashreplace"))
        launch = made.launch
        for path, data in (launch.files if launch else {}).items():
            writer.make_dir(path.parent)
            writer.write_atomic(path, data, mode=launch.mode_of(path) if launch else 0o600)
    except BaseException:
        clear_away(agent)
        raise
    return agent


def must_be_real(layout: Layout, agent: AgentDir) -> None:
    """Raises HomeError where a directory above the agent is missing or a link: what lies behind one is not ours."""
    for directory in reversed([parent for parent in agent.path.parents if parent.is_relative_to(layout.agents)]):
        try:
            mode = directory.lstat().st_mode
        except OSError as error:
            raise HomeError(f"{str(directory)!r} cannot be used.", error.strerror or str(error)) from error
        if not S_ISDIR(mode):
            raise HomeError(
                f"{str(directory)!r} is not a directory.",
                "Links are never followed.",
                "Put a directory there.",
                code="damaged",
            )


def clear_away(agent: AgentDir) -> None:
    """Removes what a spawn made, where the agent never ran. What anybody else put there stays, with the directory."""
    for inner in (agent.run, agent.log):
        if not inner.is_symlink():
            shutil.rmtree(inner, ignore_errors=True)
    for path in (agent.spec, agent.task, agent.exit):
        with suppress(OSError):
            path.unlink()
    writer.sweep_temps(agent.path, 0.0)
    with suppress(OSError):
        agent.path.rmdir()


def start(home: Home, made: Draft, agent: AgentDir, reserved: State) -> Started:
    """Starts what was reserved and prepared, and writes down that it runs.

    Raises SwarmError `start` where it does not start: its slot is free again and its directory gone. Raises Refused
    `stopped` where somebody ended it in the meantime.
    """
    assert made.launch is not None  # noqa: S101 an admitted draft has one
    try:
        take_turn(home, reserved)
        started = home.runner.spawn(agent, made.launch)
    except BaseException as error:
        withdraw(home, made, crash=isinstance(error, SwarmError))
        clear_away(agent)
        raise
    _say_running(home, made, started, reserved)
    return started


def withdraw(home: Home, made: Draft, *, crash: bool) -> None:
    """Takes the reservation back. crash: it counts as a failed spawn of this spec."""

    def change(state: State) -> State:
        found = state.agents.get(made.agent)
        if found is None or found.spawn_id != made.spawn_id:
            return state
        state = without(state, made.agent)
        return crashed(home, state, made.agent, home.ledger.now().awake) if crash else state

    home.ledger.commit(change, purpose=f"take back the start of {made.agent}")


def take_turn(home: Home, reserved: State) -> None:
    """Waits until its start's turn comes: not more of them at once than there are cores (protocol.md, Processes)."""
    if home.policy.spawn.stagger:
        wait = reserved.last_start - home.ledger.now().awake
        if wait > 0:
            time.sleep(min(wait, MAX_STAGGER))


def _say_running(home: Home, made: Draft, started: Started, reserved: State) -> None:
    outcome = Phase.RUNNING

    def change(state: State) -> State:
        nonlocal outcome
        found = state.agents.get(made.agent)
        if found is None or found.spawn_id != made.spawn_id or found.phase is Phase.ENDED:
            outcome = Phase.ENDED
            return state
        # An intent to stop it came meanwhile: whoever has that waits for these names, and ends it.
        outcome = Phase.RUNNING if found.phase is Phase.SPAWNING else found.phase
        return with_record(
            state, replace(found, phase=outcome, keeper=started.keeper, process=started.program, starter=None)
        )

    def line(state: State) -> None:
        if outcome is Phase.RUNNING and made.spec is not None:
            audit.record(
                home,
                AuditVerb.SPAWN,
                agent=made.agent,
                spawn_id=made.spawn_id,
                slots=made.slots,
                parent=made.spec.parent,
                role=made.spec.role,
                pid=started.program.pid,
                revision=state.revision,
            )

    home.ledger.commit(change, purpose=f"record the start of {made.agent}", then=line)
    if outcome is Phase.ENDED:
        agent = home.layout.agent(made.agent)
        record = replace(reserved.agents[made.agent], keeper=started.keeper, process=started.program)
        home.runner.stop(record, agent, 0.0)
    if outcome is not Phase.RUNNING:
        raise Refused(
            "stopped",
            f"{made.agent!r} was ended while it was being started.",
            "Whoever ended it sees to what had started.",
        )
