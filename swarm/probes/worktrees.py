"""Looks at the worktrees of agents with git, beside the scans: no snapshot waits for a large repository."""

import threading
import time
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from swarm.model.causes import ProblemCode
from swarm.model.repository import Changes, Worktree
from swarm.model.snapshot import Problem
from swarm.rules.looping.same_files import Work, same_files
from swarm.tracking.tracked_agent import TrackedAgent

if TYPE_CHECKING:
    from swarm.home.context import Home

EVERY_S = 10.0
"""Seconds between two rounds."""
SHARE = 10.0
"""A round that takes long is followed by a rest of so many times its length."""
AT_ONCE = 4


class WorktreeLooks:
    """Keeps what was last seen of each worktree. A round of looks runs in a thread of its own, or at once where all is
    wanted."""

    def __init__(self, home: "Home") -> None:
        self._home = home
        self._seen: dict[str, tuple[Worktree, Changes]] = {}
        """By agent: replaced as a whole by the thread of a round."""
        self._round: threading.Thread | None = None
        self._due = 0.0

    def look(self, agents: Mapping[str, TrackedAgent], *, everything: bool) -> set[str]:
        """Returns the ids of those for whom something changed. everything: every worktree is looked at now."""
        if everything or time.monotonic() >= self._due:
            self._begin(agents, wait=everything)
        return self._take(agents)

    def _begin(self, agents: Mapping[str, TrackedAgent], *, wait: bool) -> None:
        if self._round is not None and self._round.is_alive():
            if not wait:
                return
            self._round.join()
        wanted = {known: own for known, agent in agents.items() if (own := self._worktree_of(agent)) is not None}
        self._due = time.monotonic() + EVERY_S
        if not wanted:
            self._seen = {}
            return
        self._round = threading.Thread(target=self._go_round, args=(wanted,), name="worktrees", daemon=True)
        self._round.start()
        if wait:
            self._round.join()

    def _worktree_of(self, agent: TrackedAgent) -> Worktree | None:
        """Its worktree, where the engine has recorded it: git goes by the settings of what it looks at.

        An earlier run, kept beside the agent, names the same one, and is passed over.
        """
        if self._home.layout.foreign or agent.spec is None or agent.spec.id != agent.id or agent.known is None:
            return None
        return agent.known.worktree

    def _go_round(self, wanted: Mapping[str, Worktree]) -> None:
        from concurrent.futures import ThreadPoolExecutor  # with git, only where there are worktrees

        from swarm.repositories.changes import changes_of

        started = time.monotonic()
        with ThreadPoolExecutor(AT_ONCE) as pool:
            found = pool.map(lambda one: changes_of(self._home.layout, one), wanted.values())
            self._seen = {known: (one, seen) for (known, one), seen in zip(wanted.items(), found, strict=True)}
        ended = time.monotonic()
        self._due = ended + max(EVERY_S, SHARE * (ended - started))

    def _take(self, agents: Mapping[str, TrackedAgent]) -> set[str]:
        seen = self._seen
        works = {
            known: Work(worktree, changes)
            for known, (worktree, changes) in seen.items()
            if known in agents and not (changes.why and agents[known].over)  # it was removed, once its work was done
        }
        said = same_files(works)
        changed = set()
        for known in {*works, *(known for known in seen if known in agents)}:
            agent = agents[known]
            changes = works[known].changes if known in works else None
            others = said.get(known, ())
            if agent.changes != changes or agent.same_files != others:
                agent.changes, agent.same_files = changes, others
                changed.add(known)
        return changed


def problems_of_changes(agent: TrackedAgent) -> Iterator[Problem]:
    """What a person should know of what an agent changed: outside of its scope, and in its worktree before a merge."""
    if agent.known is not None and agent.known.outside:
        yield Problem(ProblemCode.OUTSIDE, agent.known.outside)
    if agent.changes is not None and agent.changes.why:
        yield Problem(ProblemCode.WORKTREE, agent.changes.why)
    for others in agent.same_files:
        yield Problem(ProblemCode.SAME_FILE, others)
    yield from agent.write_problems
