"""sessions, adopt: what the user's agent programs run beside this swarm, and how one becomes an agent of it."""

from swarm.admission.draft import Draft, draft
from swarm.ending.leftovers import end_session
from swarm.errors import Code, NotFound, Refused, SwarmError
from swarm.home import audit
from swarm.home.context import Home
from swarm.lifecycle.readiness import must_be_ready
from swarm.lifecycle.reservation import no_room
from swarm.lifecycle.spawn import admit
from swarm.model.actor import AuditVerb
from swarm.model.listed import ListedSession, SessionKind
from swarm.model.requests import Spawned, SpawnRequest
from swarm.model.values import replace
from swarm.processes.members import marker_of
from swarm.programs.registry import CODING, keeps_listing, kind_of, names, program_for
from swarm.protocol.names import is_plain
from swarm.protocol.paths import AgentDir
from swarm.sanitize import clean

SHORTEST = 4
"""Characters of a key that name a session."""


def sessions(home: Home) -> tuple[ListedSession, ...]:
    """The sessions of this user that run and belong to no agent of any swarm, oldest first, as programs list them."""
    found: dict[str, ListedSession] = {}
    for name in filter(lambda each: keeps_listing(each, home.policy), names(home.policy)):
        try:
            listed = program_for(name, home.policy).sessions()
        except SwarmError:
            continue  # its settings are wrong: doctor says so
        for each in listed:
            if not any(marker_of(process.pid) for process in each.processes):
                found.setdefault(each.key, each)
    return tuple(sorted(found.values(), key=lambda one: one.started_at))


def unlisted(home: Home) -> tuple[str, ...]:
    """The coding agents of which it cannot be told which sessions run: they keep a listing of saved ones, or none."""
    kinds = {name: kind_of(name, home.policy) for name in names(home.policy)}
    return tuple(name for name, kind in kinds.items() if kind in CODING and not keeps_listing(name, home.policy))


def adopt(
    home: Home,
    words: str,
    *,
    name: str,
    role: str = "worker",
    task: str = "",
    parent: str | None = None,
    end: bool = False,
) -> Spawned:
    """Makes a session an agent of this swarm: it ends where it runs, and goes on headless, where it worked before.

    words: its key, the beginning of that, or its name. end: also where a person talks in it. Raises NotFound; Refused
    `hierarchy` where an agent asks, `attach` where it cannot go on as one, and all that a spawn is refused for: then
    it runs on as it did.
    """
    with audit.attempt(home, AuditVerb.ADOPT, name):
        must_be_ready(home)
        home.must_be_able_to_start()
        if home.actor.is_agent:
            raise Refused(Code.HIERARCHY, "Only the operator adopts sessions.", hint="Ask your parent.")
        session = _meant(home, words)
        if session.alone_by:
            raise Refused(
                Code.ATTACH,
                f"The session {_called(session)} runs in a server of its program, together with others.",
                f"It has the pid {session.processes[0].pid}, and cannot end this session alone.",
                f"Close it there, go on with it by {clean(session.alone_by, 200)}, and adopt it then with --end.",
            )
        if not session.is_kept:
            raise Refused(
                Code.ATTACH,
                f"The session {_called(session)} has just begun.",
                "Its program has written nothing of it down yet, and an agent could not go on with it.",
                "Adopt it when something was said in it.",
            )
        if session.kind is SessionKind.INTERACTIVE and not end:
            raise Refused(
                Code.ATTACH,
                f"A person talks in the session {_called(session)}.",
                f"It runs in a terminal, with the pid {session.processes[0].pid}.",
                "End it there with this verb and --end.",
            )
        made = _drafted(
            home, session, SpawnRequest(name, role, task or _task(session), parent, program=session.program)
        )
        _end(home, session)
        spawned = admit(home, made[1], made[0])
    audit.record(
        home,
        AuditVerb.ADOPT,
        agent=spawned.agent,
        spawn_id=spawned.spawn_id,
        session=session.key,
        reason=_called(session),
    )
    return replace(spawned, session=session.key)


def _meant(home: Home, words: str) -> ListedSession:
    listed = sessions(home)
    exact = [each for each in listed if words in (each.key, each.short, each.name)]
    found = exact or [each for each in listed if len(words) >= SHORTEST and each.key.startswith(words)]
    if len(found) == 1:
        return found[0]
    if found:
        several = ", ".join(_called(each) for each in found[:10])
        raise NotFound(f"{clean(words, 100)!r} means several sessions.", several, "Name more of its key.")
    untold = unlisted(home)
    beside = f" Of {' and '.join(untold)} it cannot be told which sessions run." if untold else ""
    raise NotFound(
        f"No session {clean(words, 100)!r} runs.",
        f"Only a session that runs can be adopted; of one that has ended, its program keeps the conversation.{beside}",
        "See what runs with swarm-tui sessions; or go on with it in its program first, and adopt it then.",
    )


def _called(session: ListedSession) -> str:
    return clean(f"{session.key[:8]} {session.name}".strip(), 100)


def _task(session: ListedSession) -> str:
    return f"Go on with what you were doing in this session ({_called(session)}), and bring it to an end."


def _drafted(home: Home, session: ListedSession, request: SpawnRequest) -> tuple[Draft, SpawnRequest]:
    """The spawn in which the session goes on. Everything is checked before the session ends."""
    request = replace(request, cwd=session.cwd)
    state = home.ledger.read()
    made = draft(home, request, state)
    if made.errors:
        raise made.errors[0][1]
    if (no := no_room(home, state, made, request, {})) is not None:
        raise no
    agent = home.layout.agent(made.agent)
    launch = None
    if made.program is not None and made.spec is not None and is_plain(session.key):
        launch = made.program.resume(made.spec, home.layout, agent, session.key, _words(agent))
    if launch is None:
        raise Refused(Code.ATTACH, f"{_called(session)} cannot go on as an agent.", "Its program resumes no session.")
    if str(launch.cwd) != session.cwd:
        raise Refused(
            Code.SCOPE,
            f"{_called(session)} cannot go on as a {request.role}.",
            f"It worked in {session.cwd!r}, and this role is held to its own directory, where no such session is.",
            "Choose a role without a scope.",
        )
    return replace(made, launch=launch), request


def _words(agent: AgentDir) -> str:
    return (
        "Your operator has made this session an agent of a swarm. You run headless from now on. Your brief is the file "
        f"{agent.task}: read the whole of it now, it holds. Go on with your work where it stands, report progress, and "
        "write your results when it is done."
    )


def _end(home: Home, session: ListedSession) -> None:
    """Ends the session where it runs; its conversation is kept by its program. Raises SwarmError where it does not."""
    if not end_session(program_for(session.program, home.policy), session).clean:
        raise SwarmError(f"The session {_called(session)} does not end.", "It runs on as it did.", code=Code.START)
