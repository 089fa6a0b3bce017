"""What a screen asks of its app: threads for the engine, a sooner look, the terminal, the end."""

from collections.abc import Callable
from typing import Protocol, TypeVar

from swarm.errors import SwarmError
from swarm.model.snapshot import AgentView
from widgets.detail_head import Tab

T = TypeVar("T")


class Host(Protocol):
    """The app, as screens see it."""

    signature: str
    """How the ledger names this control room."""
    owns_heartbeat: bool
    """The automatic heartbeat of the home is ours."""

    def begin(self) -> None:
        """The room is there: shows the first picture and starts the threads."""
        ...

    def in_thread(self, work: Callable[[], T], finish: Callable[[T | SwarmError], None]) -> None:
        """Runs work of the engine in a thread; `finish` gets the result or the error on the screen's thread."""
        ...

    def look_soon(self) -> None:
        """A scan now, not at the next second."""
        ...

    def want_detail(self, view: AgentView | None, tab: Tab) -> None:
        """Whom the detail shows, and which tab."""
        ...

    def leave(self, status: int = 0) -> None:
        """Ends the control room. Agents go on."""
        ...

    def suspend_for(self, command: list[str], words: str) -> None:
        """Gives the terminal to a program until it ends."""
        ...
