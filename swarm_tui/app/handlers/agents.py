"""Pauses, holds, reads, puts away: acts on agents that name whom they reach, and most of which can be taken back."""

from collections.abc import Collection

from swarm.errors import SwarmError
from swarm.formatting import plural
from swarm.model.archive import ArchiveReport
from swarm.model.record import Phase, Ref
from swarm.model.reports import ResultsState
from swarm.model.requests import ReadReport
from swarm.model.snapshot import AgentView
from swarm.sanitize import clean
from swarm_tui.app.capabilities import Where
from swarm_tui.app.handlers.each import Done, back_one_by_one, counted, named, to_each
from swarm_tui.app.screens.engine_calls import ActingScreen
from swarm_tui.app.screens.prompt import Prompt
from swarm_tui.app.undo import TakenBack

HOLD_BEATS = 2


# -- pause and resume ----------------------------------------------------------------------------------------------


def pause(room: ActingScreen, where: Where) -> None:
    """Resumes where all targets stand still or wait, else pauses. Asks where more than one agent is concerned."""
    views = where.targets
    resumes = all(_stands_still(view) for view in views)
    below = [view for view in _below(room, views) if view.record is not None and _paused(view) is resumes]

    def answered(*, yes: bool) -> None:
        if yes:
            (_resume if resumes else _pause)(room, views)

    if len(views) + len(below) == 1:
        answered(yes=True)
        return
    said = (
        "They go on where they stood."
        if resumes
        else f"They keep their slots and do not age; {room.key_of('pause')} lets them go on."
    )
    room.ask(
        f"{'Resume' if resumes else 'Pause'} {counted(views)}?",
        answered,
        targets=tuple(room.target_of(view) for view in views),
        subtree=tuple(room.target_of(view) for view in below),
        notes=(said,),
        yes="Resume" if resumes else "Pause",
    )


def _stands_still(view: AgentView) -> bool:
    return _paused(view) or (view.record is not None and view.record.phase is Phase.WAITING)


def _paused(view: AgentView) -> bool:
    return view.record is not None and view.record.paused is not None


def _below(room: ActingScreen, views: Collection[AgentView]) -> list[AgentView]:
    """Who lives below these, once each, without themselves."""
    root, ids = room.snapshot.root, {view.id for view in views}
    tops = tuple(f"{agent}/" for agent in ids)
    living = [view for view in room.snapshot.agents if view.record is not None and view.record.live]
    return [view for view in living if view.id not in ids and (root in ids or view.id.startswith(tops))]


def _pause(room: ActingScreen, views: tuple[AgentView, ...]) -> None:
    def then(done: Done[tuple[Ref, ...]]) -> None:
        _did(room, done, "pause", "stand still" if len(done) > 1 else "stands still")

    to_each(room, "pause", views, lambda view: room.swarm.pause(view.id, spawn_id=view.spawn_id), then)


def _resume(room: ActingScreen, views: tuple[AgentView, ...]) -> None:
    def then(done: Done[tuple[Ref, ...]]) -> None:
        _did(room, done, "resume", "go on" if len(done) > 1 else "goes on")

    to_each(room, "resume", views, lambda view: room.swarm.resume(view.id, spawn_id=view.spawn_id), then)


def _did(room: ActingScreen, done: Done[tuple[Ref, ...]], verb: str, words: str) -> None:
    refs = tuple(dict.fromkeys(ref for _, got in done for ref in got))
    said = f"{named([view for view, _ in done])} {words}"
    if not refs:  # those that waited were tried again at once, and those that stood still already do so
        room.say(said)
        return
    other = room.swarm.resume if verb == "pause" else room.swarm.pause

    def back() -> TakenBack:
        """In one step, and only those that this act reached: the others of the subtree stay as they were."""
        changed = other(room.snapshot.root, only=frozenset(refs))
        left = [ref.id for ref in refs if ref not in changed]
        now = "goes on" if verb == "pause" else "stands still"
        found = f"{plural(len(changed), 'agent')}: {now} as before" if changed else ""
        return TakenBack(found, tuple(f"{clean(agent)} has ended or changed since" for agent in left))

    room.did(said, back)


