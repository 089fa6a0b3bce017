"""Ends agents with all below them, once the operator has said yes to a question that names them."""

from swarm.formatting import plural
from swarm.model.requests import KillReport
from swarm.model.snapshot import AgentView
from swarm.rules.kills import going_down
from swarm.sanitize import clean
from swarm_tui.app.capabilities import Where, above
from swarm_tui.app.handlers.each import counted
from swarm_tui.app.screens.engine_calls import ActingScreen
from widgets.agent_words import is_subagent
from widgets.cells import short_duration
from widgets.confirm import AgentTarget


def stop(room: ActingScreen, where: Where) -> None:
    _stop(room, where, None)


def stop_hard(room: ActingScreen, where: Where) -> None:
    _stop(room, where, 0.0)


def _stop(room: ActingScreen, where: Where, grace: float | None) -> None:
    views = where.targets
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
    room.ask(
        f"{'Kill without grace' if grace == 0 else 'Stop'} {counted(views)}?",
        answered,
        targets=tuple(room.target_of(view) for view in views),
        subtree=tuple(room.target_of(view) for view in below.values()),
        notes=_what_follows(room, views, grace),
        yes="Kill" if grace == 0 else "Stop",
        danger=True,
    )


def _what_follows(room: ActingScreen, views: tuple[AgentView, ...], grace: float | None) -> tuple[str, ...]:
    tops = tuple(f"{view.id}/" for view in views)  # the slots of whoever is below another of them are that one's
    own = [view for view in views if view.record is not None and not view.id.startswith(tops)]
    slots = sum(view.budget for view in own if view.record is not None and view.record.holds_slot)
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
    return (*left, ends, f"Directories and results stay; {room.key_of('respawn')} spawns it again.")


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
        why = f"what has ended stays so; {room.key_of('respawn')} starts it again"
        room.did_for_good(f"{plural(len(report.agents), 'agent')} ended", why)
        found = sum(len(ended.found) for ended in report.agents)
        room.say(f"{len(report.agents)} ended, {found} processes found and gone")
        return
    for ended in unsure:
        room.say(f"{clean(ended.agent)}: not verified gone: {clean(ended.unverified)}", severity="error")


ON_AGENTS = {"stop": stop, "stop_hard": stop_hard}
