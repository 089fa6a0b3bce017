"""Spawns ended agents again: how is asked once for all, and all are checked before the first of them begins."""

from collections.abc import Sequence

from msgspec import Struct

from swarm.admission.environment import names_that_differ
from swarm.errors import Code, SwarmError
from swarm.lifecycle.spawn import ROOM
from swarm.model.requests import SpawnCheck, Spawned
from swarm.model.snapshot import AgentView
from swarm.model.values import replace
from swarm.sanitize import clean
from swarm_tui.app.capabilities import Where, session_for
from swarm_tui.app.handlers.each import Done, counted, named, to_each
from swarm_tui.app.handlers.spawn import AGAIN, MENDED, show_spawned
from swarm_tui.app.screens.engine_calls import ActingScreen
from swarm_tui.app.screens.eviction import MakeRoom
from widgets.pick_one import Choice, PickOne

KEPT = "Its old directory is kept beside it, and what was learned goes into its brief."
ALL_KEPT = "Their old directories are kept beside them, and what was learned goes into their briefs."


class How(Struct, frozen=True):
    """How they are started again. kill_first: ids to end where there is no room."""

    fresh: bool = True
    here: bool = False
    force: bool = False
    kill_first: tuple[str, ...] = ()


class Earlier(Struct, frozen=True):
    """What earlier runs left that another start may go on with."""

    sessions: tuple[str, ...]
    differs: tuple[str, ...]
    """Names of variables that were others at a spawn of theirs."""


def respawn(room: ActingScreen, where: Where) -> None:
    """Asks how ended agents are started again, where there is a choice: their sessions, and their environment."""
    views = where.targets

    def look() -> Earlier:
        sessions = (session_for(room.swarm, view) for view in views)
        differ = (name for view in views for name in names_that_differ(room.swarm.agent_dir(view.id)))
        return Earlier(tuple(filter(None, sessions)), tuple(dict.fromkeys(differ)))

    what = "look for its session" if len(views) == 1 else "look for their sessions"
    room.perform(what, look, lambda found: _ask_how(room, views, found), opens=True)


def _ask_how(room: ActingScreen, views: tuple[AgentView, ...], earlier: Earlier) -> None:
    one = len(views) == 1
    kept = KEPT if one else ALL_KEPT

    def answered(*, yes: bool) -> None:
        if yes:
            _check(room, views, How())

    def chosen(key: str | None) -> None:
        if key is not None:
            _check(room, views, How(fresh=key != "resume", here=key == "here"))

    choices = []
    if earlier.sessions:
        which = clean(earlier.sessions[0], 60) if one else f"of {len(earlier.sessions)} of the {len(views)}"
        choices.append(Choice("resume", f"go on with {'its session' if one else 'the session'}  {which}"))
    knows = "it knows nothing but its brief" if one else "they know nothing but their briefs"
    choices.append(Choice("fresh", f"begin anew: {knows}"))
    if earlier.differs:
        choices.append(Choice("here", f"begin anew, as this shell is; other: {clean(', '.join(earlier.differs), 60)}"))
    if len(choices) == 1:
        targets = tuple(room.target_of(view) for view in views)
        room.ask(f"Spawn {counted(views)} again?", answered, targets=targets, notes=(kept,), yes="Spawn")
        return
    notes = (
        (kept,)
        if one
        else (", ".join(clean(view.id, 200) for view in views), *room.hidden_words({view.ref for view in views}), kept)
    )
    room.app.push_screen(PickOne(f"Spawn {counted(views)} again: how?", tuple(choices), notes=notes), chosen)


def _check(room: ActingScreen, views: tuple[AgentView, ...], how: How) -> None:
    """Looks at all of them before the first begins: what speaks against one speaks against all."""

    def show(check: SpawnCheck) -> None:
        failed = [each for each in check.objections if each.code is Code.CRASH_LOOP]
        lacks = [each for each in check.objections if each.code in ROOM]
        others = [each for each in check.objections if each not in failed and each not in lacks]
        if others:
            first = others[0]
            room.show_error("spawn again", SwarmError(first.title, first.detail, first.hint, code=first.code))
            if len(views) > 1:
                room.say("None of them was started.", severity="warning")
        elif failed:
            _ask_whether_mended(room, views, how, [each.title for each in failed])
        elif lacks:
            _make_room(room, views, how, replace(check, objections=tuple(lacks)))
        else:
            _begin(room, views, how)

    room.perform(
        "spawn again",
        lambda: room.swarm.check_respawn(
            [view.ref for view in views],
            room.snapshot,
            force=how.force,
            here=how.here,
            kill_first=how.kill_first,
        ),
        show,
        opens=True,
    )


def _ask_whether_mended(room: ActingScreen, views: tuple[AgentView, ...], how: How, failed: Sequence[str]) -> None:
    def answered(*, yes: bool) -> None:
        if yes:
            _check(room, views, replace(how, force=True))

    notes = (*failed, *(room.words_for(view) for view in views), MENDED)
    targets = tuple(room.target_of(view) for view in views)
    room.ask(AGAIN.format(counted(views)), answered, targets=targets, notes=notes, yes="Try again")


def _make_room(room: ActingScreen, views: tuple[AgentView, ...], how: How, check: SpawnCheck) -> None:
    def chosen(victims: tuple[str, ...] | None) -> None:
        if victims:
            _check(room, views, replace(how, kill_first=victims))

    room.app.push_screen(MakeRoom(check if check.agent else replace(check, agent=counted(views))), chosen)


def _begin(room: ActingScreen, views: tuple[AgentView, ...], how: How) -> None:
    def then(done: Done[Spawned]) -> None:
        if len(done) > 1:
            room.say(f"{named([view for view, _ in done])} run again")
        for _, spawned in done:
            show_spawned(room, spawned)

    to_each(
        room,
        "spawn again",
        views,
        lambda view: room.swarm.respawn(
            view.id,
            fresh=how.fresh,
            force=how.force,
            here=how.here,
            kill_first=how.kill_first,
            spawn_id=view.spawn_id,
        ),
        then,
    )


ON_AGENTS = {"respawn": respawn}
