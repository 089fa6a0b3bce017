"""Looks from time to time for coding agents that the ledger does not know, and says where in the tree they stand."""

import os
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING

from swarm.model.stray import MARK, Stray
from swarm.protocol.names import is_name

if TYPE_CHECKING:
    from swarm.home.context import Home
    from swarm.ledger.state import State
    from swarm.processes.strays import ProcessLook

EVERY_S = 5.0
SHARE = 500.0
"""A look at all processes takes this share of the time at most: a machine with thousands is looked at less often."""


class StrayLooks:
    """The strays of one home, as last seen."""

    def __init__(self, home: "Home") -> None:
        self.home = home
        self.found: Mapping[str, Stray] = {}
        """By the id under which each is shown."""
        self._look: ProcessLook | None = None
        self._at = float("-inf")
        self._cost = 0.0

    def look(self, state: "State | None", *, now: bool) -> None:
        """Looks again where it is time, or `now`. A swarm that has not had an agent has no strays."""
        at = time.monotonic()
        if not now and at - self._at < max(EVERY_S, SHARE * self._cost):
            return
        self._at = at
        if state is None or not state.agents:
            self.found = {}
            return
        if self._look is None:
            self._look = _look_for(self.home)
        root = self.home.policy.root.id
        dismissed = {(each.process.pid, each.process.ticks) for each in state.dismissed if each.process is not None}
        self.found = {
            id_of(stray, root): stray
            for stray in self._look.strays(state.agents)
            if (stray.process.pid, stray.process.ticks) not in dismissed
        }
        self._cost = time.monotonic() - at


def _look_for(home: "Home") -> "ProcessLook":
    from swarm.processes.strays import Kinds, ProcessLook  # a home without agents needs none of it
    from swarm.programs import recognize
    from swarm.programs.registry import CODING, kind_of

    names = recognize.known_names(home.policy)
    kinds = Kinds(
        launches=lambda words: recognize.is_one_of(words, recognize.LAUNCHERS),
        wraps=lambda words: recognize.is_one_of(words, recognize.WRAPPERS),
        coding=lambda program: kind_of(program, home.policy) in CODING,
    )
    return ProcessLook(home.layout, lambda words, name: recognize.session_of(words, name, names), kinds)


def id_of(stray: Stray, root: str) -> str:
    """The id under which a stray is shown: below the agent above it, by its program and pid."""
    name = stray.program.lower()
    return f"{stray.above or root}{MARK}{name if is_name(name) else 'agent'}-{stray.process.pid}"


def directory_of(stray: Stray, agents: str) -> str:
    """Where a stray works, as a path below `agents`, the directory of all agents; '' where it works elsewhere."""
    real = os.path.realpath(agents)
    return agents + stray.cwd[len(real) :] if stray.cwd.startswith(real + os.sep) else ""
