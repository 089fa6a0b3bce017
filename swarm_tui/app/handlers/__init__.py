"""What each act of the table does, by name. One room a group; every function takes the control room."""

from collections.abc import Callable

from swarm_tui.app.handlers import (
    agents,
    app,
    copying,
    detail,
    heartbeat,
    history,
    message,
    navigate,
    results,
    review,
    search,
    sessions,
    spawn,
    strays,
    worktrees,
)
from swarm_tui.app.screens.engine_calls import ActingScreen

Handler = Callable[[ActingScreen], None]
HANDLERS: dict[str, Handler] = {
    **navigate.HANDLERS,
    **detail.HANDLERS,
    **search.HANDLERS,
    **copying.HANDLERS,
    **spawn.HANDLERS,
    **agents.HANDLERS,
    **message.HANDLERS,
    **review.HANDLERS,
    **heartbeat.HANDLERS,
    **history.HANDLERS,
    **results.HANDLERS,
    **worktrees.HANDLERS,
    **sessions.HANDLERS,
    **strays.HANDLERS,
    **app.HANDLERS,
}
"""Act name -> what it does. A test holds it against the table."""
