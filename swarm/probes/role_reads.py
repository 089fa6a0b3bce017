"""Whether agents have read the shared rules and their role, as their programs tell of it (failure 5).

An agent whose brief was never opened works by its task alone. To see it: a program that tells its tool calls (Claude
Code, Codex, Gemini CLI, OpenCode, or a command with their `format`) reports twice without having opened both files.
"""

import time
from collections.abc import Iterator, Mapping

from swarm.model.causes import ProblemCode
from swarm.model.record import Phase
from swarm.protocol.paths import Layout
from swarm.protocol.role_texts import of_role
from swarm.tracking.tracked_agent import TrackedAgent

BY_UPDATE = 2
"""Updates by which both are to be read."""
LOOK_S = 10.0
"""Between two looks of a caller that goes on looking."""


class RoleLooks:
    """Asks of all agents from time to time what of their rules they have not read."""

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        self._looked_at = float("-inf")

    def look(self, agents: Mapping[str, TrackedAgent], *, everything: bool) -> set[str]:
        """Returns the ids of those for whom something changed. everything: now, however long the last look is ago."""
        at = time.monotonic()
        if not everything and at - self._looked_at < LOOK_S:
            return set()
        self._looked_at = at
        return {agent.id for agent in agents.values() if agent.note_fault(ProblemCode.ROLE_UNREAD, self._words(agent))}

    def _words(self, agent: TrackedAgent) -> str:
        missing = " and ".join(name for name in self._unread(agent) if (self._layout.root / name).exists())
        return f"it has reported twice, and has not read {missing}, which its brief names first" if missing else ""

    def _unread(self, agent: TrackedAgent) -> Iterator[str]:
        """The files that its brief names first and no call of it read; none where that cannot be told.

        Of a session that another run began, and of one in which a person talks, not all is known.
        """
        record, spec, follower, files = agent.record, agent.spec, agent.follower, agent.files
        if record is None or record.phase is not Phase.RUNNING or record.taken_over or agent.is_root or agent.replaced:
            return
        if spec is None or spec.outputs_since or follower is None or follower.error or not follower.caught_up:
            return
        if files is None or len(files.progress.lines) < BY_UPDATE or not follower.activity.answered:
            return
        calls = agent.role_calls
        yield from (name for name in of_role(spec.role) if calls is None or not calls.has_read(name))
