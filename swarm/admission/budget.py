"""What an agent's program is told that it may cost: it then stops by itself, also where nobody looks for a while."""

from swarm.home.context import Home
from swarm.model.agent import AgentSpec
from swarm.programs.base import Program
from swarm.programs.prices import Prices
from swarm.rules.limits import limit_for

LEAST_USD = 0.01
"""What a run is given of a limit that is used up already: the engine ends it, and says why."""


def within_budget(home: Home, spec: AgentSpec, program: Program, spent: float = 0.0) -> Program:
    """Returns the program, told to stop where its agent reaches its limit, or that of the whole swarm.

    spent: dollars that earlier runs of the agent have cost. Where the operator names the model's price, the program
    would go by another one, and is told nothing.
    """
    own = limit_for(spec.role, spec.created_by, home.policy).cost_usd
    whole = home.policy.limits.cost_usd
    left = [limit for limit in (None if own is None else own - spent, whole) if limit is not None]
    if not left or Prices(home.policy.prices).given(spec.model) is not None:
        return program
    return program.limited_to(max(LEAST_USD, min(left)))
