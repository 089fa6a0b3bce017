"""Who needs a person: the one count that status lines, the problems view, `w`, `status` and `--json` tell. Pure."""

from collections.abc import Collection, Iterable, Mapping

from msgspec import Struct

from swarm.model.causes import Severity
from swarm.model.health import Health, Verdict
from swarm.model.record import Alert
from swarm.model.snapshot import AgentView, Snapshot
from swarm.rules.triage import is_problem, severity

IN_DANGER = frozenset({Health.OVERDUE, Health.LOOPING, Health.DISPUTED, Health.FAILED})
"""States of health in which work is lost, or about to be."""
_ALERTED = {Severity.DANGER: 10, Severity.WARNING: 11}
"""The ranks of agents that nothing but an open alert speaks of."""


class Attention(Struct, frozen=True):
    """Who needs a person, and how badly."""

    agents: Mapping[str, Severity] = {}
    """Agents with a problem or an open alert, by id, in the order of the snapshot."""
    alerts: tuple[Alert, ...] = ()
    """Open alerts of the swarm itself, and of agents that are not in the snapshot any more."""

    @property
    def count(self) -> int:
        """How many need a person; 0 only where no alert is open."""
        return len(self.agents) + len(self.alerts)

    @property
    def severity(self) -> Severity | None:
        """The worst of all; None where nobody needs a person."""
        return worst_severity((*self.agents.values(), *(alert.cause.severity for alert in self.alerts)))


def attention(snapshot: Snapshot, verdicts: Mapping[str, Verdict]) -> Attention:
    """Returns who needs a person; an agent without a verdict counts by its alerts alone."""
    alerted = alerted_in(snapshot.alerts)
    needs = ((view.id, need_of(view, verdicts.get(view.id), alerted)) for view in snapshot.agents)
    return Attention(
        {agent: need for agent, need in needs if need is not None},
        of_the_swarm(snapshot.alerts, {view.id for view in snapshot.agents}),
    )


def need_of(view: AgentView, verdict: Verdict | None, alerted: Mapping[str, Severity]) -> Severity | None:
    """How badly an agent needs a person: for what is wrong with it, or for an open alert; None where it does not.

    alerted: of `alerted_in`. What a failed check disputes is a problem, whatever became of its alert.
    """
    alert = alerted.get(view.id)
    if verdict is None or not is_problem(verdict, view):
        return alert
    in_danger = verdict.state in IN_DANGER or verdict.orphaned_results or alert is Severity.DANGER
    return Severity.DANGER if in_danger else Severity.WARNING


def need_rank(verdict: Verdict, view: AgentView, need: Severity | None) -> int:
    """A rank to sort by in ascending order, worst first; an open alert alone comes after problems. need: `need_of`."""
    rank = severity(verdict, view)
    return min(rank, _ALERTED[need]) if need is not None else rank


def alerted_in(alerts: Iterable[Alert]) -> dict[str, Severity]:
    """By agent: the worst of its open alerts. An alert of an earlier life counts for the agent of that id."""
    found: dict[str, Severity] = {}
    for alert in alerts:
        if is_open(alert) and found.get(alert.agent) is not Severity.DANGER:
            found[alert.agent] = alert.cause.severity
    return found


def of_the_swarm(alerts: Iterable[Alert], agents: Collection[str]) -> tuple[Alert, ...]:
    """The open alerts that no agent of these can be asked about, the worst first."""
    loose = [alert for alert in alerts if is_open(alert) and alert.agent not in agents]
    return tuple(sorted(loose, key=lambda alert: alert.cause.severity is not Severity.DANGER))


def worst_severity(severities: Collection[Severity]) -> Severity | None:
    """The worst of these; None for none."""
    if not severities:
        return None
    return Severity.DANGER if Severity.DANGER in severities else Severity.WARNING


def is_open(alert: Alert) -> bool:
    """Whether no person has acknowledged it yet."""
    return alert.acked_at is None


def need_words(count: int) -> str:
    """`2 need you`, `1 needs you`, `nobody needs you`."""
    return f"{count} need you" if count > 1 else "1 needs you" if count else "nobody needs you"
