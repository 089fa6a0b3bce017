"""Agents that only something which runs tells of: sub-agents inside programs, and strays. They come and go with it."""

from collections.abc import Mapping

from swarm.model.activity import SubAgent
from swarm.model.stray import Stray
from swarm.probes.strays import directory_of
from swarm.tracking.tracked_agent import TrackedAgent
from swarm.tracking.tree import Tree

Runs = SubAgent | Stray


class Unrecorded:
    """Who of the tracked agents is there because a program, or the table of processes, tells of it."""

    def __init__(self, tracked: dict[str, TrackedAgent], tree: Tree) -> None:
        """tracked: the scanner's, by id; changed here."""
        self._tracked = tracked
        self._tree = tree
        self._inner: set[str] = set()
        self._strays: Mapping[str, Stray] = {}
        """What was last said of strays, which is compared as a whole."""
        self._by_stray: set[str] = set()

    def take_inner(self, there: dict[str, SubAgent], dirty: set[str]) -> bool:
        """Takes in the sub-agents inside programs. Returns whether any came or went.

        dirty: gets the ids of those whose view changes.
        """
        for known in there.keys() - self._inner:
            if known in self._tracked:
                del there[known]  # a directory of that name stands there, and is what is shown
        return self._take(self._inner, there, dirty)

    def take_strays(self, strays: Mapping[str, Stray], dirty: set[str]) -> bool:
        """The same of strays. One that works in a directory which the ledger does not know is the agent of that one."""
        if strays is self._strays:
            return False
        self._strays = strays
        there = {self._place_of(known, stray): stray for known, stray in strays.items()}
        return self._take(self._by_stray, there, dirty)

    def _take(self, before: set[str], there: Mapping[str, Runs], dirty: set[str]) -> bool:
        """before: the ids of those that were there at the last look; changed here to those that are there now."""
        moved = before != there.keys()
        for known in before - there.keys():
            self._end(known, dirty)
        before.clear()
        before.update(there)
        for known, runs in there.items():
            agent = self._tracked.setdefault(known, TrackedAgent(known))
            if runs in (agent.inner, agent.stray):
                continue
            if isinstance(runs, Stray):
                agent.stray = runs
            else:
                agent.inner = runs
            dirty.add(known)
        return moved

    def _place_of(self, known: str, stray: Stray) -> str:
        """The id of the unrecorded directory that a stray works in, where it does; else its own."""
        path = directory_of(stray, self._tree.root.path)
        directory, _ = self._tree.nearest(path) if path else (None, "")
        while directory is not None and not directory.is_agent:
            directory = directory.parent
        agent = self._tracked.get(directory.id) if directory is not None else None
        return agent.id if agent is not None and agent.known is None and not agent.is_root else known

    def _end(self, known: str, dirty: set[str]) -> None:
        gone = self._tracked.get(known)
        if gone is None:
            return
        gone.inner = gone.stray = None
        if gone.nothing:
            del self._tracked[known]
            dirty.discard(known)
        else:
            dirty.add(known)
