"""Who runs unrecorded below the agents of the ledger: a spawn counts them as `status` does, to the slot."""

from collections.abc import Mapping

from swarm.home.context import Home
from swarm.ledger.state import State
from swarm.protocol.names import parent_of
from swarm.rules.slots import ghosts_in


def ghosts_now(home: Home, state: State) -> Mapping[str, int]:
    """Returns how many ghosts and sub-agents run below each agent, by its id; nothing is looked at where none runs."""
    if not any(record.live for record in state.agents.values()):
        return {}
    from swarm.scan.probes import Effort
    from swarm.scan.scanner import Scanner  # a first spawn needs none

    # Not outputs, worktrees and long transcripts: whoever spawns waits for this.
    return ghosts_in(Scanner(home).full(Effort.PLACES))


def still_below(ghosts: Mapping[str, int], state: State) -> Mapping[str, int]:
    """Returns those of them that count in this state: below an agent that runs, at any distance, as in a scan."""
    return {above: number for above, number in ghosts.items() if _is_managed(above, state)} if ghosts else ghosts


def _is_managed(above: str, state: State) -> bool:
    while above:
        record = state.agents.get(above)
        if record is not None and record.live:
            return True
        above = parent_of(above)
    return False
