"""What a person should know: one row for each (agent, cause), new ones first, acknowledged ones below and dimmer."""

from collections.abc import Hashable

from textual import events
from textual.content import Content
from textual.message import Message

from swarm.model.record import Alert
from swarm.model.time import Now
from swarm.rules.attention import is_open
from widgets.cells import Cell, Cells, fit, fit_cells, fit_tail, quote, short_duration, short_id
from widgets.charset import UNICODE, Charset
from widgets.row_list import RowList


def alert_cells(alert: Alert, now: Now, width: int, charset: Charset = UNICODE, *, root: str = "") -> Cells:
    """One alert: age, cause, agent, how often, what it says; the word `acknowledged` where it is."""
    acked = alert.acked_at is not None
    role = "muted" if acked else alert.cause.severity.value
    mark = charset.ended if acked else charset.warned
    cells = [Cell(f"{mark} ", role), Cell(f"{short_duration(now.wall - alert.last_at):>5} ", "muted")]
    if width >= 50:
        cells += (Cell(fit(quote(alert.cause, 40), 16, charset.cut), role), Cell(" "))
    cells.append(
        Cell(
            fit_tail(quote(short_id(alert.agent, root) or "swarm", 200), 16 if width < 80 else 26, charset.cut),
            "" if not acked else "muted",
        )
    )
    cells.append(Cell(" "))
    if alert.count > 1:
        cells.append(Cell(f"{charset.times}{alert.count} ", "muted"))
    if acked:
        cells.append(Cell(f"acknowledged{f' by {quote(alert.acked_by, 30)}' if alert.acked_by else ''} ", "muted"))
    cells.append(Cell(quote(alert.text), "muted" if acked else "quote"))
    return fit_cells(cells, width, charset.cut)


def in_order(alerts: tuple[Alert, ...]) -> tuple[Alert, ...]:
    """Open ones first, the newest on top."""
    return tuple(sorted(alerts, key=lambda alert: (alert.acked_at is not None, -alert.last_at, alert.key)))


class Alerts(RowList[Alert]):
    """The alerts of the swarm. Its cursor is held by the alert's key."""

    DEFAULT_CSS = """
    Alerts { height: 1fr; width: 1fr; }
    """
    BORDER_TITLE = "alerts"
    NOTHING = "no alerts"

    class Picked(Message):
        """Enter or a double click: the agent of this alert is wanted."""

        def __init__(self, alert: Alert) -> None:
            super().__init__()
            self.alert = alert

    class Sized(Message):
        """It takes so many lines of the screen now, its frame included; none while it is hidden."""

        def __init__(self, height: int) -> None:
            super().__init__()
            self.height = height

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._now = Now(0.0, 0.0)
        self._root = ""

    def update_alerts(self, alerts: tuple[Alert, ...], now: Now, *, root: str = "") -> None:
        """Show these; the cursor stays on its alert. root: the root's id, which ids are shown without."""
        self._now, self._root = now, root
        ordered = in_order(alerts)
        if ordered == self._rows:
            self.repaint_changed()
            return
        self.set_rows(ordered)
        unacked = sum(map(is_open, ordered))
        self.border_title = Content(f"alerts {unacked} open" if unacked else "alerts")

    def move_to(self, key: str) -> None:
        """Put the cursor on the alert of this key, where it is there."""
        keys = [alert.key for alert in self._rows]
        if key in keys:
            self.cursor_line = keys.index(key)
            self.scroll_to_cursor()

    def on_resize(self, event: events.Resize) -> None:
        super().on_resize(event)
        self.post_message(self.Sized(self.outer_size.height))

    def on_hide(self) -> None:
        self.post_message(self.Sized(0))

    def on_show(self) -> None:
        self.post_message(self.Sized(self.outer_size.height))

    def tick(self, now: Now) -> None:
        """The same alerts, later."""
        self._now = now
        self.repaint_changed()

    def identity(self, row: Alert) -> Hashable:
        return row.key

    def row_cells(self, row: Alert, width: int) -> Cells:
        return alert_cells(row, self._now, width, self.charset, root=self._root)

    def opened(self, row: Alert) -> None:
        self.post_message(self.Picked(row))
