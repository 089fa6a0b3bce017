"""adopt, of a stray: a coding agent that runs beside the ledger goes on as an agent of the swarm, within a budget."""

from collections.abc import Iterator

from swarm import platform
from swarm.admission.draft import Draft, draft
from swarm.errors import Code, Refused, SwarmError
from swarm.home import audit
from swarm.home.context import Home
from swarm.ledger.state import State
from swarm.lifecycle.readiness import must_be_ready
from swarm.lifecycle.reservation import no_room
from swarm.lifecycle.spawn import admit
from swarm.lifecycle.strays import end_stray, find_stray
from swarm.model.actor import AuditVerb
from swarm.model.listed import ListedSession
from swarm.model.requests import Spawned, SpawnRequest
from swarm.model.snapshot import AgentView
from swarm.model.stray import Stray
from swarm.model.values import replace
from swarm.programs.registry import COMMAND, keeps_listing, names, program_for
from swarm.protocol.names import is_plain, parent_of
from swarm.sanitize import clean

MAX_WORDS = 4000
"""Characters of a command line that is run again: longer ones are not told whole by every kernel."""
NO_ROOM = frozenset({Code.NO_SLOT, Code.BUDGET, Code.DEPTH, Code.HIERARCHY, Code.PAUSED_BRANCH, Code.RESERVE})
"""Refusals for which the next agent further up is asked for a budget."""


def adopt_stray(
    home: Home,
    words: str,
    *,
    name: str,
    role: str = "worker",
    task: str = "",
    parent: str | None = None,
    restart: bool = False,
) -> Spawned:
    """Makes a stray an agent: it ends where it runs, and goes on under a keeper, in the same directory.

    A budget is looked for below the agent that it runs below, then further up; what it takes now as a stray is its own
    to take. Its session goes on where its program lists it. Else its command is run again from the beginning, where the
    caller says `restart`.

    Raises NotFound; Refused `hierarchy` where an agent asks, `attach` where it would have to begin anew, and all that a
    spawn is refused for: then it runs on as it did.
    """
    with audit.attempt(home, AuditVerb.ADOPT, words) as attempt:
        must_be_ready(home)
        home.must_be_able_to_start()
        if home.actor.is_agent:
            raise Refused(Code.HIERARCHY, "Only the operator adopts strays.", hint="Ask your parent.")
        view = find_stray(home, words)
        attempt.agent = view.id
        assert view.stray is not None  # noqa: S101 that is what was looked for
        session = _session_of(home, view.stray)
        request = _request(view.stray, session, SpawnRequest(name, role, task or _task(view), parent), restart=restart)
        made = _within_a_budget(home, view, request, session)
        ended = end_stray(home, view.id, view.stray, grace=home.policy.stop.grace, reason="adopted")
        if not ended.gone:
            raise SwarmError(f"{view.id!r} does not end.", f"{ended.unverified}.", code=Code.START)
        spawned = admit(home, replace(request, parent=made.parent), made)
    key = session.key if session is not None else ""
    audit.record(
        home, AuditVerb.ADOPT, agent=spawned.agent, spawn_id=spawned.spawn_id, session=key, reason=f"was {view.id}"
    )
    return replace(spawned, session=key)


def _session_of(home: Home, stray: Stray) -> ListedSession | None:
    """Its session, as its program lists it; None where it does not, or where it cannot go on alone."""
    for program in filter(lambda each: keeps_listing(each, home.policy), names(home.policy)):
        try:
            listed = program_for(program, home.policy).sessions()
        except SwarmError:
            continue  # its settings are wrong: doctor says so
        for each in listed:
            own = any(process.pid == stray.process.pid for process in each.processes)
            if own and each.is_kept and not each.alone_by and is_plain(each.key):
                return each
    return None


def _task(view: AgentView) -> str:
    return f"Go on with what you were doing before you were taken into this swarm: {view.description}"


def _request(stray: Stray, session: ListedSession | None, request: SpawnRequest, *, restart: bool) -> SpawnRequest:
    if session is not None:
        return replace(request, program=session.program, cwd=session.cwd)
    command = platform.words(stray.process.pid)
    if not restart:
        raise Refused(
            Code.ATTACH,
            f"{stray.program} (pid {stray.process.pid}) cannot go on where it is.",
            "Its program lists no session of it that could be taken up. What it did so far would be lost.",
            "Run its command again from the beginning, as an agent: --restart    or end it: swarm-tui kill ID",
        )
    if not command or sum(map(len, command)) > MAX_WORDS:
        raise Refused(
            Code.ATTACH,
            "Its command cannot be run again.",
            "Its command line is not told whole by the system.",
            "Spawn an agent with it.",
        )
    return replace(request, program=COMMAND, command=command, cwd=stray.cwd)


def _within_a_budget(home: Home, view: AgentView, request: SpawnRequest, session: ListedSession | None) -> Draft:
    """The spawn as which it goes on. Everything is checked before it ends; raises the first refusal."""
    first: SwarmError | None = None
    for parent in [request.parent] if request.parent else _parents(home, view):
        state = home.ledger.read()
        made = _without(view, draft(home, replace(request, parent=parent), state))
        error: SwarmError | None = made.errors[0][1] if made.errors else no_room(home, state, made, request, {})
        if error is None:
            return _resumed(home, made, session) if session is not None else made
        first = first or error
        if error.code not in NO_ROOM:
            break
    assert first is not None  # noqa: S101 there is one parent at least
    raise first


def _parents(home: Home, view: AgentView) -> Iterator[str]:
    """The agent that it runs below, and those further up, the root last."""
    state: State = home.ledger.read()
    agent = parent_of(view.id)
    while agent and agent != home.policy.root.id:
        if agent in state.agents:
            yield agent
        agent = parent_of(agent)
    yield home.policy.root.id


def _without(view: AgentView, made: Draft) -> Draft:
    """The same, where this stray takes no slot any more."""
    above = view.parent or ""
    left = {agent: number - (agent == above) for agent, number in made.ghosts.items()}
    return replace(made, ghosts={agent: number for agent, number in left.items() if number > 0})


def _resumed(home: Home, made: Draft, session: ListedSession) -> Draft:
    launch = None
    if made.program is not None and made.spec is not None:
        agent = home.layout.agent(made.agent)
        told = (
            "Your operator has made this session an agent of a swarm. You run headless from now on. Your brief is the "
            f"file {agent.task}: read the whole of it now, it holds. Go on with your work where it stands."
        )
        launch = made.program.resume(made.spec, home.layout, agent, session.key, told)
    if launch is None or str(launch.cwd) != session.cwd:
        raise Refused(
            Code.ATTACH,
            f"{clean(session.name or session.key, 80)} cannot go on as an agent of this role.",
            "Its program does not resume it there.",
            "Choose a role without a scope.",
        )
    return replace(made, launch=launch)
