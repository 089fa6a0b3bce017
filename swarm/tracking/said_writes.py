"""Files that a program itself says it wrote: calls of its file tools that came to a good end."""

import os
from collections.abc import Iterable

from swarm.model.activity import Activity, Kind
from swarm.programs.tool_effects import written_by

MAX_OPEN = 200


class SaidWrites:
    """Of one agent: its open calls of such tools, and the files of those that returned since they were last asked for.

    A relative path is looked for in `cwd`. What was refused or failed wrote nothing.
    """

    def __init__(self, spawn_id: str, cwd: str) -> None:
        self.spawn_id = spawn_id
        self._cwd = cwd
        self._open: dict[str, tuple[str, ...]] = {}
        """By the key of a call."""
        self._done: list[str] = []

    def hear(self, printed: Iterable[tuple[Activity, float]]) -> None:
        """Takes what the program printed, as its reader understood it."""
        for activity, _ in printed:
            if activity.kind is Kind.TOOL_OPEN and (paths := written_by(activity.tool, activity.text)):
                self._open[activity.key] = paths
                if len(self._open) > MAX_OPEN:
                    self._open.pop(next(iter(self._open)))
            elif activity.kind is Kind.TOOL_CLOSED and not activity.error:
                self._done += self._open.pop(activity.key, ())
            elif activity.kind in (Kind.TOOL_CLOSED, Kind.DENIED):
                self._open.pop(activity.key, None)

    def take(self) -> list[str]:
        """The real paths of what was written since the last time."""
        done, self._done = self._done, []
        return [os.path.realpath(os.path.join(self._cwd, path)) for path in done]
