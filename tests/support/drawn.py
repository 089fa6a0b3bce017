"""What a control room draws: rows that are made, and widgets that ask to be drawn again."""

import pytest
from textual.geometry import Region
from textual.widget import Widget

from swarm.model.snapshot import AgentView
from widgets import agent_tree
from widgets.agent_row import row


class Drawn:
    """What is drawn from now on: rows of agents that are made, and what widgets ask to be drawn again."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.rows: list[str] = []
        self.widgets: list[tuple[Widget, tuple[Region, ...]]] = []
        refresh = Widget.refresh

        def made(view: AgentView, *rest: object) -> object:
            self.rows.append(view.id)
            return row(view, *rest)  # type: ignore[arg-type]

        def asked(widget: Widget, *regions: Region, **how: bool) -> Widget:
            self.widgets.append((widget, regions))
            return refresh(widget, *regions, **how)

        monkeypatch.setattr(agent_tree, "row", made)
        monkeypatch.setattr(Widget, "refresh", asked)
