"""What is asked of the tree of agents: what is under the cursor, what is marked, in sight, and next in need."""

from typing import NamedTuple

from swarm.model.record import Alert, Ref
from swarm.model.snapshot import AgentView
from swarm.rules.attention import Attention
from widgets.agent_figures import ages_by_itself
from widgets.hidden_marks import hidden_marks
from widgets.line_list import LineList
from widgets.own_keys import keys_of
from widgets.tree_order import Verdicts
from widgets.tree_state import TreeState
from widgets.tree_words import view_words


class Drawn(NamedTuple):
    """What the rows were drawn from; each is another object where anything of it is another."""

    views: tuple[AgentView, ...]
    verdicts: Verdicts
    needs: Attention


class TreeList(LineList):
    """A list of agents by its state."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._state = TreeState()

    @property
    def cursor(self) -> Ref | None:
        """The agent under the cursor. A dialog captures it; a later cursor does not change its target."""
        return self._state.cursor

    @property
    def cursor_view(self) -> AgentView | None:
        """The view of the agent under the cursor."""
        return self.view_of(self.cursor) if self.cursor is not None else None

    def view_of(self, key: Ref) -> AgentView | None:
        """The view of an agent; None where it is gone, or lives another life by now."""
        at = self._state.tree.find(key)
        return self._state.tree.views[at] if at is not None else None

    @property
    def on_context(self) -> bool:
        """The agent under the cursor is in the list only because something below it matches the filter."""
        return self._state.on_context

    @property
    def marks(self) -> frozenset[Ref]:
        """The marked agents that still live the same life."""
        return self._state.marks

    @property
    def targets(self) -> tuple[Ref, ...]:
        """What an act is meant for: the marked agents in the order of the tree, or else the one under the cursor."""
        if self.marks:
            return tuple(key for key in (view.ref for view in self._state.tree.views) if key in self.marks)
        return (self.cursor,) if self.cursor is not None else ()

    @property
    def hidden_marks(self) -> tuple[tuple[Ref, str], ...]:
        """The marked agents that a filter or a fold hides, each with why."""
        return hidden_marks(self._state)

    @property
    def ids_in_sight(self) -> frozenset[str]:
        """The ids on the lines that are not scrolled away."""
        top = self.scroll_offset.y
        bottom = min(top + self.view_size.height, len(self._state.lines))
        return frozenset(self._state.view_at(line).id for line in range(top, bottom))

    @property
    def as_drawn(self) -> Drawn:
        """What rows are drawn from now."""
        return Drawn(self._state.tree.views, self._state.verdicts, self._state.needs.found)

    def differs_from(self, before: Drawn, line: int) -> bool:
        """Whether a line may look different than under what was known before; alerts among the problems may."""
        state = self._state
        if line >= len(state.lines):
            return True
        at = state.lines[line].at
        view = state.tree.views[at]
        known = state.verdicts.get(view.id)
        if known is None or known is not before.verdicts.get(view.id) or view is not before.views[at]:
            return True
        # Who is folded says how many below need a person.
        return ages_by_itself(view, known) or (state.needs.found is not before.needs and state.is_folded(at))

    @property
    def view_words(self) -> str:
        """How the list is narrowed and ordered, for the border; '' where it is the plain tree."""
        return view_words(self._state, keys_of(self))

    @property
    def cursor_alert(self) -> Alert | None:
        """The alert of the swarm itself under the cursor, among the problems; then no agent is under it."""
        return self._state.alert

    def next_in_need(self, seen: Alert | None = None) -> "str | Alert | None":
        """The agent, or the alert of the swarm itself, to look at next; None where nobody needs a person.

        seen: the alert that is looked at among the alerts, where it is.
        """
        return self._state.next_in_need(seen)
