"""One agent as the rules of the linter see it: its view, its files, and where they lie for whoever reads a breach."""

import os
from pathlib import Path
from typing import NamedTuple

from swarm.config.policy import Policy
from swarm.model.lint import Breach, Rule, breach
from swarm.model.record import Phase
from swarm.model.reports import ResultsState
from swarm.model.snapshot import AgentView
from swarm.protocol.paths import AgentDir, Layout
from swarm.sanitize import clean
from swarm.store.reader import Read, Unreadable, read_head

WHOLE_BYTES = 4 << 20
"""Of a longer file the beginning is checked, and that is said."""


class Subject(NamedTuple):
    """An agent that has a directory."""

    view: AgentView
    files: AgentDir
    layout: Layout
    policy: Policy

    @property
    def over(self) -> bool:
        """It has reported or ended: what it needs for its work is not asked for any more."""
        record = self.view.record
        ended = record is not None and record.phase is Phase.ENDED
        return (
            ended
            or self.view.exit is not None
            or self.view.results.state is ResultsState.VALID
            or self.files.ended.exists()
        )

    def breach(self, rule: Rule, file: str, text: str, *, line: int = 0, cure: str = "") -> Breach:
        """A breach in one of its files; '' is its directory."""
        path = self.files.path / file if file else self.files.path
        return breach(rule, shown(self.layout, path), text, line=line, cure=cure, agent=self.view.id)


def shown(layout: Layout, path: Path) -> str:
    """A path as a breach names it: relative to the root, fit for a screen."""
    return clean(os.path.relpath(path, layout.root), 4096)


def whole(path: Path) -> Read | None:
    """The file as far as it is checked; None where there is none, or where it cannot be read, which the scan says."""
    try:
        return read_head(path, WHOLE_BYTES)
    except Unreadable:
        return None
