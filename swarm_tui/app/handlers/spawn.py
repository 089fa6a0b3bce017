"""Spawning: the form, room for it where there is none, and an ended agent once more."""

from swarm.errors import SwarmError
from swarm.model.agent import AgentSpec
from swarm.model.requests import SpawnCheck, Spawned, SpawnRequest
from swarm.model.snapshot import AgentView
from swarm.model.values import replace
from swarm.programs.registry import names
from swarm.sanitize import clean
from swarm.verbs.respawn import request_from
from swarm_tui.app.capabilities import session_for
from swarm_tui.app.screens.engine_calls import ActingScreen
from swarm_tui.app.screens.eviction import MakeRoom
from swarm_tui.app.screens.spawn_form import SpawnForm
from widgets.cells import Cell
from widgets.check_list import CheckRow
from widgets.confirm import PickOne


def spawn(room: ActingScreen) -> None:
    _open_form(room, None)


def spawn_like(room: ActingScreen) -> None:
    view = room.where().agent
    if view is not None and view.spec is not None:
        # As it was asked for: in its worktree paths are relative to that, and the new agent gets another one.
        asked = request_from(view.spec, "")
        _open_form(room, replace(view.spec, owns=asked.owns, cwd=asked.cwd))


def _open_form(room: ActingScreen, like: AgentSpec | None) -> None:
    roles = []
    for name, role in sorted(room.swarm.roles().items()):
        if not isinstance(role, SwarmError) and name != "genesis":
            roles.append((name, name))
    if not roles:
        room.say("No role file of this home is usable: swarm-tui roles says why.", severity="error")
        return
    parents, chosen = _parents(room, like)

    def filled(answer: tuple[SpawnRequest, SpawnCheck] | None) -> None:
        if answer is None:
            return
        request, check = answer
        if check.objections and not request.queue:
            _make_room(room, request, check)
        else:
            _spawn(room, request)

    def check(request: SpawnRequest) -> SpawnCheck:
        return room.swarm.check_spawn(request, room.verdicts)

    form = SpawnForm(roles, parents, chosen, check, like, _programs(room))
    room.app.push_screen(form, filled)


def _programs(room: ActingScreen) -> tuple[list[str], str]:
    policy = room.swarm.home.policy
    return names(policy), policy.spawn.program


def _parents(room: ActingScreen, like: AgentSpec | None) -> tuple[list[str], str]:
    root = room.snapshot.root
    live = [
        view.id
        for view in room.snapshot.agents
        if view.id != root and view.record is not None and view.record.live and view.budget > 1
    ]
    view = room.where().agent
    wanted = like.parent if like is not None else (view.id if view is not None else root)
    return [root, *live], wanted if wanted in live else root


def _spawn(room: ActingScreen, request: SpawnRequest) -> None:
    def done(spawned: Spawned) -> None:
        room.say(f"{clean(spawned.agent)} {'waits in the queue' if spawned.queued else 'is running'}")
        room.expect(spawned.agent)

    room.perform("spawn", lambda: room.swarm.spawn(request), done)


def _make_room(room: ActingScreen, request: SpawnRequest, check: SpawnCheck) -> None:
    def chosen(victims: tuple[str, ...] | None) -> None:
        if victims:
            _spawn(room, replace(request, kill_first=victims))

    room.app.push_screen(MakeRoom(check), chosen)


def respawn(room: ActingScreen) -> None:
    """Asks whether to go on with the session of the earlier run, where there is one, or to start a new one."""
    view = room.where().agent
    if view is None:
        return
    room.perform(
        "look for its session", lambda: session_for(room.swarm, view), lambda found: _respawn(room, view, found)
    )


def _respawn(room: ActingScreen, view: AgentView, session: str) -> None:
    name = clean(view.id)
    kept = "Its old directory is kept beside it, and what was learned goes into its brief."

    def begin(*, fresh: bool) -> None:
        room.perform(
            "respawn", lambda: room.swarm.respawn(view.id, fresh=fresh), lambda spawned: _show_spawned(room, spawned)
        )

    def answered(*, yes: bool) -> None:
        if yes:
            begin(fresh=True)

    def chosen(how: str | None) -> None:
        if how is not None:
            begin(fresh=how == "fresh")

    if not session:
        room.ask(f"Spawn {name} again?", answered, targets=(room.target_of(view),), notes=(kept,), yes="Spawn")
        return
    rows = (
        CheckRow("resume", (Cell("go on with its session", "strong"), Cell(f"  {clean(session, 60)}", "muted"))),
        CheckRow("fresh", (Cell("begin anew", "strong"), Cell("  it knows nothing but its brief", "muted"))),
    )
    notes = (kept, "enter spawns it; esc leaves it as it is")
    room.app.push_screen(PickOne(f"Spawn {name} again: how?", rows, notes=notes), chosen)


def _show_spawned(room: ActingScreen, spawned: Spawned) -> None:
    if spawned.session:
        room.say(f"{clean(spawned.agent)} goes on with its session")
    room.expect(spawned.agent)


HANDLERS = {"spawn": spawn, "spawn_like": spawn_like, "respawn": respawn}
