"""Before an act on a home: it can be written, and what processes that died on their way left is brought to its end."""

from contextlib import suppress

from swarm.errors import SwarmError
from swarm.home.context import Home
from swarm.ledger.state import State
from swarm.model.record import Phase


def must_be_ready(home: Home, *, stops: bool = True) -> None:
    """Raises as `Home.must_be_writable`; then tells, finishes or takes back what was left half done (`recovery.py`).

    What cannot be finished now is left to the next one. stops: unfinished stops too, each of which may take its grace;
    without them only starts.
    """
    home.must_be_writable()
    with suppress(SwarmError):  # on a full disk, say: the act itself finds what stands in its way, and a kill goes on
        home.ledger.tell()
        if _unfinished(home.ledger.read()):
            from swarm.lifecycle.recovery import resolve_intents  # heavy, and hardly ever needed

            resolve_intents(home, stops=stops)


def _unfinished(state: State) -> bool:
    """Whether an intent is in the ledger: of a process that died, or of one that is just carrying it out."""
    return bool(state.branches_closed) or any(
        record.phase in (Phase.SPAWNING, Phase.STOPPING) or record.taken_over for record in state.agents.values()
    )