# -- hold ----------------------------------------------------------------------------------------------------------


def hold(room: ActingScreen, where: Where) -> None:
    """Lifts the hold where all targets are held, else holds them, and asks why."""
    views = where.targets
    if all(view.record is not None and view.record.held_until is not None for view in views):
        _hold(room, views, 0, "")
        return

    def answered(why: str | None) -> None:
        if why is not None:
            _hold(room, views, HOLD_BEATS, why)

    question = f"Hold {named(views)} for {HOLD_BEATS} heartbeats: why?"
    room.app.push_screen(Prompt(question, hint="No heartbeat ends it meanwhile.", yes="Hold"), answered)


def _hold(room: ActingScreen, views: tuple[AgentView, ...], beats: int, why: str) -> None:
    def then(done: Done[None]) -> None:
        held = [view for view, _ in done]
        words = f"held for {beats} heartbeats" if beats else "held no longer"
        be = "is" if len(held) == 1 else "are"
        room.did(
            f"{named(held)} {be} {words}",
            lambda: back_one_by_one(held, "held as before" if not beats else "held no longer", as_before),
        )

    def as_before(view: AgentView) -> None:
        record = view.record
        until = record.held_until if record is not None else None
        left = max(0, until - room.snapshot.heartbeat_n) if until is not None else 0
        before = record.held_why if record is not None else ""
        room.swarm.hold(view.id, beats=left, why=before if left else "", spawn_id=view.spawn_id)

    to_each(
        room, "hold", views, lambda view: room.swarm.hold(view.id, beats=beats, why=why, spawn_id=view.spawn_id), then
    )


# -- results -------------------------------------------------------------------------------------------------------


def read(room: ActingScreen, where: Where) -> None:
    """Marks results read; asks where they are those of several agents."""
    views = tuple(view for view in where.targets if view.results.state is not ResultsState.ABSENT)

    def answered(*, yes: bool) -> None:
        if yes:
            to_each(
                room,
                "read",
                views,
                lambda view: room.swarm.read(view.id, spawn_id=view.spawn_id),
                lambda done: show_read(room, done),
            )

    if len(views) == 1:
        answered(yes=True)
        return
    room.ask(
        f"Mark the results of {counted(views)} read?",
        answered,
        targets=tuple(room.target_of(view) for view in views),
        notes=("No alert says any more that they wait for a reader.",),
        yes="Mark read",
    )


def show_read(room: ActingScreen, done: Done[ReadReport]) -> None:
    """Says what was read; what had not been read before can be taken back."""
    first = [view for view, report in done if report.first]
    if len(done) == 1:
        report = done[0][1]
        said = "disputed" if report.results.state is ResultsState.INVALID else report.results.status
        words = f"{clean(report.agent)}: {said}, read"
    else:
        words = f"{named([view for view, _ in done])}: read"
    if not first:
        room.say(f"{words} (before, too)")
        return

    def back() -> TakenBack:
        return back_one_by_one(first, "unread again", lambda view: room.swarm.unread(view.id, spawn_id=view.spawn_id))

    room.did(words, back)


def archive(room: ActingScreen, where: Where) -> None:
    """Puts the targets away."""
    lives = {view.id: view.spawn_id for view in where.targets}

    def done(report: ArchiveReport) -> None:
        later = "; later: swarm-tui archive --restore ID"
        room.did(f"{', '.join(clean(row.id) for row in report.archived)} put away{later}", lambda: back(report))

    def back(report: ArchiveReport) -> TakenBack:
        again, left = [], []
        for row in report.archived:
            try:
                again.append(clean(room.swarm.restore(row.key)))
            except SwarmError as error:
                left.append(f"{error.title} {error.detail}")
        return TakenBack(f"{', '.join(again)} in the tree again" if again else "", tuple(left))

    room.perform("archive", lambda: room.swarm.archive(list(lives), spawn_ids=lives), done)


ON_AGENTS = {"archive": archive, "pause": pause, "read": read, "hold": hold}
