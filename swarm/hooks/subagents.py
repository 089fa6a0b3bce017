"""Sub-agents of the program's own: no more at once than the agent's role allows, counted as they start and end."""

import time

from swarm.hooks.context import HookCaller, HookError
from swarm.protocol import subagents
from swarm.store import locks

TOOLS = ("Agent", "Task")
"""What starts one, in the words of several releases."""
WAIT_S = 10.0
YOUNG_S = 15.0
"""Wall seconds after which the program's stream tells of a sub-agent that has started."""


def start(caller: HookCaller) -> str:
    """Counts one that is about to start; returns why it may not, '' where it may. Raises HookError, SwarmError."""
    with locks.held(caller.agent.hooks_lock, WAIT_S) as mine:
        if not mine:
            raise HookError("The sub-agents could not be counted: another hook holds the lock.")
        may, live = subagents.read(caller.agent)
        if len(live) >= may:
            live = _still_live(caller, live)
        if len(live) >= may:
            return f"You may have {may} sub-agents at once, and {len(live)} are at work. Wait until one has ended."
        subagents.write(caller.agent, may, (*live, time.time()))
    return ""


def end(caller: HookCaller) -> int:
    """Counts one that has ended; returns the exit status. Which one it was does not matter: their number does."""
    with locks.held(caller.agent.hooks_lock, WAIT_S) as mine:
        if mine:
            may, live = subagents.read(caller.agent)
            subagents.write(caller.agent, may, live[1:])
    return 0


def _still_live(caller: HookCaller, live: tuple[float, ...]) -> tuple[float, ...]:
    """Those that the stream still has at work: of one that was stopped no hook tells. Young ones count in any case."""
    from swarm.programs.claude.live_subagents import live_subagents

    now = time.time()
    young = tuple(began for began in live if abs(now - began) < YOUNG_S)
    seen = live_subagents(caller.agent, now)
    if seen is None:
        return live
    older = live[: len(live) - len(young)]
    return (*older[:seen], *young)
