"""What each act of the table does, by name. One room a group; every function takes the control room."""

from collections.abc import Callable

from swarm_tui.app.handlers import agents, heartbeat, history
from swarm_tui.app.handlers import app as room
from swarm_tui.app.handlers import detail as looking
from swarm_tui.app.handlers import filter as finding
from swarm_tui.app.handlers import message as talking
from swarm_tui.app.handlers import navigate as moving
from swarm_tui.app.handlers import spawn as spawning
from swarm_tui.app.screens.engine_calls import ActingScreen

Handler = Callable[[ActingScreen], None]
HANDLERS: dict[str, Handler] = {
    **moving.HANDLERS,
    **looking.HANDLERS,
    **finding.HANDLERS,
    **spawning.HANDLERS,
    **agents.HANDLERS,
    **talking.HANDLERS,
    **heartbeat.HANDLERS,
    **history.HANDLERS,
    **room.HANDLERS,
}
"""Act name -> what it does. A test holds it against the table."""
