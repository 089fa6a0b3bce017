"""What each act of the table does, by name. One room a group; every function takes the control room."""

from collections.abc import Callable

from swarm_tui.acts import agents, finding, heartbeat, history, looking, moving, room, spawning, talking
from swarm_tui.screens.acting import ActingScreen

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
