"""Looks again at what living agents were spawned to read: at each heartbeat, and from time to time (failure 2)."""

import os
import time
from collections.abc import Mapping
from pathlib import Path

from swarm.injection.detect import suspicion
from swarm.model.causes import ProblemCode
from swarm.model.record import Phase
from swarm.protocol.inputs import fault_of, nearest
from swarm.protocol.owned_paths import fixed_parts
from swarm.sanitize import clean
from swarm.tracking.files import Key, is_racy, key_of
from swarm.tracking.tracked_agent import TrackedAgent

LOOK_S = 10.0
"""Between two looks of a caller that goes on looking: a few calls to the system for each input."""
SHOWN = 3
MAX_KNOWN = 10_000
"""Inputs of which is known how they were."""
_READING = (Phase.RUNNING, Phase.WAITING)


class InputLooks:
    """Looks at the inputs of all agents that read, from time to time."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._looked_at = float("-inf")
        self._good: dict[str, Key] = {}
        """By path: as it was when something was found under it."""

    def look(self, agents: Mapping[str, TrackedAgent], *, everything: bool) -> set[str]:
        """Returns the ids of those for whom something changed. everything: now, however long the last look is ago."""
        at = time.monotonic()
        if not everything and at - self._looked_at < LOOK_S:
            return set()
        self._looked_at = at
        changed: set[str] = set()
        for agent in agents.values():
            if agent.note_fault(ProblemCode.INPUT, self._words(agent)):
                changed.add(agent.id)
        return changed

    def _words(self, agent: TrackedAgent) -> str:
        """What is wrong, each input with the nearest names. What an agent owns it may move and empty itself."""
        spec, record = agent.spec, agent.record
        if spec is None or not spec.inputs or record is None or record.phase not in _READING or agent.replaced:
            return ""
        wrong = [(path, fault) for path in spec.inputs if not _is_own(path, spec.owns) and (fault := self._fault(path))]
        said = [f"{clean(path, 120)} {fault}{self._near(path)}" for path, fault in wrong[:SHOWN]]
        more = f"; and {len(wrong) - SHOWN} more" if len(wrong) > SHOWN else ""
        return f"of what it was to read, {'; '.join(said)}{more}" if said else ""

    def _fault(self, path: str) -> str:
        """What is wrong with an input; looked into only where it changed since it was right."""
        try:
            key: Key | None = key_of(os.stat(os.path.join(self._root, path)))
        except OSError:
            key = None
        if key is not None and self._good.get(path) == key:
            return ""
        looked = time.time_ns()
        fault = fault_of(self._root, path)
        if key is not None and not fault and not is_racy(key, looked) and len(self._good) < MAX_KNOWN:
            self._good[path] = key
        else:
            self._good.pop(path, None)
        return fault

    def _near(self, path: str) -> str:
        # A name is anybody's words, and these reach an agent: one that gives orders is left out.
        near = ", ".join(clean(each, 120) for each in nearest(self._root, path) if suspicion(each) is None)
        return f" (nearest: {near})" if near else ""


def _is_own(path: str, owns: tuple[str, ...]) -> bool:
    """Whether it lies in what the agent owns, as far as a pattern tells."""
    parts = [part for part in path.split("/") if part not in ("", ".")]
    return any(parts[: len(fixed)] == fixed for fixed in map(fixed_parts, owns))
