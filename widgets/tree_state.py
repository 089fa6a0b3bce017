"""The list of agents as a value: which lines there are, and where cursor, marks and folds stand. No Textual here."""

from collections.abc import Iterable
from enum import Enum

from swarm.model.record import Ref
from swarm.model.snapshot import AgentView
from swarm.model.time import Now
from swarm.rules.triage import is_problem
from widgets.agent_row import RowState
from widgets.agent_words import STATE_ROLES
from widgets.cells import short_id
from widgets.charset import UNICODE, Charset
from widgets.tree_filter import TreeFilter, understood
from widgets.tree_order import (
    SortMode,
    TreeIndex,
    TreeLine,
    Verdicts,
    in_order,
    matching,
    problems,
    same_shape,
    verdict_of,
    worst_of,
)
from widgets.tree_over import branches_over

_LOOK_BELOW = 500
"""How many agents below a fold are looked at for trouble."""


class TreeChange(Enum):
    """What a newer snapshot may have changed beyond the cells of rows."""

    NONE = 0
    ORDER = 1
    SHAPE = 2


class TreeState:
    """Agents, how they are narrowed and ordered, and the cursor, held by (agent id, spawn id) and never by position."""

    def __init__(self, charset: Charset = UNICODE) -> None:
        self.charset = charset
        self.tree = TreeIndex(())
        self.verdicts: Verdicts = {}
        self.root = ""
        self.filter = TreeFilter()
        self._filter_text = ""
        self.problems_only = False
        self.mode = SortMode.TREE
        self.reverse = False
        self.marks: frozenset[Ref] = frozenset()
        self.folded: frozenset[Ref] = frozenset()
        self.show_over = False
        """What is over is shown, after its siblings."""
        self.over: frozenset[int] = frozenset()
        """The places of what is over."""
        self.hidden: frozenset[int] = frozenset()
        """Of these, the ones that are folded away."""
        self.cursor: Ref | None = None
        self.cursor_line = 0
        self.lines: list[TreeLine] = []
        self.longest = 0
        """Columns that the longest name takes, with its guides and its mark."""
        self._line_of: dict[int, int] = {}

    # -- what comes in -------------------------------------------------------------------------------------------

    def take(self, views: tuple[AgentView, ...], verdicts: Verdicts, root: str) -> TreeChange:
        """Take a newer snapshot. `reorder` must follow a change of SHAPE, and should soon follow one of ORDER."""
        self.verdicts = verdicts
        if self.root == root and same_shape(self.tree.views, views):
            changed = views is not self.tree.views
            self.tree.views = views
            return TreeChange.ORDER if changed and self.depends_on_time else TreeChange.NONE
        before, self.tree, self.root = self.tree, TreeIndex(views), root
        if self.folded or self.marks:
            alive = {view.ref for view in views}
            self.folded &= alive
            self.marks &= alive
        self._keep_cursor(before)
        return TreeChange.SHAPE

    @property
    def filter_text(self) -> str:
        """What is typed into the filter line; understood once, when it is set."""
        return self._filter_text

    @filter_text.setter
    def filter_text(self, text: str) -> None:
        if text != self._filter_text:
            self._filter_text, self.filter = text, understood(text)

    @property
    def depends_on_time(self) -> bool:
        """Its lines or their order may change while no agent does."""
        return (
            self.problems_only or self.filter.narrows or self.mode in (SortMode.STATE, SortMode.AGE, SortMode.OUTPUTS)
        )

    @property
    def flat(self) -> bool:
        """It is a list of paths, not a tree."""
        return self.problems_only or self.mode is not SortMode.TREE

    def look_for_over(self, now: Now) -> bool:
        """Finds what is over by now, and what of it is folded away; True where `reorder` must follow."""
        before = self.over, self.hidden
        self.over = branches_over(self.tree, now)
        narrowed = self.flat or self.show_over or self.filter.narrows
        self.hidden = frozenset() if narrowed or not self.over else self.over - self._in_use()
        return before != (self.over, self.hidden)

    def _in_use(self) -> set[int]:
        """The places under the cursor and with a mark, and those above them."""
        held = (self.tree.find(key) for key in (*self.marks, *([self.cursor] if self.cursor is not None else [])))
        return self.tree.with_ancestors({at for at in held if at is not None})

    @property
    def hidden_count(self) -> int:
        """How many agents are folded away because they are over."""
        return len(self.hidden)

    # -- lines and cursor ----------------------------------------------------------------------------------------

    def reorder(self) -> str:
        """Find the lines again, and the cursor's place among them.

        Returns why the cursor is on another agent than before: `vanished`, `respawned`, `hidden` (folded or filtered
        away), `moved` (there was none before), or '' where it is on the same.
        """
        was, old_lines = self.cursor, self.lines
        self.lines = self._order()
        self._line_of = {line.at: number for number, line in enumerate(self.lines)}
        self.longest = self._longest()
        line, why = self._find_cursor(old_lines)
        self.cursor_line = line
        self.cursor = self.tree.views[self.lines[line].at].ref if self.lines else None
        return why if self.cursor != was else ""

    def _order(self) -> list[TreeLine]:
        tree = self.tree
        wanted = matching(tree.views, self.verdicts, self.filter) if self.filter.narrows else None
        if not self.flat:
            return tree.lines(
                self.charset,
                folded=self.folded,
                wanted=wanted,
                reverse=self.reverse,
                last_ones=self.over,
                hidden=self.hidden,
            )
        places: Iterable[int] = range(len(tree.views)) if wanted is None else wanted
        mode = self.mode
        if self.problems_only:
            places = problems(tree.views, self.verdicts).intersection(places)
            mode = SortMode.STATE if mode is SortMode.TREE else mode
        ordered = in_order(tuple(places), tree.views, self.verdicts, mode, reverse=self.reverse)
        return [TreeLine(at, flat=True) for at in ordered]

    def _longest(self) -> int:
        views = self.tree.views
        if self.flat:
            return 3 + max((len(short_id(views[line.at].id, self.root)) for line in self.lines), default=0)
        return 3 + max((len(line.guides) + len(views[line.at].name) for line in self.lines), default=0)

    def _keep_cursor(self, before: TreeIndex) -> None:
        """Agents changed places: translate the old lines to the new places, so that neighbours can be found."""
        find = self.tree.index.get
        gone = -1
        self.lines = [line._replace(at=find(before.views[line.at].id, gone)) for line in self.lines]

    def _find_cursor(self, old_lines: list[TreeLine]) -> tuple[int, str]:
        """The cursor's new line: its agent's, or that of the parent that hides it, or the nearest neighbour left."""
        if self.cursor is None:
            return 0, "moved"
        tree, line_of = self.tree, self._line_of
        at = tree.index.get(self.cursor.id)
        if at is not None:
            if at in line_of:
                return line_of[at], "respawned"
            for above in tree.ancestors(at):
                if above in line_of:
                    return line_of[above], "hidden"
        why = "hidden" if at is not None else "vanished"
        here = min(self.cursor_line, len(old_lines) - 1)
        for number in (*range(here + 1, len(old_lines)), *range(here - 1, -1, -1)):
            if old_lines[number].at in line_of:
                return line_of[old_lines[number].at], why
        return 0, why

    def move(self, line: int) -> bool:
        """Put the cursor on a line; True where that is another agent."""
        if not self.lines:
            return False
        self.cursor_line = max(0, min(line, len(self.lines) - 1))
        was, self.cursor = self.cursor, self.tree.views[self.lines[self.cursor_line].at].ref
        return was != self.cursor

    def line_of(self, agent_id: str) -> int | None:
        """The line of an agent; None where it has none."""
        at = self.tree.index.get(agent_id)
        return self._line_of.get(at) if at is not None else None

    @property
    def cursor_at(self) -> int | None:
        """The place of the agent under the cursor."""
        return self.tree.find(self.cursor) if self.cursor is not None else None

    def view_at(self, line: int) -> AgentView:
        """The agent on a line."""
        return self.tree.views[self.lines[line].at]

    def row_state(self, line: int) -> RowState:
        """How the agent on a line stands there."""
        drawn = self.lines[line]
        view = self.tree.views[drawn.at]
        key = view.ref
        folded = not drawn.flat and not self.filter.narrows and key in self.folded
        return RowState(
            guides=drawn.guides,
            label=short_id(view.id, self.root) if drawn.flat else "",
            marked=key in self.marks,
            folded=self.tree.sizes[drawn.at] - 1 if folded else self._hidden_below(drawn.at),
            folded_role=self._worst_below(drawn.at) if folded else "",
            root=view.id == self.root,
            context=drawn.context,
        )

    def _hidden_below(self, at: int) -> int:
        """How many agents directly and indirectly below a place are folded away because they are over."""
        if not self.hidden:
            return 0
        return sum(self.tree.sizes[child] for child in self.tree.children[at] if child in self.hidden)

    def _worst_below(self, at: int) -> str:
        """The role of the worst state that a fold hides, so that folding never hides trouble; '' where all is well."""
        views = self.tree.views
        troubled = [
            below
            for below in self.tree.below(at, _LOOK_BELOW)
            if is_problem(verdict_of(self.verdicts, views[below]), views[below])
        ]
        worst = worst_of(troubled, views, self.verdicts)
        return STATE_ROLES[verdict_of(self.verdicts, views[worst]).state] if worst is not None else ""

    # -- folds ---------------------------------------------------------------------------------------------------

    def is_folded(self, at: int) -> bool:
        """What is below this place is folded away."""
        return self.tree.views[at].ref in self.folded

    def foldable(self, at: int) -> bool:
        """There is something below it, and it is shown as a tree."""
        return bool(self.tree.children[at]) and not self.flat

    def toggle(self, at: int) -> None:
        """Fold or unfold; `reorder` must follow."""
        self.folded ^= {self.tree.views[at].ref}

    def fold_all(self) -> None:
        """Fold everything that has something below it; `reorder` must follow."""
        pairs = zip(self.tree.views, self.tree.children, strict=True)
        self.folded = frozenset(view.ref for view, below in pairs if below)

    def reveal(self, agent_id: str) -> None:
        """Unfold what hides an agent; `reorder` must follow."""
        at = self.tree.index.get(agent_id)
        self.show_over |= at in self.hidden
        if at is not None:
            self.folded -= {self.tree.views[above].ref for above in self.tree.ancestors(at)}

    # -- problems ------------------------------------------------------------------------------------------------

    def next_problem(self) -> str | None:
        """The agent that needs a person: the worst of the swarm first; from one of them the next one downwards and
        round. None where no agent does."""
        views = self.tree.views
        found = problems(views, self.verdicts)
        worst = worst_of(found, views, self.verdicts)
        if worst is None:
            return None
        current = self.cursor_at
        if current not in found:
            return views[worst].id
        order = [line.at for line in self.lines] if self.flat else range(len(views))
        after = [at for at in order if at in found]
        return views[after[(after.index(current) + 1) % len(after)]].id if current in after else views[worst].id
