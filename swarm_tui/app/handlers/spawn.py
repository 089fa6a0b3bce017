"""Spawning: the form, and room for it where there is none."""

from swarm.errors import Code, SwarmError
from swarm.model.agent import AgentSpec
from swarm.model.requests import SpawnCheck, Spawned, SpawnRequest
from swarm.model.values import replace
from swarm.programs.registry import COMMAND, kind_of, names
from swarm.sanitize import clean
from swarm.verbs.respawn import request_from
from swarm_tui.app.capabilities import Where
from swarm_tui.app.screens.engine_calls import ActingScreen
from swarm_tui.app.screens.eviction import MakeRoom
from swarm_tui.app.screens.spawn_boxes import Programs
from swarm_tui.app.screens.spawn_form import SpawnForm

AGAIN = "Start {} again, after several failed starts?"
MENDED = "Where you have mended what made them fail, it can be tried at once."


def spawn(room: ActingScreen) -> None:
    _open_form(room, None)


def spawn_like(room: ActingScreen, where: Where) -> None:
    view = where.one
    if view is not None and view.spec is not None:
        # As it was asked for: in its worktree paths are relative to that, and the new agent gets another one.
        asked = request_from(view.spec, "")
        _open_form(room, replace(view.spec, owns=asked.owns, cwd=asked.cwd))


def _open_form(room: ActingScreen, like: AgentSpec | None) -> None:
    roles = []
    for name, role in sorted(room.swarm.roles().items()):
        if not isinstance(role, SwarmError) and name != "genesis":
            roles.append(name)
    if not roles:
        room.say("No role file of this home is usable: swarm-tui roles says why.", severity="error")
        return
    parents, chosen = _parents(room, like)

    def filled(answer: tuple[SpawnRequest, SpawnCheck] | None) -> None:
        if answer is None:
            return
        request, check = answer
        failed = next((each for each in check.objections if each.code is Code.CRASH_LOOP), None)
        if failed is None:
            _go_on(room, request, check)
            return

        def forced(*, yes: bool) -> None:
            if yes:
                others = tuple(each for each in check.objections if each is not failed)
                _go_on(room, replace(request, force=True), replace(check, objections=others))

        room.ask(AGAIN.format(clean(check.agent)), forced, notes=(failed.title, MENDED), yes="Try again")

    def check(request: SpawnRequest) -> SpawnCheck:
        return room.swarm.check_spawn(request, room.snapshot)

    form = SpawnForm(roles, parents, chosen, check, like, _programs(room))
    room.app.push_screen(form, filled)


def _go_on(room: ActingScreen, request: SpawnRequest, check: SpawnCheck) -> None:
    if check.objections and not request.queue:
        _make_room(room, request, check)
    else:
        _spawn(room, request)


def _programs(room: ActingScreen) -> Programs:
    policy = room.swarm.home.policy
    known = names(policy)
    return Programs(known, policy.spawn.program, frozenset(name for name in known if kind_of(name, policy) == COMMAND))


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
        show_spawned(room, spawned)

    room.perform("spawn", lambda: room.swarm.spawn(request), done)


def _make_room(room: ActingScreen, request: SpawnRequest, check: SpawnCheck) -> None:
    def chosen(victims: tuple[str, ...] | None) -> None:
        if victims:
            _spawn(room, replace(request, kill_first=victims))

    room.app.push_screen(MakeRoom(check), chosen)


def show_spawned(room: ActingScreen, spawned: Spawned) -> None:
    """Says what came of a start, moves the cursor there, and watches whether it ends at once."""
    room.did_for_good(f"{clean(spawned.agent)} spawned", f"{room.key_of('stop')} stops what runs")
    if spawned.session:
        room.say(f"{clean(spawned.agent)} goes on with its session")
    for warning in spawned.warnings:
        room.say(warning, severity="warning")
    room.expect(spawned.agent)

    def watch() -> None:
        if (ended := room.swarm.why_ended_at_once(spawned)) is not None:
            raise ended

    room.perform("spawn", watch)


HANDLERS = {"spawn": spawn}
ON_AGENTS = {"spawn_like": spawn_like}
