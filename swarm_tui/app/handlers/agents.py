"""Acts on agents. Each captures its targets (id, spawn id) when the key is pressed, and asks before it ends one."""

from swarm.formatting import plural
from swarm.model.record import Phase
from swarm.model.reports import ResultsState
from swarm.model.requests import KillReport, ReadReport
from swarm.model.snapshot import AgentView
from swarm.rules.kills import going_down
from swarm.sanitize import clean
from swarm_tui.app.capabilities import above
from swarm_tui.app.screens.engine_calls import ActingScreen
from swarm_tui.app.screens.prompt import Prompt
from widgets.agent_words import is_subagent
from widgets.cells import short_duration
from widgets.confirm import AgentTarget

HOLD_BEATS = 2


def stop(room: ActingScreen) -> None:
    _stop(room, None)


def stop_hard(room: ActingScreen) -> None:
    _stop(room, 0.0)


def _stop(room: ActingScreen, grace: float | None) -> None:
    views = room.where().targets
    if all(is_subagent(view) for view in views):
        _stop_inner(room, views)
        return
    lives = {view.id: view.spawn_id for view in views}

    def answered(*, yes: bool) -> None:
        if yes:
            room.perform(
                "stop",
                lambda: room.swarm.kill(list(lives), reason="operator", grace=grace, spawn_ids=lives),
                lambda report: _show_kill(room, report),
            )

    # What is on the screen is what is asked about; the engine looks again before it signals anything.
    below = {view.id: view for chosen in views for view in going_down(room.snapshot, chosen.id) if view.id not in lives}
    what = clean(views[0].id) if len(views) == 1 else f"{len(views)} agents"
    room.ask(
        f"{'Kill without grace' if grace == 0 else 'Stop'} {what}?",
        answered,
        targets=tuple(room.target_of(view) for view in views),
        subtree=tuple(room.target_of(view) for view in below.values()),
        notes=_what_follows(room, views, grace),
        yes="Kill" if grace == 0 else "Stop",
        danger=True,
    )


def _what_follows(room: ActingScreen, views: tuple[AgentView, ...], grace: float | None) -> tuple[str, ...]:
    slots = sum(view.budget for view in views if view.record is not None and view.record.holds_slot)
    seconds = room.swarm.home.policy.stop.grace if grace is None else grace
    how = f"gets {short_duration(seconds)} to end by itself, and is then killed" if seconds else "is killed at once"
    freed = f"; {slots} slot{'s come' if slots != 1 else ' comes'} free" if slots else ""
    left = tuple(
        f"{clean(view.id)} has ended. {clean(view.record.unverified, 500)}"
        for view in views
        if view.record is not None and view.record.leftovers
    )
    if len(left) == len(views):
        return left
    ends = f"Each {how}, with everything it has started{freed}."
    return (*left, ends, "Directories and results stay; r spawns it again.")


def _stop_inner(room: ActingScreen, views: tuple[AgentView, ...]) -> None:
    """Sub-agents inside agents' programs: those alone are stopped, the agents go on."""
    owners = {view.id: owner for view in views if (owner := above(view, room.snapshot)) is not None}
    lives = {agent: owner.spawn_id for agent, owner in owners.items()}
    names = ", ".join(dict.fromkeys(clean(owner.id) for owner in owners.values()))

    def answered(*, yes: bool) -> None:
        if yes:
            room.perform(
                "stop the sub-agent",
                lambda: room.swarm.kill(list(lives), reason="operator", spawn_ids=lives),
                lambda report: _show_kill(room, report),
            )

    what = f'the sub-agent "{clean(views[0].description, 80)}"' if len(views) == 1 else f"{len(views)} sub-agents"
    room.ask(
        f"Stop {what} of {names}?",
        answered,
        targets=tuple(AgentTarget(view.id, view.spawn_id, clean(view.description, 120)) for view in views),
        notes=(f"{names} goes on, and is told that it was stopped.",),
        yes="Stop",
        danger=True,
    )


