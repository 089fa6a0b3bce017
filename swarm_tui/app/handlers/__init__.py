"""What each act of the table does, by name. One room a group; every function takes the control room."""

from collections.abc import Callable

from swarm_tui.app.act import Act, On
from swarm_tui.app.capabilities import Where
from swarm_tui.app.handlers import (
    agents,
    alerts,
    app,
    copying,
    detail,
    heartbeat,
    history,
    message,
    navigate,
    respawn,
    results,
    review,
    search,
    sessions,
    spawn,
    stop,
    strays,
    undo,
    worktrees,
)
from swarm_tui.app.screens.engine_calls import ActingScreen

Handler = Callable[[ActingScreen], None]
OnAgents = Callable[[ActingScreen, Where], None]
HANDLERS: dict[str, Handler] = {
    **navigate.HANDLERS,
    **detail.HANDLERS,
    **search.HANDLERS,
    **copying.HANDLERS,
    **spawn.HANDLERS,
    **heartbeat.HANDLERS,
    **history.HANDLERS,
    **results.HANDLERS,
    **sessions.HANDLERS,
    **undo.HANDLERS,
    **app.HANDLERS,
}
"""Act name -> what it does, for acts that are meant for no agents."""
ON_AGENTS: dict[str, OnAgents] = {
    **stop.ON_AGENTS,
    **agents.ON_AGENTS,
    **alerts.ON_AGENTS,
    **message.ON_AGENTS,
    **review.ON_AGENTS,
    **respawn.ON_AGENTS,
    **spawn.ON_AGENTS,
    **worktrees.ON_AGENTS,
    **strays.ON_AGENTS,
}
"""The same for acts on agents: each gets the targets as they were when its key was pressed. A test holds both against
the table."""


def carry_out(room: ActingScreen, act: Act, where: Where) -> None:
    """Does an act of the table. where: as it was when its key was pressed."""
    if act.on is On.NONE:
        HANDLERS[act.name](room)
    else:
        room.sure_of_hidden(act, where, lambda: ON_AGENTS[act.name](room, where))
