"""The root's turns: one at each heartbeat where `[root] on`, with the digest as its words, one at a time."""

import os
from contextlib import suppress
from dataclasses import replace

from swarm import audit, digest, sessions, store, told
from swarm.clock import read_now
from swarm.concluding import ended
from swarm.errors import HomeError, Refused, SwarmError
from swarm.home import Home
from swarm.intents import at_work, me
from swarm.layout import AgentDir
from swarm.model import ENGINE, AgentSpec, Ending, Phase, Record
from swarm.openings import takes_too_long, turn_age
from swarm.policy import Policy
from swarm.policy import Program as Settings
from swarm.programs import Launch, Program, program_for
from swarm.reading import read_spec
from swarm.requests import Ended
from swarm.runners import Started, next_start
from swarm.settling import settle
from swarm.starting import spec_json, take_turn
from swarm.state import State, raise_alert, with_record
from swarm.stopwork import Order, stop_all
from swarm.taking_up import make_ready
from swarm.turns import FAILED, TIMEOUT, Turn, doings_of, resting, said_of, turn_of, write_turn
from swarm.wording import spell_duration

MAX_LOG = 16 << 20
"""Bytes of output after which a new session begins, with the log put aside: a month of turns must not fill the disk."""
MAX_MESSAGES = 6000
"""Bytes of messages that are put into a turn; longer ones are left to the inbox."""
MAX_TASK = 64 * 1024
BUDGET_FLAG = "--max-budget-usd"


def wake(home: Home, found: digest.Digested) -> bool:
    """Begins a turn with this heartbeat's digest; returns whether one has begun. Never waits for it, and never raises.

    A turn that still goes on is left alone, or stopped where it has taken longer than it may. What goes wrong is an
    alert (`root-failed`) and a line in the audit log: no heartbeat stops for its root.
    """
    acting = replace(home, actor=ENGINE)
    try:
        return _wake(acting, found)
    except Exception as error:  # noqa: BLE001  (phase 7 comes after everything that must happen)
        why = str(error) if isinstance(error, SwarmError) else f"{type(error).__name__}: {error}"
        with suppress(SwarmError, OSError):
            _say_trouble(acting, why)
        return False


def _wake(home: Home, found: digest.Digested) -> bool:
    root = home.policy.root.id
    settle(home, {root})
    state = home.ledger.read()
    record = state.agents.get(root)
    if state.frozen_all:
        return False
    if record is not None and record.live:
        if record.phase is not Phase.RUNNING or not _overdue(home, record):
            return False
        _stop_overdue(home, record)
    _begin(home, found)
    return True


def stop_overdue_turn(home: Home) -> bool:
    """Stops the root's turn where it has taken longer than it may, with an alert; returns whether it did."""
    record = home.ledger.read().agents.get(home.policy.root.id)
    if record is None or record.phase is not Phase.RUNNING or not _overdue(home, record):
        return False
    return _stop_overdue(home, record)


def stop_turn(home: Home, reason: str) -> list[Ended]:
    """Stops the root's turn and nobody below it; what was ended, nothing where no turn goes on. Raises SwarmError."""
    marked: list[Record] = []
    order = Order(reason, home.policy.stop.grace, str(home.actor), automatic=True)

    with at_work() as begin:

        def intend(state: State) -> State:
            marked.clear()
            found = state.agents.get(home.policy.root.id)
            if found is None or found.phase is not Phase.RUNNING:
                return state
            marked.append(replace(found, phase=Phase.STOPPING, stopper=me(), why=reason, ended_by=order.by))
            begin([found.spawn_id])
            return with_record(state, marked[0])

        home.ledger.commit(intend, purpose="stop the root's turn")
        return stop_all(home, marked, order)


def _overdue(home: Home, record: Record) -> bool:
    return record.paused is None and not record.taken_over and takes_too_long(record, home.policy, home.now())


def _stop_overdue(home: Home, record: Record) -> bool:
    taken, allowed = spell_duration(turn_age(record, home.now())), spell_duration(home.policy.root.timeout)
    reason = f"its turn has taken {taken}, and {allowed} are allowed"
    if not stop_turn(home, reason):
        return False
    _say(home, TIMEOUT, f"{reason}; it was stopped", record.spawn_id)
    return True


def _begin(home: Home, found: digest.Digested) -> None:
    """Starts the turn. Raises SwarmError where it does not start; then the root is idle again."""
    agent = home.layout.agent(home.policy.root.id)
    spec = _spec(home, agent)
    program = program_for(spec.program, _with_budget(home.policy, spec.program))
    last = home.ledger.read().agents.get(spec.id)
    with at_work([spec.spawn_id]):
        record, reserved = _intend(home, spec, program)
        try:
            session = "" if _rotate(home, agent, record) else _session(home, agent, spec, last)
            launch, offset = _launch(home, agent, spec, program, session, found, last)
            write_turn(agent, Turn(found.beat.n, offset, launch.session or session, bool(session)))
            take_turn(home, reserved)
            started = home.runner.spawn(agent, launch)
        except BaseException as error:
            _give_up(home, record, str(error) if isinstance(error, SwarmError) else f"{type(error).__name__}: {error}")
            raise
        _say_running(home, record, started, found.beat.n, resumed=bool(session))


