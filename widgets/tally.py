"""How many agents run and who needs a person, kept from snapshot to snapshot: only what changed is asked again."""

from collections.abc import Collection, Mapping

from swarm.model.agent import Usage
from swarm.model.causes import Severity
from swarm.model.health import Verdict
from swarm.model.record import Alert
from swarm.model.snapshot import AgentView, Snapshot
from swarm.rules.attention import Attention, alerted_in, need_of, of_the_swarm
from swarm.rules.state_words import RUNNING_STATES
from widgets.tree_order import changed_places


class Tally:
    """Counts like `swarm.rules.attention`, without asking about ten thousand agents each second."""

    def __init__(self) -> None:
        self._root = ""
        self._agents: tuple[AgentView, ...] = ()
        self._place: dict[str, int] = {}
        self._ids: list[str] = []
        self._said: list[Verdict | None] = []
        self._counted: tuple[Snapshot, Mapping[str, Verdict]] | None = None
        self._runs: list[bool] = []
        self._needs: list[Severity | None] = []
        self._usage: dict[int, Usage] = {}
        self._alerts: tuple[Alert, ...] = ()
        self._alerted: dict[str, Severity] = {}
        self.running = 0
        """Agents whose program is believed to run, without the root."""
        self.attention = Attention()
        """Who needs a person, as of the last `count`; another object only where that changed."""

    def count(self, snapshot: Snapshot, verdicts: Mapping[str, Verdict]) -> None:
        """Takes a snapshot with its verdicts; `running`, `attention` and `usage` tell of it then."""
        if self._counted is not None and self._counted[0] is snapshot and self._counted[1] is verdicts:
            return
        self._counted = snapshot, verdicts
        changed = {*self._take(snapshot), *self._take_alerts(snapshot.alerts)}
        said = list(map(verdicts.get, self._ids))
        changed.update(changed_places(self._said, said))
        self._said = said
        news = False
        for place in changed:
            view, verdict = self._agents[place], said[place]
            runs = verdict is not None and verdict.state in RUNNING_STATES and view.id != self._root
            self.running += runs - self._runs[place]
            self._runs[place] = runs
            need = need_of(view, verdict, self._alerted)
            news |= need is not self._needs[place]
            self._needs[place] = need
        loose = of_the_swarm(self._alerts, self._place)
        if news or loose != self.attention.alerts:
            self._tell(loose)

    @property
    def usage(self) -> Collection[Usage]:
        """What agents use, where it is known, as of the last `count`."""
        return self._usage.values()

    def _tell(self, loose: tuple[Alert, ...]) -> None:
        needs = zip(self._ids, self._needs, strict=True)
        self.attention = Attention({agent: need for agent, need in needs if need is not None}, loose)

    def _take_alerts(self, alerts: tuple[Alert, ...]) -> list[int]:
        """Takes the alerts over; returns the places of the agents that they say something new of."""
        if alerts is self._alerts or alerts == self._alerts:
            return []
        before, self._alerts, self._alerted = self._alerted, alerts, alerted_in(alerts)
        concerned = {*before, *self._alerted}
        return [self._place[agent] for agent in concerned if agent in self._place]

    def _take(self, snapshot: Snapshot) -> Collection[int]:
        """Takes the agents over; returns the places that changed: all of them where agents came, went or moved."""
        before, self._agents = self._agents, snapshot.agents
        agents, places = self._agents, range(len(self._agents))
        changed: Collection[int] = places
        if len(agents) == len(before) and snapshot.root == self._root:
            changed = changed_places(before, agents)
        if changed is places or any(before[place].id != agents[place].id for place in changed):
            self._root, self._ids = snapshot.root, [view.id for view in agents]
            self._place = {agent: place for place, agent in enumerate(self._ids)}
            self._said, self._needs = [None] * len(agents), [None] * len(agents)
            self._runs, self.running = [False] * len(agents), 0
            self._usage, self.attention = {}, Attention()
            changed = places
        for place in changed:
            usage = agents[place].usage
            if usage is not None:
                self._usage[place] = usage
            else:
                self._usage.pop(place, None)
        return changed
