"""The tree of agents under a filter: the cursor goes to the first match, and back to where the operator was."""

from widgets.agent_tree import AgentTree
from widgets.tree_cursor import Place
from widgets.tree_filter import understood


class FilteredTree(AgentTree):
    """An agent tree that remembers where the operator was before the list was narrowed."""

    DEFAULT_CSS = ""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._place: Place | None = None

    def remember_place(self) -> None:
        """Something is going to be typed into the filter."""
        if not self._state.filter.narrows:
            state = self._state
            self._place = Place(state.cursor, state.folded, state.show_over, self.scroll_offset.y)

    def stay(self) -> None:
        """The operator went on from where the filter led: `leave_filter` does not lead back."""
        self._place = None

    def leave_filter(self) -> None:
        """Show all, with cursor, folds and lines in sight as they were before anything was typed; where the operator
        went on by hand, the cursor stays."""
        self.set_reactive(AgentTree.filter_text, "")
        self._go_back()
        self._place = None

    def _go_back(self) -> None:
        place = self._place
        if place is None:
            self._widen()
            return
        self._state.go_back(place)
        self._reorder()
        self.scroll_to(y=place.top, animate=False, force=True)
        self.scroll_to_cursor()

    def _widen(self) -> None:
        """Show what was left out; the cursor stays on its agent, whatever folds would hide it."""
        if self.cursor is not None:
            self._state.reveal(self.cursor.id)
        self._reorder()

    def cursor_changed(self) -> None:
        super().cursor_changed()
        self.stay()

    # -- what narrows and orders -----------------------------------------------------------------------------------

    def watch_filter_text(self) -> None:
        if understood(self.filter_text).narrows:
            self._reorder(to_first=True)
        else:
            self._go_back()

    def watch_problems_only(self) -> None:
        if self.problems_only:
            self._reorder(to_first=not self._state.on_problem)
        else:
            self._widen()

    def watch_sort_mode(self) -> None:
        self._widen()
