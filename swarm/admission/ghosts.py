"""Who runs unrecorded below the agents of the ledger: a spawn counts them as `status` does, to the slot.

Ghosts, sub-agents inside programs and strays count alike, at every level.
"""

from collections import Counter
from collections.abc import Mapping

from swarm.home.context import Home
from swarm.ledger.state import State
from swarm.protocol.names import parent_of
from swarm.rules.budgets.slots import ghosts_in


def ghosts_now(home: Home, state: State) -> Mapping[str, int]:
    """Returns how many ghosts, sub-agents and strays run below each agent, by its id ('' and the root at the top).

    Where no agent runs only processes are looked at, and nothing in a swarm that has not had an agent yet.
    """
    if not any(record.live for record in state.agents.values()):
        from swarm.probes.strays import StrayLooks

        looks = StrayLooks(home)
        looks.look(state, now=True)
        return Counter(stray.above for stray in looks.found.values())
    from swarm.probes.probes import Effort
    from swarm.scan.scanner import Scanner  # a first spawn needs none

    # Not outputs, worktrees and long transcripts: whoever spawns waits for this.
    return ghosts_in(Scanner(home).full(Effort.PLACES))


def still_below(ghosts: Mapping[str, int], state: State) -> Mapping[str, int]:
    """Returns those of them that count in this state, as in a scan: at the top, or below an agent that runs.

    At any distance: who is ended to make room takes with it what runs unrecorded below it.
    """
    return {above: number for above, number in ghosts.items() if not parent_of(above) or _is_managed(above, state)}


def _is_managed(above: str, state: State) -> bool:
    while above:
        record = state.agents.get(above)
        if record is not None and record.live:
            return True
        above = parent_of(above)
    return False
