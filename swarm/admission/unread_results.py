"""Who leaves results unread spawns nothing, where `[results] then = "refuse"` (failure 8)."""

from swarm.errors import Code, Refused
from swarm.formatting import plural
from swarm.home.context import Home
from swarm.ledger.state import State
from swarm.rules.results.unread import orphans_of

MAX_NAMES = 4


def refusal(home: Home, state: State) -> Refused | None:
    """Why this agent may not spawn now; None where it may. The operator and heartbeats always may."""
    if home.policy.results.then != "refuse" or not home.actor.is_agent:
        return None
    left = orphans_of(home.actor.agent, state.agents, home.policy, state.heartbeat_n)
    if not left:
        return None
    names = ", ".join(record.id for record in left[:MAX_NAMES])
    more = f" and {len(left) - MAX_NAMES} more" if len(left) > MAX_NAMES else ""
    return Refused(
        Code.UNREAD,
        f"{plural(len(left), 'agent')} below you left results that you have not read.",
        f"They have waited for {plural(home.policy.results.orphaned_after, 'heartbeat')} and more: {names}{more}.",
        f"Read them first: swarm-tui read {left[0].id}",
    )