def _spec(home: Home, agent: AgentDir) -> AgentSpec:
    """The root's spec as the policy has it now; agent.json follows it, for every reader goes by that."""
    loaded = read_spec(agent)
    if loaded.value is None:
        raise HomeError(
            f"The root {home.policy.root.id!r} has no spec.",
            loaded.why or "There is no agent.json in its directory.",
            f"Make it again with: swarm-tui init {str(home.layout.root)!r}",
            code="root",
        )
    policy = home.policy
    name = policy.root.program or policy.spawn.program
    settings = policy.programs.get(name)
    model = policy.root.model or (settings.model if settings else "") or policy.models.tier
    spec = replace(loaded.value, program=name, model=model, slots=policy.slots.max)
    if spec != loaded.value:
        store.write_json(agent.spec, {**(store.read_json(agent.spec) or {}), **spec_json(spec)})
    return spec


def _with_budget(policy: Policy, name: str) -> Policy:
    """The policy in which the program itself keeps the turn's limit, where it can: before a request, not after it."""
    settings = policy.programs.get(name, Settings())
    limit = policy.root.cost_usd
    if limit is None or (settings.kind or name) != "claude" or BUDGET_FLAG in settings.args:
        return policy
    limited = settings.model_copy(update={"args": (*settings.args, BUDGET_FLAG, f"{limit:g}")})
    return policy.model_copy(update={"programs": {**policy.programs, name: limited}})


def _intend(home: Home, spec: AgentSpec, program: Program) -> tuple[Record, State]:
    """The intent: the root's record as being started. Raises Refused where another turn has begun meanwhile."""
    made: list[Record] = []

    def change(state: State) -> State:
        made.clear()
        found = state.agents.get(spec.id)
        if found is not None and found.live:
            raise Refused("exists", "A turn of the root goes on already.", "One at a time.")
        if found is None or found.spawn_id != spec.spawn_id:
            found = Record(spec.id, spec.spawn_id, Phase.IDLE)
        now = read_now(state.epoch, home.clock)
        at = next_start(state.last_start, now.awake, home.runner.capacity().cores, program.start_cost_s)
        made.append(_beginning(found, spec, now.awake, now.wall))
        return replace(with_record(state, made[0]), last_start=at)

    state = home.ledger.commit(change, purpose="wake the root")
    return made[0], state


def _beginning(found: Record, spec: AgentSpec, awake: float, wall: float) -> Record:
    """The record of a turn that begins: without what was said of the last one; what it used up so far stays."""
    return replace(
        found,
        phase=Phase.SPAWNING,
        role=spec.role,
        parent=None,
        program=spec.program,
        requested_by=str(ENGINE),
        spawned=awake,
        spawned_at=wall,
        starter=me(),
        stopper=None,
        process=None,
        keeper=None,
        paused=None,
        paused_total=0.0,
        ending=None,
        why="",
        ended_by="",
        ended=None,
        ended_at=None,
        exit_code=None,
        unverified="",
    )


def _session(home: Home, agent: AgentDir, spec: AgentSpec, last: Record | None) -> str:
    """The session to go on with; '' for a fresh one: where that is set, where there is none, and after a failed turn,
    whose session may be what failed.
    """
    if home.policy.root.session != "resume" or last is None or last.program != spec.program:
        return ""
    if last.ending not in (Ending.DONE, Ending.KILLED):
        return ""
    known = turn_of(agent).session
    if not known:
        doings = doings_of(home, last, agent)
        known = doings.session if doings is not None else ""
    return known if sessions.is_plain(known) else ""


def _rotate(home: Home, agent: AgentDir, record: Record) -> bool:
    """Puts a log that has grown too long aside. What it told of tokens and cost goes into the swarm's account."""
    try:
        if agent.stdout.lstat().st_size <= MAX_LOG:
            return False
    except OSError:
        return False
    with store.directory(agent.log) as logs:
        for name in ("stdout", "stderr"):
            with suppress(FileNotFoundError):
                os.replace(name, f"{name}.1", src_dir_fd=logs, dst_dir_fd=logs)

    def change(state: State) -> State:
        found = state.agents.get(record.id)
        if found is None or found.spawn_id != record.spawn_id or (found.tokens is None and found.cost_usd is None):
            return state
        account = state.account
        tokens, cost = account.tokens + sum(found.tokens or ()), account.cost_usd + (found.cost_usd or 0.0)
        state = replace(state, account=replace(account, tokens=tokens, cost_usd=cost))
        return with_record(state, replace(found, tokens=None, cost_usd=None))

    home.ledger.commit(change, purpose="put the root's log aside")
    return True


