"""The agents over the last heartbeats: a row an agent, a column a heartbeat, a sign for what happened to it there."""

from collections.abc import Hashable, Mapping, Sequence
from typing import ClassVar

from textual.binding import BindingType

from swarm.formatting import parse_stamp
from swarm.model.beat import ActionKind, Beat
from swarm.model.health import Verdict
from swarm.model.snapshot import AgentView, Snapshot
from swarm.model.time import Now
from widgets.cells import Cell, Cells, clock_text, fit_cells, fit_tail, quote, short_id
from widgets.charset import UNICODE, Charset
from widgets.check_list import MOVING_KEYS
from widgets.line_list import CellLine, charset_of
from widgets.row_list import RowList

_ACT_ROLES = {
    ActionKind.KILL: "danger",
    ActionKind.INVESTIGATE: "warning",
    ActionKind.ALERT: "warning",
    ActionKind.COLLECT: "accent",
    ActionKind.SPAWN: "good",
}


def _sign(act: ActionKind, charset: Charset) -> Cell | None:
    signs = {
        ActionKind.KILL: charset.failed,
        ActionKind.INVESTIGATE: charset.warned,
        ActionKind.ALERT: charset.alert,
        ActionKind.COLLECT: charset.ended,
        ActionKind.SPAWN: charset.running,
    }
    for known, sign in signs.items():
        if act == known:
            return Cell(sign, _ACT_ROLES[known])
    return None


def lifeline(view: AgentView, beats: Sequence[Beat], charset: Charset = UNICODE) -> Cells:
    """A sign a heartbeat: what it did to this life of the agent, a rule where it lived through it, else blank."""
    record = view.record
    born = record.spawned_at if record is not None else None
    died = record.ended_at if record is not None else None
    cells: list[Cell] = []
    for beat in beats:
        found = next(
            (
                sign
                for action in beat.actions
                if action.agent == view.id and action.spawn_id in ("", view.spawn_id)
                if (sign := _sign(action.action, charset)) is not None
            ),
            None,
        )
        at = parse_stamp(beat.at)
        lived = at is not None and born is not None and born <= at and (died is None or at <= died)
        cells.append(found or (Cell(charset.rule, "muted") if lived else Cell(" ")))
    return tuple(cells)


def timeline_rows(snapshot: Snapshot) -> tuple[AgentView, ...]:
    """The agents that lived in the heartbeats that are known, in the tree's order."""
    first = next((at for beat in snapshot.beats if (at := parse_stamp(beat.at)) is not None), None)
    if first is None:
        return ()
    return tuple(
        view
        for view in snapshot.agents
        if view.record is not None and (view.record.ended_at is None or view.record.ended_at >= first)
    )


def name_width(width: int) -> int:
    """Columns of the names, at this width of the list."""
    return min(28, max(8, width // 3))


def span_cells(beats: Sequence[Beat], width: int, charset: Charset = UNICODE) -> Cells:
    """Over the columns: number and time of the first heartbeat in sight, and of the last where there is room."""
    name = name_width(width)
    room = max(0, width - name - 2)
    shown = beats[-room:] if room else ()
    if not shown:
        return fit_cells((), width, charset.cut)
    first, last = _beat_label(shown[0]), _beat_label(shown[-1])
    words = first
    if len(shown) > 1:
        gap = len(shown) - len(first) - len(last)
        words = f"{first}{' ' * gap}{last}" if gap > 0 else f"{first} {charset.rule} {last}"
    return fit_cells((Cell(" " * (name + 2)), Cell(words, "muted")), width, charset.cut)


def _beat_label(beat: Beat) -> str:
    return f"{beat.n} {clock_text(parse_stamp(beat.at))}".rstrip()


def legend_cells(width: int, charset: Charset = UNICODE) -> Cells:
    """What the signs say."""
    cells: list[Cell] = [Cell(" "), Cell(charset.rule, "muted"), Cell(" lived  ", "muted")]
    for act, word in (
        (ActionKind.SPAWN, "spawned"),
        (ActionKind.COLLECT, "collected"),
        (ActionKind.INVESTIGATE, "investigated"),
        (ActionKind.ALERT, "alert"),
        (ActionKind.KILL, "killed"),
    ):
        sign = _sign(act, charset)
        if sign is not None:
            cells += (sign, Cell(f" {word}  ", "muted"))
    return fit_cells(cells, width, charset.cut)


class Legend(CellLine):
    """What the signs of a timeline say, and from which heartbeat to which it goes."""

    DEFAULT_CSS = """
    Legend { height: 2; }
    """

    def __init__(self, timeline: "Timeline") -> None:
        super().__init__()
        self._timeline = timeline

    def line_cells(self, y: int, width: int) -> Cells:
        charset = charset_of(self)
        return (
            span_cells(self._timeline.beats, self._timeline.view_size.width, charset)
            if y
            else legend_cells(width, charset)
        )


class Timeline(RowList[AgentView]):
    """Rows of agents, columns of heartbeats; the newest is the last."""

    DEFAULT_CSS = """
    Timeline { height: 1fr; width: 1fr; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [*MOVING_KEYS]
    BORDER_TITLE = "heartbeats"
    NOTHING = "no heartbeat yet"

    def __init__(self) -> None:
        super().__init__()
        self._beats: tuple[Beat, ...] = ()
        self._root = ""

    def update_snapshot(self, snapshot: Snapshot, verdicts: Mapping[str, Verdict], now: Now) -> None:
        """Show the heartbeats and agents of a snapshot."""
        del verdicts, now
        rows = timeline_rows(snapshot)
        if rows == self._rows and snapshot.beats == self._beats:
            return
        self._root = snapshot.root
        self._beats = snapshot.beats
        self.set_rows(rows)

    @property
    def beats(self) -> tuple[Beat, ...]:
        """The heartbeats it knows, oldest first."""
        return self._beats

    def identity(self, row: AgentView) -> Hashable:
        return row.ref

    def row_cells(self, row: AgentView, width: int) -> Cells:
        charset = self.charset
        name = name_width(width)
        beats = self._beats[-max(0, width - name - 2) :]
        label = fit_tail(quote(short_id(row.id, self._root), 300), name, charset.cut)
        return fit_cells((Cell(f" {label} "), *lifeline(row, beats, charset)), width, charset.cut)
