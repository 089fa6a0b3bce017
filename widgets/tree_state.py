"""The list of agents as a value: which lines there are, and where cursor, marks and folds stand. No Textual here."""

from collections.abc import Iterable
from enum import Enum

from swarm.model.record import Alert, Ref
from swarm.model.snapshot import AgentView
from swarm.model.time import Now
from swarm.rules.attention import Attention, worst_severity
from widgets.agent_row import RowState
from widgets.cells import short_id
from widgets.charset import UNICODE, Charset
from widgets.tree_cursor import Lines, Place, line_for
from widgets.tree_filter import TreeFilter, understood
from widgets.tree_needs import TreeNeeds
from widgets.tree_order import (
    SortMode,
    TreeIndex,
    TreeLine,
    Verdicts,
    in_order,
    matching,
    same_shape,
)
from widgets.tree_over import BranchesOver
from widgets.tree_widths import TreeWidths, widths_of


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
        self.needs = TreeNeeds()
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
        self._branches = BranchesOver()
        self.hidden: frozenset[int] = frozenset()
        """Of these, the ones that are folded away."""
        self.cursor: Ref | None = None
        self.cursor_line = 0
        self.lines: list[TreeLine] = []
        self.alerts: tuple[Alert, ...] = ()
        """Among the problems, below the agents: open alerts of no agent here. They have no place in `lines`."""
        self.alert: Alert | None = None
        """The one of them under the cursor; then no agent is."""
        self.longest = TreeWidths()
        """What names and figures of all agents take: it changes with the agents, never with what they do."""
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
        self.longest = widths_of(self.tree, root)
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
        return self.problems_only or self.filter.narrows or self.mode not in (SortMode.TREE, SortMode.NAME)

    @property
    def flat(self) -> bool:
        """It is a list of paths, not a tree."""
        return self.problems_only or self.mode is not SortMode.TREE

    @property
    def order(self) -> SortMode:
        """What the list is ordered by: problems come worst first where nothing else was asked for."""
        return SortMode.STATE if self.problems_only and self.mode is SortMode.TREE else self.mode

    def look_for_over(self, now: Now) -> bool:
        """Finds what is over by now, and what of it is folded away; True where `reorder` must follow."""
        before = self.over, self.hidden
        self.over = self._branches.find(self.tree, now)
        everything = self.narrowed or self.show_over
        self.hidden = frozenset() if everything or not self.over else self.over - self._in_use()
        return before != (self.over, self.hidden)

    def _in_use(self) -> set[int]:
        """The places under the cursor, with a mark, or in need of a person, and those above them."""
        held = (self.tree.find(key) for key in (*self.marks, *([self.cursor] if self.cursor is not None else [])))
        return self.tree.with_ancestors({*self.needs.places, *(at for at in held if at is not None)})

    @property
    def hidden_count(self) -> int:
        """How many agents are folded away because they are over."""
        return len(self.hidden)

    # -- lines and cursor ----------------------------------------------------------------------------------------

    def take_needs(self, found: Attention) -> bool:
        """Take who needs a person now; True where `reorder` must follow."""
        return self.needs.take(found, self.tree) and (self.problems_only or self.filter.names_state)

    def reorder(self, *, to_first: bool = False) -> str:
        """Find the lines again, and the cursor's place among them. to_first: it goes to the first match.

        Returns why the cursor is on another agent than before: `vanished`, `respawned`, `hidden` (folded or filtered
        away), `moved` (there was none before), or '' where it is on the same.
        """
        was, old_lines = self.cursor, self.lines
        self.lines = self._order()
        self._line_of = {line.at: number for number, line in enumerate(self.lines)}
        self.alerts = self.needs.found.alerts if self.problems_only and not self.filter_text.split() else ()
        if not to_first and self._stays_on_alert():
            return ""
        lines = Lines(self.lines, self._line_of)
        line, why = line_for(self.cursor, self.tree, lines, old_lines, self.cursor_line, narrowed=self.narrowed)
        if to_first:
            line, why, self.alert = lines.first_match, "moved", None
        self.cursor_line = line
        self.cursor = self.tree.views[self.lines[line].at].ref if self.lines else None
        return why if self.cursor != was else ""

    def _stays_on_alert(self) -> bool:
        """The cursor is on an alert that is still there, and its line is found again."""
        keys = [alert.key for alert in self.alerts]
        if self.alert is None or self.alert.key not in keys:
            self.alert = None
            return False
        place = keys.index(self.alert.key)
        self.alert, self.cursor_line = self.alerts[place], len(self.lines) + place
        return True

    def _order(self) -> list[TreeLine]:
        tree = self.tree
        needs = self.needs.found.agents
        wanted = matching(tree.views, self.verdicts, self.filter, needs) if self.filter.narrows else None
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
        if self.problems_only:
            places = self.needs.places.intersection(places)
        ordered = in_order(tuple(places), tree.views, self.verdicts, self.order, reverse=self.reverse, needs=needs)
        return [TreeLine(at, flat=True) for at in ordered]

    def _keep_cursor(self, before: TreeIndex) -> None:
        """Agents changed places: translate the old lines to the new places, so that neighbours can be found."""
        find = self.tree.index.get
        gone = -1
        self.lines = [line._replace(at=find(before.views[line.at].id, gone)) for line in self.lines]

    def move(self, line: int) -> bool:
        """Put the cursor on a line; True where that is another agent, or an alert where it was on an agent."""
        if not self.lines and not self.alerts:
            return False
        self.cursor_line = max(0, min(line, len(self.lines) + len(self.alerts) - 1))
        was, below = self.cursor, self.cursor_line - len(self.lines)
        self.alert = self.alerts[below] if below >= 0 else None
        self.cursor = self.tree.views[self.lines[self.cursor_line].at].ref if below < 0 else None
        return was != self.cursor

    @property
    def narrowed(self) -> bool:
        """Some agents may be left out, or it is no tree."""
        return self.flat or self.filter.narrows

    @property
    def on_context(self) -> bool:
        """The agent under the cursor is there only because something below it matches."""
        return self.cursor_line < len(self.lines) and self.lines[self.cursor_line].context

    @property
    def on_problem(self) -> bool:
        """The agent under the cursor needs a person."""
        return self.cursor_at in self.needs.places

    def go_back(self, place: Place) -> None:
        """Stand where one was; `reorder` must follow."""
        alive = {view.ref for view in self.tree.views}
        self.folded, self.show_over = place.folded & alive, place.show_over
        self.cursor = place.cursor or self.cursor

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

    def label_at(self, at: int, *, flat: bool) -> str:
        """What names an agent: its path in a flat list, its name in a tree."""
        return short_id(self.tree.views[at].id, self.root) if flat else self.tree.views[at].name

    def row_state(self, line: int, short: str = "") -> RowState:
        """How the agent on a line stands there. short: what stands for its name where that has no room."""
        drawn = self.lines[line]
        view = self.tree.views[drawn.at]
        key = view.ref
        folded = not drawn.flat and not self.filter.narrows and key in self.folded
        needs = self.needs.below(drawn.at) if folded else []
        return RowState(
            guides=drawn.guides,
            label=self.label_at(drawn.at, flat=True) if drawn.flat else "",
            short=short,
            marked=key in self.marks,
            folded=self.tree.sizes[drawn.at] - 1 if folded else self._hidden_below(drawn.at),
            folded_needs=len(needs),
            folded_worst=worst_severity(needs),
            root=view.id == self.root,
            context=drawn.context,
            found=self.filter,
        )

    def _hidden_below(self, at: int) -> int:
        """How many agents directly and indirectly below a place are folded away because they are over."""
        if not self.hidden:
            return 0
        return sum(self.tree.sizes[child] for child in self.tree.children[at] if child in self.hidden)

    def is_folded(self, at: int) -> bool:
        """What is below this place is folded away."""
        return self.tree.views[at].ref in self.folded

    def foldable(self, at: int) -> bool:
        """There is something below it, and it is shown as a tree."""
        return bool(self.tree.children[at]) and not self.narrowed

    def toggle(self, at: int) -> None:
        """Fold or unfold; `reorder` must follow."""
        self.folded ^= {self.tree.views[at].ref}

    def fold_all(self) -> None:
        """Fold what is below the children of the tops; where that is folded, the tops too. `reorder` must follow."""
        tree = self.tree
        every = frozenset(view.ref for view, below in zip(tree.views, tree.children, strict=True) if below)
        inner = every - {view.ref for view, above in zip(tree.views, tree.parents, strict=True) if above < 0}
        self.folded = every if self.folded == inner else inner

    def reveal(self, agent_id: str) -> None:
        """Unfold what hides an agent; `reorder` must follow."""
        at = self.tree.index.get(agent_id)
        self.show_over |= at in self.hidden
        if at is not None:
            self.folded -= {self.tree.views[above].ref for above in self.tree.ancestors(at)}

    # -- problems ------------------------------------------------------------------------------------------------

    def next_in_need(self, seen: Alert | None = None) -> "str | Alert | None":
        """Whom to look at next (`TreeNeeds.after`). seen: the alert of the swarm itself that is looked at elsewhere."""
        order = [line.at for line in self.lines] if self.flat else range(len(self.tree.views))
        return self.needs.after(self.cursor_at, order, self.verdicts, seen or self.alert)