def _launch(
    home: Home,
    agent: AgentDir,
    spec: AgentSpec,
    program: Program,
    session: str,
    found: digest.Digested,
    last: Record | None,
) -> tuple[Launch, int]:
    """What is started, its files in place, and where its output will begin. Raises SwarmError."""
    messages, offset = _messages(agent)
    words = digest.digest(found, last_turn=_last_words(last), messages=messages)
    launch = program.resume(spec, home.layout, agent, session, words) if session else None
    if launch is None:
        task = store.read_head(agent.task, MAX_TASK)
        brief = task.data.decode("utf-8", "replace").rstrip() if task is not None else ""
        launch = program.prepare(spec, home.layout, agent, f"{brief}\n\n{words}")
    store.make_dir(agent.run)
    store.make_dir(agent.log)
    store.write_atomic(agent.digest, words.encode("utf-8", "replace"), mode=0o600)
    if launch.stdin is None and not launch.channel:
        launch = replace(launch, stdin=agent.digest)
    _set_aside_exit(agent)
    make_ready(agent, launch)
    if messages:
        told.mark(agent, offset)
    try:
        begins = agent.stdout.lstat().st_size
    except OSError:
        begins = 0
    return launch, begins


def _messages(agent: AgentDir) -> tuple[list[str], int]:
    """What its inbox holds that it was not told, and how far that goes; nothing where it is too much for a turn."""
    messages, offset = told.undelivered(agent)
    texts = [f"- {text.strip()}" for _, text in messages]
    if sum(len(text.encode("utf-8", "replace")) for text in texts) > MAX_MESSAGES:
        return [], offset
    return texts, offset


def _last_words(last: Record | None) -> str:
    """How its last turn ended, in words for itself; '' where there was none."""
    if last is None or last.ending is None:
        return ""
    if last.ending is Ending.DONE:
        return f'it ended well; your last words: "{digest.quoted(last.why)}"' if last.why else "it ended well"
    return f"{last.ending}: {last.why}"


def _set_aside_exit(agent: AgentDir) -> None:
    """exit.json of the last turn goes to log/exit-before.json: there are hundreds of turns, and one is enough."""
    with suppress(FileNotFoundError), store.directory(agent.path) as here, store.directory(agent.log) as logs:
        os.replace("exit.json", "exit-before.json", src_dir_fd=here, dst_dir_fd=logs)


def _say_running(home: Home, record: Record, started: Started, n: int, *, resumed: bool) -> None:
    phase = Phase.RUNNING

    def change(state: State) -> State:
        nonlocal phase
        found = state.agents.get(record.id)
        if found is None or found.spawn_id != record.spawn_id or not found.live:
            phase = Phase.IDLE
            return state
        # An intent to stop it came meanwhile: whoever has that waits for these names, and ends it.
        phase = Phase.RUNNING if found.phase is Phase.SPAWNING else found.phase
        running = replace(found, phase=phase, keeper=started.keeper, process=started.program, starter=None)
        return with_record(state, running)

    def line(state: State) -> None:
        audit.record(
            home,
            "wake",
            agent=record.id,
            spawn_id=record.spawn_id,
            reason=f"heartbeat {n}, {'its session goes on' if resumed else 'a fresh session'}",
            n=n,
            pid=started.program.pid,
            revision=state.revision,
        )

    home.ledger.commit(change, purpose="record the root's turn", then=line)
    if phase is Phase.IDLE:
        gone = replace(record, keeper=started.keeper, process=started.program)
        home.runner.stop(gone, home.layout.agent(record.id), 0.0)


def _give_up(home: Home, record: Record, why: str) -> None:
    """It did not start: the root is idle again, and what was wrong stands in its record."""

    def change(state: State) -> State:
        found = state.agents.get(record.id)
        if found is None or found.spawn_id != record.spawn_id or found.phase is not Phase.SPAWNING:
            return state
        failed = ended(home, found, Ending.FAILED, why)
        return said_of(with_record(state, resting(found, failed)), failed, home.clock.wall())

    home.ledger.commit(change, purpose="give the root's turn up")


def _say_trouble(home: Home, why: str) -> None:
    root = home.policy.root.id
    record = home.ledger.read().agents.get(root)
    spawn_id = record.spawn_id if record is not None else ""
    error = SwarmError("The root could not be woken.", why, code="root")
    audit.record(home, "wake", agent=root, spawn_id=spawn_id, error=error)
    _say(home, FAILED, f"its turn failed: {why}", spawn_id)


def _say(home: Home, cause: str, text: str, spawn_id: str) -> None:
    root = home.policy.root.id

    def change(state: State) -> State:
        return raise_alert(state, root, cause, text, spawn_id, home.clock.wall())

    home.ledger.commit(change, purpose=f"say that the root is in trouble ({cause})")
