"""From an admitted spawn to a running agent: directory, files, processes; and nothing left where that fails."""

from contextlib import suppress
from stat import S_ISDIR

from swarm.admission import environment
from swarm.admission.draft import Draft
from swarm.admission.unborn import remove_unborn
from swarm.ending.end import count_crash
from swarm.ending.intents import must_run, record_start
from swarm.errors import Code, HomeError, Refused, SwarmError
from swarm.home import audit
from swarm.home.context import Home
from swarm.ledger.state import State, without
from swarm.lifecycle import earlier_run
from swarm.lifecycle.carry_over import carry_over
from swarm.lifecycle.stagger import wait_for_turn
from swarm.model.actor import AuditVerb
from swarm.model.agent import AgentSpec
from swarm.model.audit_line import AuditLine
from swarm.model.record import Record, Ref
from swarm.processes.runner import Started
from swarm.protocol.agent_files import read_spec, spec_json
from swarm.protocol.paths import AgentDir, Layout
from swarm.store import syscalls, writer


def make_directory(home: Home, made: Draft) -> AgentDir:
    """The agent's directory with its spec and brief. It is made anew or not at all: Refused `exists`, HomeError.

    That of an earlier run is moved aside first. What fails half-way is taken away again, and the earlier run is back.
    """
    agent = home.layout.agent(made.agent)
    must_be_real(home.layout, agent)
    if made.kept is not None:
        earlier_run.move_aside(agent, made.kept, made.respawn_of)
    remove_unborn(agent)  # of one that died before there was an intent: it waits for room with its directory
    try:
        syscalls.mkdir(agent.path)
    except FileExistsError as error:
        raise Refused(
            Code.EXISTS, f"{made.agent!r} exists already.", f"Its directory is there: {str(agent.path)!r}."
        ) from error
    except OSError as error:
        earlier_run.put_back(agent, made.respawn_of)
        raise writer.explain(error, agent.path) from error
    try:
        _fill(home, made, agent)
    except BaseException:
        take_back(home.layout, agent, made.spawn_id, made.respawn_of)
        raise
    return agent


def _fill(home: Home, made: Draft, agent: AgentDir) -> None:
    assert made.spec is not None  # noqa: S101 an admitted draft has one
    for inner in (agent.run, agent.log):
        writer.make_dir(inner)
    writer.write_json_new(agent.spec, spec_json(made.spec))
    writer.write_new(agent.task, made.brief.encode("utf-8", "backslashreplace"))
    launch = made.launch
    if launch is not None:
        environment.keep(home, agent, launch.inherited)
    for path, data in (launch.files if launch else {}).items():
        writer.make_dir(path.parent)
        writer.write_atomic(path, data, mode=launch.mode_of(path) if launch else 0o600)
    if made.inbox:
        writer.write_new(agent.inbox, made.inbox.encode("utf-8", "replace"))
    if made.kept is not None and made.goes_on:
        carry_over(made.kept, agent.path)
    if made.spec.worktree is not None:
        # After agent.json, which names it: where the engine dies here, a recovery finds what to take away.
        from swarm.repositories import worktree

        worktree.make(home.layout, made.spec.worktree, made.agent)


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
                code=Code.DAMAGED,
            )


def take_back(layout: Layout, agent: AgentDir, spawn_id: str, respawn_of: str) -> None:
    """Removes what a spawn made, where the agent never ran, and puts back what it had moved. Done twice, it is done.

    What others put there stays, with the directory, and a worktree that holds work, from an earlier run. What is not
    of this spawn (the earlier run, where it was not moved yet) is left as it is.
    """
    spec = read_spec(agent).value
    if spec is not None and spec.spawn_id == spawn_id:
        _clear_away(layout, agent, spec)
    remove_unborn(agent)  # it ends here, or had just begun
    earlier_run.put_back(agent, respawn_of)


def _clear_away(layout: Layout, agent: AgentDir, spec: AgentSpec) -> None:
    if spec.worktree is not None:
        from swarm.repositories import worktree

        worktree.discard_untouched(layout, spec.worktree)
    import shutil  # with it come three ways to compress: only a start that failed needs it

    for inner in (agent.run, agent.log):
        if not inner.is_symlink():
            shutil.rmtree(inner, ignore_errors=True)
    for path in (agent.task, agent.inbox, agent.exit, agent.spec):  # its spec last: by that it is known as this spawn's
        with suppress(OSError):
            path.unlink()


def start(home: Home, made: Draft, agent: AgentDir, reserved: State) -> Started:
    """Starts what was reserved and prepared, and records that it runs. reserved: the state with its reservation.

    Raises SwarmError `start` where it does not start: its slot is free again and its directory gone. Raises Refused
    `stopped` where it was ended in the meantime.
    """
    assert made.launch is not None  # noqa: S101 an admitted draft has one
    try:
        intent = _intent(made, reserved)
        wait_for_turn(home, reserved.last_start)
        started = home.runner.spawn(agent, made.launch)
    except BaseException as error:
        # The record last: while it stands, no other process takes the name, and a recovery knows what is to be undone.
        take_back(home.layout, agent, made.spawn_id, made.respawn_of)
        discard(home, made, crash=isinstance(error, SwarmError))
        raise
    earlier_run.hand_over_environment(agent, made.respawn_of)

    def line(record: Record) -> AuditLine:
        return audit.line(
            home,
            AuditVerb.SPAWN,
            agent=record.id,
            spawn_id=record.spawn_id,
            slots=record.slots,
            parent=record.parent,
            role=record.role,
            pid=started.program.pid,
        )

    must_run(
        record_start(home, intent, *started, purpose=f"record the start of {made.agent}", line=line),
        STOPPED.format(made.agent),
    )
    return started


STOPPED = "{!r} was ended while it was being started."


def _intent(made: Draft, reserved: State) -> Record:
    """Its record while SPAWNING; raises Refused `stopped` where it is gone before its start began."""
    intent = Ref(made.agent, made.spawn_id).find(reserved.agents)
    if intent is None:
        raise Refused(Code.STOPPED, STOPPED.format(made.agent))
    return intent


def discard(home: Home, made: Draft, *, crash: bool) -> None:
    """Takes the reservation back: nothing of the spawn stays. crash: it counts as a failed spawn of this spec.

    An end that is recorded already stays: it says what could not be verified, and holds the slot for it.
    """
    ref = Ref(made.agent, made.spawn_id)

    def change(state: State) -> State:
        found = ref.find(state.agents)
        if found is None or not found.live:
            return state
        state = without(state, made.agent)
        return count_crash(home, state, made.agent, home.ledger.now().awake) if crash else state

    home.ledger.commit(change, purpose=f"take back the start of {made.agent}")
