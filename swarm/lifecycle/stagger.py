"""Starts come one after another: no more of them are under way at once than there are cores, in all processes."""

from time import sleep

from swarm.home.context import Home
from swarm.ledger.state import State
from swarm.model.time import read_now
from swarm.model.values import replace

MAX_WAIT_S = 30.0


def with_turn(home: Home, state: State, cost_s: float) -> State:
    """Returns the state in which the next start has its turn: to be committed with the intent to start.

    cost_s: processor seconds that the start takes.
    """
    awake = read_now(state.epoch, home.clock).awake
    return replace(state, last_start=next_start(state.last_start, awake, home.runner.cores(), cost_s))


def next_start(last_start: float, awake: float, cores: int, cost_s: float) -> float:
    """The awake second at which the next start may go, so that no more than one is under way on each core.

    It stands in the ledger and is waited for outside the lock: so it holds between all processes of a home without a
    file of its own.
    """
    return max(awake, last_start + cost_s / max(1, cores)) if last_start <= awake + 60 else awake


def wait_for_turn(home: Home, last_start: float) -> None:
    """Waits until the turn has come that a commit gave to this start (`State.last_start` of then), where that is on."""
    if home.policy.spawn.stagger:
        wait = last_start - home.ledger.now().awake
        if wait > 0:
            sleep(min(wait, MAX_WAIT_S))
