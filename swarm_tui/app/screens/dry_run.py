"""The rehearsal of a heartbeat: its exact plan, row by row; unticked rows are left out when it is applied."""

from collections.abc import Iterable
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from swarm.model.beat import ActionKind
from swarm.model.plan import Action
from swarm.model.requests import Rehearsal
from swarm.sanitize import clean
from widgets.cells import Cell, fit_tail, short_id
from widgets.check_list import CheckList, CheckRow, column

_ROLES = {
    ActionKind.KILL: "danger",
    ActionKind.END_STRAY: "danger",
    ActionKind.INVESTIGATE: "warning",
    ActionKind.ALERT: "warning",
    ActionKind.REJECT: "warning",
    ActionKind.WARN: "notice",
    ActionKind.COLLECT: "accent",
    ActionKind.FREE: "notice",
    ActionKind.REMOVE_WORKTREE: "muted",
    ActionKind.CHECK: "accent",
    ActionKind.WAIT: "notice",
    ActionKind.TAKE_UP: "good",
    ActionKind.SPAWN: "good",
    ActionKind.SCHEDULE: "good",
    ActionKind.SKIP: "muted",
    ActionKind.NOTE: "muted",
    ActionKind.ARCHIVE: "muted",
    ActionKind.WAKE: "accent",
    ActionKind.SPARE: "notice",
}
MAX_WHOM = 40
KIND_WIDTH = 12
"""What most kinds of actions need."""


class RehearsalScreen(ModalScreen[frozenset[str] | None]):
    """Dismissed with the keys of the unticked actions, or None where nothing is to happen."""

    CSS_PATH = "rehearsal.tcss"
    AUTO_FOCUS = "CheckList"
    FRESH_KEYS = frozenset({"enter"})
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,q,b", "leave", "close")]

    def __init__(self, rehearsal: Rehearsal, *, writable: bool, root: str = "") -> None:
        super().__init__()
        self._root = root
        self._rehearsal = rehearsal
        self._writable = writable

    def compose(self) -> ComposeResult:
        plan = self._rehearsal.plan
        with Vertical(id="box"):
            yield Static(Content(f"heartbeat {plan.n}: what it would do now"), id="title")
            yield CheckList(rows(plan.actions, self._root))
            yield Static("", id="chosen")
            yield Static(Content("\n").join(self._notes()), id="notes")

    def _notes(self) -> list[Content]:
        plan = self._rehearsal.plan
        counts = "  ".join(f"{state} {count}" for state, count in plan.counts.items() if count)
        slots = plan.slots
        lines = [
            Content(counts or "no agents"),
            Content(f"slots: {slots.committed}/{slots.max} committed, {slots.used} used, {slots.free} free"),
        ]
        if plan.gap:
            lines.append(Content.assemble(("Time has a hole: ", "$warning"), clean(plan.gap)))
        if self._rehearsal.refused:
            lines.append(Content.assemble(("Not due: ", "$warning"), clean(self._rehearsal.refused)))
        if self._writable:
            lines.append(Content("space unticks a row, enter beats with what is ticked, esc leaves"))
        else:
            lines.append(Content("this home is only viewed: esc leaves"))
        return lines

    @on(CheckList.Moved)
    def _moved(self, event: CheckList.Moved) -> None:
        self.query_one("#chosen", Static).update(Content(event.row.full if event.row is not None else ""))

    @on(CheckList.Applied)
    def _applied(self, event: CheckList.Applied) -> None:
        if self._writable:
            self.dismiss(event.check_list.unticked)

    def action_leave(self) -> None:
        """Leaves; nothing happens."""
        self.dismiss(None)


def rows(actions: Iterable[Action], root: str) -> list[CheckRow]:
    """What a heartbeat would do, in columns: what, whom, why; all of a row's words stand in `full`."""
    steps = [(action, _whom(action, root)) for action in actions]
    width = column((whom for _, whom in steps), MAX_WHOM)
    kinds = max([KIND_WIDTH, *(len(action.kind) + 1 for action, _ in steps)])
    return [
        CheckRow(
            action.key,
            (
                Cell(f"{action.kind.value:<{kinds}}", _ROLES[action.kind]),
                Cell(fit_tail(whom, width), "strong"),
                Cell(f"  {_below(action)}{clean(action.reason, 300)}", "muted"),
            ),
            fixed=action.kind in (ActionKind.SKIP, ActionKind.NOTE),
            full=f"{action.kind.value} {clean(action.agent, 300) or 'the swarm'}: {_below(action)}"
            f"{clean(action.reason, 1000)}",
        )
        for action, whom in steps
    ]


def _whom(action: Action, root: str) -> str:
    return short_id(clean(action.agent, 200), root) or "the swarm"


def _below(action: Action) -> str:
    below = sum(agent != action.agent for agent in action.subtree)
    return f"with {below} below: " if below else ""
