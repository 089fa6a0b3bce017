"""What of a list of agents is shown, and in which order: filter, problems, sort modes. Pure."""

from collections.abc import Collection, Mapping
from enum import StrEnum

from swarm.model.health import State, Verdict
from swarm.model.snapshot import AgentView
from swarm.rules.triage import is_problem, severity

NO_VERDICT = Verdict(State.UNKNOWN, "no verdict yet")


class SortMode(StrEnum):
    """The orders of the list. All but TREE are flat and show paths."""

    TREE = "tree"
    STATE = "state"
    AGE = "age"
    OUTPUTS = "outputs"
    NAME = "name"


Verdicts = Mapping[str, Verdict]


def verdict_of(verdicts: Verdicts, view: AgentView) -> Verdict:
    """The verdict on an agent; `unknown` where there is none."""
    return verdicts.get(view.id, NO_VERDICT)


def matching(views: tuple[AgentView, ...], verdicts: Verdicts, text: str) -> frozenset[int]:
    """The places of the agents in whose id, role, state or last sentence every word of the text occurs."""
    words = text.lower().split()
    found: list[int] = []
    for at, view in enumerate(views):
        line = view.progress.last
        said = line.sentence if line is not None else ""
        haystack = f"{view.id} {view.role} {verdict_of(verdicts, view).state.value} {said}".lower()
        if all(word in haystack for word in words):
            found.append(at)
    return frozenset(found)


def problems(views: tuple[AgentView, ...], verdicts: Verdicts) -> frozenset[int]:
    """The places of the agents that need a person."""
    return frozenset(at for at, view in enumerate(views) if is_problem(verdict_of(verdicts, view), view))


def worst_of(places: Collection[int], views: tuple[AgentView, ...], verdicts: Verdicts) -> int | None:
    """The place of the one that needs a person most."""
    return min(places, key=lambda at: (severity(verdict_of(verdicts, views[at]), views[at]), at), default=None)


def in_order(
    places: Collection[int], views: tuple[AgentView, ...], verdicts: Verdicts, mode: SortMode, *, reverse: bool = False
) -> list[int]:
    """The places in the order of a mode: worst first, oldest first, most outputs first, by name."""
    ordered = sorted(places)
    if mode is SortMode.STATE:
        ordered.sort(key=lambda at: _age(views[at], verdicts), reverse=True)
        ordered.sort(key=lambda at: severity(verdict_of(verdicts, views[at]), views[at]))
    elif mode is SortMode.AGE:
        ordered.sort(key=lambda at: _age(views[at], verdicts), reverse=True)
    elif mode is SortMode.OUTPUTS:
        ordered.sort(key=lambda at: outputs_of(views[at]), reverse=True)
    elif mode is SortMode.NAME:
        ordered.sort(key=lambda at: (views[at].name, views[at].id))
    return ordered[::-1] if reverse else ordered


def outputs_of(view: AgentView) -> int:
    """Outputs as the engine counts them, or as the agent does where that is more."""
    last = view.progress.last
    return max(view.observed.outputs, (last.outputs or 0) if last is not None else 0)


def _age(view: AgentView, verdicts: Verdicts) -> float:
    return verdict_of(verdicts, view).age or 0.0
