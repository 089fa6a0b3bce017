"""One model tier in the whole swarm: which agents run another model, and what changed it (failure 4).

To see it: with `[models] tier` set, or with two agents of one program, an agent is spawned with `--env` that names
another model, another one answers, or a tier is set in swarm.toml while agents run that were spawned without.
"""

from collections.abc import Iterable
from typing import NamedTuple

from swarm.config.policy import Policy
from swarm.model.agent import AgentSpec
from swarm.programs.model_names import alike
from swarm.programs.model_orders import Order, language_of, orders_of

_TELLING = frozenset({"claude", "gemini"})
"""Languages in which it is said which model answers: of these it is known as soon as one does."""


class Run(NamedTuple):
    """One living agent: what it was ordered to run, and what its program says answers ('' where that is unknown)."""

    agent: str
    spawned: float
    """Awake seconds."""
    language: str
    orders: tuple[Order, ...]
    answers: str


def run_of(spec: AgentSpec, spawned: float, answers: str, policy: Policy) -> Run:
    """The run of an agent with this spec."""
    return Run(spec.id, spawned, language_of(spec, policy), orders_of(spec, policy), answers)


def mixed(runs: Iterable[Run], policy: Policy) -> dict[str, str]:
    """By id of each agent that is not of the tier: why, in words. None where swarm.toml allows mixed ones.

    The tier is what swarm.toml says, for the root what [root] says; where it says nothing, what the longest living
    agent that runs the same coding agent was ordered, or has: models of different makers cannot be compared.
    """
    if policy.models.allow_mixed:
        return {}
    found: dict[str, str] = {}
    first: dict[str, tuple[str, str]] = {}
    for run in sorted(runs, key=lambda each: (each.spawned, each.agent)):
        tier = (policy.root.model if run.agent == policy.root.id else "") or policy.models.tier
        if tier:
            why = _of_another(run, tier)
            words = f"{why}; the tier of this swarm is {tier}" if why else ""
        else:
            words = _beside(run, first)
        if words:
            found[run.agent] = words
    return found


def _of_another(run: Run, tier: str) -> str:
    """Why a run is not of a tier; '' where it is, as far as that can be told."""
    for order in run.orders:
        if not alike(tier, order.model):
            return f"{order.by or 'its spawn'} orders {order.model}"
    if run.answers and not alike(tier, run.answers):
        # What answers in place of what its spawn ordered is a problem of its own, which says both.
        return "" if run.orders and not run.orders[0].by else f"{run.answers} answers"
    if not run.orders and not run.answers and run.language and run.language not in _TELLING:
        return "it was spawned with no model named, and its program does not say which one answers"
    return ""


def _beside(run: Run, first: dict[str, tuple[str, str]]) -> str:
    """Why it is not of the tier of the first of its kind, which it is itself where none came before it."""
    runs = run.orders[0].model if run.orders else run.answers
    if not runs:
        return ""
    tier, agent = first.setdefault(run.language, (runs, run.agent))
    why = _of_another(run, tier) if agent != run.agent else ""
    return f"{why}; {agent} runs {tier}" if why else ""


def warnings(spec: AgentSpec, policy: Policy) -> tuple[str, ...]:
    """What a spawn is told that goes past the tier of swarm.toml, which its own model keeps to."""
    if policy.models.allow_mixed or not policy.models.tier:
        return ()
    return tuple(
        f"{order.by} orders {order.model[:80]!r}, which is not this swarm's tier, {policy.models.tier!r}: heartbeats "
        "will raise an alert."
        for order in orders_of(spec, policy)
        if order.by and not alike(policy.models.tier, order.model)
    )
