"""How many agents run, warn and fail, and what they use: counted on, place by place, as views and verdicts change."""

from collections.abc import Collection, Mapping

from swarm.model.agent import Usage
from swarm.model.health import Verdict
from swarm.model.snapshot import AgentView, Snapshot
from swarm.rules.triage import is_problem
from widgets.agent_row import RUNNING_STATES, STATE_ROLES
from widgets.diff import changed_places

Flags = tuple[bool, bool, bool]
NOTHING: Flags = (False, False, False)


class Tally:
    """Kept from picture to picture, it costs what has changed."""

    def __init__(self) -> None:
        self._root = ""
        self._agents: tuple[AgentView, ...] = ()
        self._ids: list[str] = []
        self._said: list[Verdict | None] = []
        self._flags: list[Flags] = []
        self._counts = [0, 0, 0]
        self._usage: dict[int, Usage] = {}

    def count(self, snapshot: Snapshot, verdicts: Mapping[str, Verdict]) -> tuple[int, int, int]:
        """(running without the root, in need of a person and not in danger, in need of one and in danger)."""
        changed = self._take(snapshot)
        said = list(map(verdicts.get, self._ids))
        for place in {*changed, *changed_places(self._said, said)}:
            before, after = self._flags[place], _flags(self._agents[place], said[place], snapshot.root)
            self._flags[place] = after
            for part in range(3):
                self._counts[part] += after[part] - before[part]
        self._said = said
        running, warned, failed = self._counts
        return running, warned, failed

    @property
    def usage(self) -> Collection[Usage]:
        """What those use of whom that is known, as of the last `count`."""
        return self._usage.values()

    def _take(self, snapshot: Snapshot) -> Collection[int]:
        """Takes the agents over; returns the places that changed."""
        agents = snapshot.agents
        places: Collection[int]
        if len(agents) == len(self._agents) and snapshot.root == self._root:
            places = changed_places(self._agents, agents)
        else:
            places = range(len(agents))
            self._ids, self._said = [""] * len(agents), [None] * len(agents)
            self._flags, self._counts = [NOTHING] * len(agents), [0, 0, 0]
            self._usage.clear()
        self._agents, self._root = agents, snapshot.root
        for place in places:
            view = agents[place]
            self._ids[place] = view.id
            if view.usage is not None:
                self._usage[place] = view.usage
            else:
                self._usage.pop(place, None)
        return places


def _flags(view: AgentView, verdict: Verdict | None, root: str) -> Flags:
    if verdict is None:
        return NOTHING
    needed = is_problem(verdict, view)
    danger = STATE_ROLES[verdict.state] == "danger"
    return verdict.state in RUNNING_STATES and view.id != root, needed and not danger, needed and danger
