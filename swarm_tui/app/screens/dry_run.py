"""The rehearsal of a heartbeat: its exact plan, row by row; unticked rows are left out when it is applied."""

from collections import Counter
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import Static

from swarm.model.beat import ActionKind
from swarm.model.health import Verdict
from swarm.model.plan import Action
from swarm.model.requests import Rehearsal
from swarm.sanitize import clean
from widgets.agent_words import STATE_ROLES
from widgets.answer import Answer
from widgets.cells import Cell, Cells, fit_tail, short_id
from widgets.check_list import CheckList, CheckRow, TickDialog, column

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
NO_ACTS = frozenset({ActionKind.SKIP, ActionKind.NOTE})
"""Rows that only say something."""


class RehearsalScreen(TickDialog[frozenset[str] | None]):
    """Dismissed with the keys of the unticked actions, or None where nothing is to happen."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("b", "leave", "close", show=False)]
    DEFAULT_CSS = """
    RehearsalScreen .line { height: 1; margin-bottom: 1; text-overflow: ellipsis; text-wrap: nowrap; }
    """

    def __init__(self, rehearsal: Rehearsal, *, writable: bool, root: str = "") -> None:
        plan = rehearsal.plan
        super().__init__(f"heartbeat {plan.n}: what it would do now", rows(plan.actions, root, rehearsal.verdicts))
        self._rehearsal = rehearsal
        self._writable = writable
        self._kinds = {action.key: action.kind for action in plan.actions}

    def compose_head(self) -> ComposeResult:
        yield Static("", id="sum", classes="line")

    def compose_foot(self) -> ComposeResult:
        yield Static(Content("\n").join(self._notes()), classes="note")

    def answers(self) -> tuple[Answer, ...]:
        if not self._writable:
            return (Answer("Close", "esc", id="no"),)
        return Answer("No", "n", id="no"), Answer("Beat", "y", id="yes")

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
        lines.append(Content("space unticks a row" if self._writable else "this home is only viewed"))
        return lines

    @on(CheckList.Moved)
    @on(CheckList.Toggled)
    def _sum_up(self) -> None:
        """Says in one line, above all else, what yes does."""
        unticked = self.rows.unticked
        done = Counter(kind for key, kind in self._kinds.items() if key not in unticked and kind not in NO_ACTS)
        kinds = sorted(done, key=tuple(_ROLES).index)  # what ends an agent comes first
        words = ", ".join(f"{kind.value} {done[kind]}" for kind in kinds) or "nothing is to be done"
        left_out = f"; {len(unticked)} left out" if unticked else ""
        self.query_one("#sum", Static).update(Content(f"{words}{left_out}"))

    def action_yes(self) -> None:
        """Beats, without what is unticked."""
        if self._writable:
            self.dismiss(self.rows.unticked)


def rows(
    actions: Iterable[Action], root: str, verdicts: Mapping[str, Verdict] = MappingProxyType({})
) -> list[CheckRow]:
    """What a heartbeat would do, in columns: what, whom, why; all of a row's words stand in `full`.

    verdicts: those that the plan rests on, by id: why begins with the state's word, as in the agent's own row.
    """
    steps = [(action, _whom(action, root)) for action in actions]
    width = column((whom for _, whom in steps), MAX_WHOM)
    kinds = max([KIND_WIDTH, *(len(action.kind) + 1 for action, _ in steps)])
    return [
        CheckRow(
            action.key,
            (
                Cell(f"{action.kind.value:<{kinds}}", _ROLES[action.kind]),
                Cell(fit_tail(whom, width), "strong"),
                *_state(verdicts.get(action.agent)),
                Cell(f"{clean(action.reason, 300)}{_below(action)}", "muted"),
            ),
            fixed=action.kind in NO_ACTS,
            full=f"{action.kind.value} {clean(action.agent, 300) or 'the swarm'}: "
            f"{clean(action.reason, 1000)}{_below(action)}",
        )
        for action, whom in steps
    ]


def _whom(action: Action, root: str) -> str:
    return short_id(clean(action.agent, 200), root) or "the swarm"


def _below(action: Action) -> str:
    below = sum(agent != action.agent for agent in action.subtree)
    return f", with {below} below" if below else ""


def _state(verdict: Verdict | None) -> Cells:
    return (
        Cell("  "),
        *((Cell(f"{verdict.state.value}  ", STATE_ROLES[verdict.state]),) if verdict is not None else ()),
    )
