"""Who may write which file of the home, what is said of who wrote another one's, and what follows (failure 10). Pure.

An agent trips it that writes, while both run, into what another one owns or into its directory, or outside of its own
scope; two agents that write one file of nobody's within a heartbeat are named, no more. Above or below its owner an
agent without a scope may write what that one owns: it was given, or gives, the work.
"""

from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from typing import NamedTuple

from swarm.config.policy import Policy
from swarm.model.causes import AlertCause, ProblemCode
from swarm.model.health import Health, Verdict
from swarm.model.snapshot import AgentView, Problem, Snapshot
from swarm.model.writes import Territory
from swarm.rules.kills import Due
from swarm.rules.limits import in_play
from swarm.sanitize import clean

REPORTS = frozenset({"progress.md", "results.json"})
"""Files of an agent that it alone writes."""
SHOWN = 4
_SPARED = (Health.HELD, Health.PAUSED)
CODES = (ProblemCode.TRESPASS, ProblemCode.OUTSIDE)
"""Problems of an agent that wrote what is not its to write."""
CAUSES = frozenset({AlertCause.TRESPASS, AlertCause.OUTSIDE})


class Evidence(StrEnum):
    """How it is known who wrote a file. The words stand in the problem of its row."""

    COUNTED = "what its processes wrote fits, and no other agent's does"
    OPEN = "a process of it holds the file open for writing"
    SAID = "a tool call of its own did it"


class Trespass(NamedTuple):
    """An agent wrote a file that is not its to write. owner: whose it is; '' where it lies outside of its own scope."""

    path: str
    owner: str
    evidence: Evidence


def owner_of(path: str, territories: Iterable[Territory]) -> str:
    """Returns the agent whose file it is, by the innermost place that it lies in; '' for nobody's."""
    found = max(
        ((len(place), each.agent) for each in territories for place in each.places if _lies_in(path, place)),
        default=(0, ""),
    )
    return found[1]


def may_write(writer: Territory, path: str, owner: str) -> bool:
    """Whether a file is an agent's to write. owner: whose it is; '' for nobody's."""
    if owner == writer.agent:
        return True
    if owner and path.rpartition("/")[2] in REPORTS and path.rpartition("/")[0].endswith(owner):
        return False
    if any(_lies_in(path, place) for place in writer.places):
        return True
    if writer.scoped:
        return False
    return not owner or _above(writer.agent, owner) or _above(owner, writer.agent)


def problem_of(found: Sequence[Trespass]) -> Problem | None:
    """What is said of an agent that wrote these, oldest first; None where there is nothing to say."""
    if not found:
        return None
    owners = list(dict.fromkeys(each.owner for each in found if each.owner))
    code = ProblemCode.TRESPASS if owners else ProblemCode.OUTSIDE
    parts = [f"{_named(found, owner)}, which {owner} owns" for owner in owners]
    if outside := [each for each in found if not each.owner]:
        parts.append(f"{_named(outside, '')}, outside of its scope")
    evidence = "; ".join(dict.fromkeys(each.evidence.value for each in found))
    return Problem(code, f"it wrote {'; and '.join(parts)} ({evidence})")


def _named(found: Iterable[Trespass], owner: str) -> str:
    paths = list(dict.fromkeys(clean(each.path, 120) for each in found if each.owner == owner))
    return ", ".join(paths[:SHOWN]) + (f" and {len(paths) - SHOWN} more" if len(paths) > SHOWN else "")


def due_to_freeze(snapshot: Snapshot, judged: Mapping[str, Verdict], policy: Policy) -> dict[str, Due]:
    """The agents that are frozen for what they wrote, under `then = "freeze"`.

    The root, whom the operator holds or has paused, and an agent whose alert the operator acknowledged are spared.
    """
    if policy.scope.then != "freeze":
        return {}
    judged_by_people = {
        (alert.agent, alert.spawn_id)
        for alert in snapshot.alerts
        if alert.cause in CAUSES and alert.acked_at is not None
    }
    return {
        view.id: due
        for view in snapshot.agents
        if view.id != policy.root.id
        and in_play(view)
        and judged[view.id].state not in _SPARED
        and (view.id, view.spawn_id) not in judged_by_people
        and (due := _due(view)) is not None
    }


def _due(view: AgentView) -> Due | None:
    found = next((problem for problem in view.problems if problem.code in CODES), None)
    return Due(found.text, found.code.alert) if found is not None else None


def _above(one: str, other: str) -> bool:
    return other.startswith(one + "/")


def _lies_in(path: str, place: str) -> bool:
    return path == place or path.startswith(place + "/")