def _show_kill(room: ActingScreen, report: KillReport) -> None:
    for ended in report.agents:
        if ended.may_have_left:
            room.say(f"{clean(ended.agent)} may have left: {', '.join(ended.may_have_left)}", severity="warning")
    unsure = [ended for ended in report.agents if not ended.gone]
    if not unsure:
        found = sum(len(ended.found) for ended in report.agents)
        room.say(f"{len(report.agents)} ended, {found} processes found and gone")
        return
    for ended in unsure:
        room.say(f"{clean(ended.agent)}: not verified gone: {clean(ended.unverified)}", severity="error")


def pause(room: ActingScreen) -> None:
    for view in room.where().targets:
        _pause(room, view)


def _pause(room: ActingScreen, view: AgentView) -> None:
    name = clean(view.id)
    if view.record is not None and (view.record.paused is not None or view.record.phase is Phase.WAITING):
        room.perform(
            "resume",
            lambda: room.swarm.resume(view.id, spawn_id=view.spawn_id),
            lambda _: room.say(f"{name} goes on"),
        )
    else:
        room.perform(
            "pause",
            lambda: room.swarm.pause(view.id, spawn_id=view.spawn_id),
            lambda _: room.say(f"{name} stands still"),
        )


def hold(room: ActingScreen) -> None:
    views = room.where().targets
    held = [view for view in views if view.record is not None and view.record.held_until is not None]
    if held and len(held) == len(views):
        for view in held:
            _hold(room, view, 0, "")
        return
    names = ", ".join(clean(view.id) for view in views)

    def answered(why: str | None) -> None:
        for view in views if why is not None else ():
            _hold(room, view, HOLD_BEATS, why or "")

    room.app.push_screen(
        Prompt(f"Hold {names} for {HOLD_BEATS} heartbeats: why?", hint="No heartbeat ends it meanwhile.", yes="Hold"),
        answered,
    )


def _hold(room: ActingScreen, view: AgentView, beats: int, why: str) -> None:
    words = f"{clean(view.id)} is held for {beats} heartbeats" if beats else f"{clean(view.id)} is held no longer"
    room.perform(
        "hold",
        lambda: room.swarm.hold(view.id, beats=beats, why=why, spawn_id=view.spawn_id),
        lambda _: room.say(words),
    )


def read(room: ActingScreen) -> None:
    for view in room.where().targets:
        if view.results.state is not ResultsState.ABSENT:
            _read(room, view.id)


def _read(room: ActingScreen, agent_id: str) -> None:
    room.perform("read", lambda: room.swarm.read(agent_id), lambda report: _show_read(room, report))


def _show_read(room: ActingScreen, report: ReadReport) -> None:
    said = "disputed" if report.results.state is ResultsState.INVALID else report.results.status
    again = "" if report.first else " (it was read before)"
    room.say(f"{clean(report.agent)}: {said}, read{again}")


def archive(room: ActingScreen) -> None:
    lives = {view.id: view.spawn_id for view in room.where().targets}
    room.perform(
        "archive",
        lambda: room.swarm.archive(list(lives), spawn_ids=lives),
        lambda report: room.say(
            f"{', '.join(clean(row.id) for row in report.archived)} put away; "
            "swarm-tui archive --restore ID brings one back"
        ),
    )


def acknowledge(room: ActingScreen) -> None:
    chosen = room.alerts_in_question()
    room.perform(
        "acknowledge",
        lambda: room.swarm.acknowledge(chosen),
        lambda seen: room.say(f"{plural(len(seen), 'alert')} acknowledged"),
    )


HANDLERS = {
    "archive": archive,
    "stop": stop,
    "stop_hard": stop_hard,
    "pause": pause,
    "read": read,
    "acknowledge": acknowledge,
    "hold": hold,
}
