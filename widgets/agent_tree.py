"""The tree of agents: true parentage to any depth; cursor, marks and folding are held by (agent id, spawn id)."""

from collections.abc import Mapping
from functools import partial

from textual.content import Content
from textual.message import Message
from textual.reactive import var

from swarm.model.health import Verdict
from swarm.model.record import Alert, Ref
from swarm.model.snapshot import Snapshot
from swarm.model.time import Now
from swarm.rules.attention import Attention, attention
from widgets.agent_row import mark_column, row
from widgets.alerts import alert_cells
from widgets.cells import Cell, Cells, cell_at, fit_cells
from widgets.tree_columns import ALL, Column
from widgets.tree_layout import TreeLayout
from widgets.tree_list import TreeList
from widgets.tree_order import SortMode, verdict_of
from widgets.tree_state import TreeChange
from widgets.tree_words import empty_words, title_words

_LARGE = 2_000
"""From so many agents on, the order of a narrowed or sorted list is found again at most so often, in seconds: after
changes on the disk, and for time alone."""
_LARGE_CHANGED = 1.0
_LARGE_AGED = 5.0


class AgentTree(TreeList):
    """Every agent on a line. Give it snapshots with `update_snapshot`, and the time with `tick`."""

    DEFAULT_CSS = """
    AgentTree { height: 1fr; width: 1fr; }
    """
    BORDER_TITLE = "agents"
    CURSOR_STAYS = True
    HEADINGS = 1

    filter_text: var[str] = var("")
    """What must be true of an agent, in the language of `tree_filter`; '' shows all."""
    problems_only: var[bool] = var(False)
    """Only what needs a person, worst first."""
    sort_mode: var[SortMode] = var(SortMode.TREE)
    sort_reverse: var[bool] = var(False)
    columns: var[tuple[Column, ...]] = var(ALL)
    """The columns to choose from, in their order; which of them stand there depends on the width."""

    class CursorMoved(Message):
        """The cursor is on another agent: `moved` by hand, or because its agent `vanished`, was `hidden` (folded or
        filtered away) or `respawned`."""

        def __init__(self, why: str) -> None:
            super().__init__()
            self.why = why

    class Opened(Message):
        """Enter or a double click: the detail of this agent is wanted."""

        def __init__(self, key: Ref) -> None:
            super().__init__()
            self.key = key

    class AlertOpened(Message):
        """Enter or a double click on an alert of the swarm itself: it is wanted among the alerts."""

        def __init__(self, alert: Alert) -> None:
            super().__init__()
            self.alert = alert

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._now = Now(0.0, 0.0)
        self._ordered_at = 0.0
        self._order_is_old = False
        self._layout = TreeLayout()
        self._words = ("", "")
        self._looking = False
        """There are more agents than were found so far."""

    # -- what comes in -------------------------------------------------------------------------------------------

    def update_snapshot(
        self, snapshot: Snapshot, verdicts: Mapping[str, Verdict], now: Now, found: Attention | None = None
    ) -> None:
        """Show a newer snapshot. Agents that are the same objects as before cost nothing; only rows whose cells
        differ are drawn again. found: who needs a person, where the caller knows it."""
        self._now, self._looking = now, snapshot.pulse.looking
        before = self.as_drawn
        marks = self._state.marks
        change = self._state.take(snapshot.agents, verdicts, snapshot.root)
        needs = self._state.take_needs(found if found is not None else attention(snapshot, verdicts))
        self._order_is_old |= change is TreeChange.ORDER or needs
        if change is TreeChange.SHAPE or (self._order_is_old and self._rested(_LARGE_CHANGED)):
            self._reorder()
        else:
            self.repaint_changed(partial(self.differs_from, before))
        if self._state.marks != marks:
            self._marks_changed()

    def tick(self, verdicts: Mapping[str, Verdict], now: Now, found: Attention | None = None) -> None:
        """The same agents, later: rows age while the disk is silent. found: who needs a person now.

        A row is made again only for another verdict, or where its age is no matter of a verdict.
        """
        before = self.as_drawn
        self._state.verdicts, self._now = verdicts, now
        self._order_is_old |= found is not None and self._state.take_needs(found)
        aged = self._rested(_LARGE_AGED) and (self._state.look_for_over(now) or self._state.depends_on_time)
        if aged or (self._order_is_old and self._rested(_LARGE_CHANGED)):
            self._reorder()
        else:
            self.repaint_changed(partial(self.differs_from, before))

    def _rested(self, seconds: float) -> bool:
        small = len(self._state.tree.views) <= _LARGE
        return small or abs(self._now.wall - self._ordered_at) >= seconds

    # -- cursor and order ----------------------------------------------------------------------------------------

    def move_to(self, agent_id: str) -> bool:
        """Put the cursor on an agent, unfolding what hides it; False where it is not in the list, or leads to a match
        at most."""
        state = self._state
        if state.line_of(agent_id) is None and not state.narrowed:
            state.reveal(agent_id)
            self._reorder()
        line = state.line_of(agent_id)
        if line is None or state.lines[line].context:
            return False
        self.cursor_line = line
        self.scroll_to_cursor()
        return True

    def cycle_sort(self) -> SortMode:
        """The next order of the list."""
        modes = list(SortMode)
        self.sort_mode = modes[(modes.index(self.sort_mode) + 1) % len(modes)]
        return self.sort_mode

    # -- marks and folds -----------------------------------------------------------------------------------------

    def toggle_mark(self) -> None:
        """Mark or unmark the agent under the cursor."""
        if self.cursor is not None:
            self._state.marks ^= {self.cursor}
            self._marks_changed()

    def clear_marks(self) -> None:
        """Unmark all."""
        if self.marks:
            self._state.marks = frozenset()
            self._marks_changed()

    def _marks_changed(self) -> None:
        self.repaint_changed()
        self._show_words()

    def fold(self) -> None:
        """Fold the agent under the cursor; where there is nothing to fold, go to its parent."""
        state, at = self._state, self._state.cursor_at
        if at is None:
            return
        if state.foldable(at) and not state.is_folded(at):
            self.toggle_fold()
        elif state.tree.parents[at] >= 0:
            self.move_to(state.tree.views[state.tree.parents[at]].id)

    def unfold(self) -> None:
        """Unfold the agent under the cursor; where it is unfolded already, go to its first child."""
        state, at = self._state, self._state.cursor_at
        if at is None or not state.tree.children[at]:
            return
        if state.foldable(at) and state.is_folded(at):
            self.toggle_fold()
        else:
            self.move_to(state.tree.views[state.tree.children[at][0]].id)

    def toggle_fold(self) -> None:
        """Fold or unfold the agent under the cursor."""
        at = self._state.cursor_at
        if at is not None and self._state.foldable(at):
            self._state.toggle(at)
            self._reorder()

    def fold_all(self) -> None:
        """Fold everything that has something below it."""
        self._state.fold_all()
        self._reorder()

    def unfold_all(self) -> None:
        """Unfold everything."""
        self._state.folded = frozenset()
        self._reorder()

    def toggle_over(self) -> None:
        """Show what is over, after its siblings; or fold it away."""
        self._state.show_over = not self._state.show_over
        self._reorder()

    # -- lines ---------------------------------------------------------------------------------------------------

    def _reorder(self, *, to_first: bool = False) -> None:
        """Find the lines again; where they moved, the cursor's line keeps its height on the screen. to_first: the
        cursor goes to the first match."""
        state = self._state
        state.charset, state.filter_text, state.problems_only = self.charset, self.filter_text, self.problems_only
        state.mode, state.reverse = self.sort_mode, self.sort_reverse
        state.look_for_over(self._now)
        old_lines, above = state.lines, self.cursor_line - self.scroll_offset.y
        why = state.reorder(to_first=to_first)
        self._ordered_at = self._now.wall
        self._order_is_old = False
        self._show_words()
        if state.lines == old_lines and not why:
            self.repaint_changed()
            return
        self.lines_changed()
        # Set without its watcher: where the agent is the same, only its place moved, and no message is due.
        self.set_reactive(AgentTree.cursor_line, state.cursor_line)
        if 0 <= above < self.view_size.height:
            self.scroll_to(y=max(0, state.cursor_line - above), animate=False, force=True)
        if why:
            self.scroll_to_cursor()
            self.post_message(self.CursorMoved(why))

    @property
    def line_count(self) -> int:
        return len(self._state.lines) + len(self._state.alerts) or len(empty_words(self._state, self.view_size.width))

    def line_cells(self, index: int, width: int) -> Cells:
        state = self._state
        below = index - len(state.lines)
        if 0 <= below < len(state.alerts):
            return alert_cells(state.alerts[below], self._now, width, self.charset, root=state.root)
        if below >= 0:
            said = empty_words(state, width)
            return fit_cells((Cell(f" {said[index] if index < len(said) else ''}", "muted"),), width, self.charset.cut)
        view, layout = state.view_at(index), self._layout_at(width)
        place = state.row_state(index, layout.short_name(index))
        return row(view, verdict_of(state.verdicts, view), self._now, layout.columns, place, self.charset)

    def heading_cells(self, y: int, width: int) -> Cells:
        del y
        return self._layout_at(width).headings(self._state)

    def heading_clicked(self, x: int) -> None:
        """Sorts by the column that was clicked; once more turns the order round."""
        mode = self._layout_at(self.view_size.width).mode_at(x)
        if mode is not None and mode is self._state.order:
            self.sort_reverse = not self.sort_reverse
        elif mode is not None:
            self.sort_mode = mode

    def _layout_at(self, width: int) -> TreeLayout:
        self._layout.fit(self._state, width, self.columns)
        return self._layout

    def _show_words(self) -> None:
        title, words = title_words(self._state, looking=self._looking), self.view_words
        if self._words != (title, words):
            self._words = title, words
            self.border_title, self.border_subtitle = Content(title), Content(words)

    # -- events --------------------------------------------------------------------------------------------------

    def cursor_changed(self) -> None:
        if self._state.move(self.cursor_line):
            self.post_message(self.CursorMoved("moved"))

    def clicked(self, index: int, x: int, chain: int) -> None:
        if index >= len(self._state.lines):
            if chain == 2:
                self.action_open()
            return
        state = self._state.row_state(index)
        on_mark = x == mark_column(state, self._layout.columns, self.charset)
        fold_sign = f" {self.charset.fold}{state.folded}"
        drawn = self.line_cells(index, self.view_size.width)
        on_sign = state.folded > 0 and cell_at(drawn, x).startswith(fold_sign)
        if on_mark or (on_sign and self._state.is_folded(self._state.lines[index].at)):
            self.toggle_fold()
        elif on_sign:
            self.toggle_over()
        elif chain == 2:
            self.action_open()

    def action_open(self) -> None:
        if self._state.alert is not None:
            self.post_message(self.AlertOpened(self._state.alert))
        elif self.cursor is not None:
            self.post_message(self.Opened(self.cursor))

    def watch_filter_text(self) -> None:
        self._reorder()

    watch_problems_only = watch_sort_mode = watch_sort_reverse = watch_columns = watch_filter_text
