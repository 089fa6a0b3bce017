"""What a person should know: one row for each (agent, cause), new ones first, acknowledged ones below and dimmer."""

from textual.content import Content
from textual.message import Message

from swarm.model.record import Alert
from swarm.model.time import Now
from widgets.cells import Cell, Cells, fit, fit_cells, fit_tail, quote, short_duration, short_id
from widgets.charset import UNICODE, Charset
from widgets.line_list import LineList


def alert_cells(alert: Alert, now: Now, width: int, charset: Charset = UNICODE, *, root: str = "") -> Cells:
    """One alert: age, cause, agent, how often, what it says; the word `acked` where it is."""
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
        cells.append(Cell(f"acked{f' by {quote(alert.acked_by, 30)}' if alert.acked_by else ''} ", "muted"))
    cells.append(Cell(quote(alert.text), "muted" if acked else "quote"))
    return fit_cells(cells, width, charset.cut)


def in_order(alerts: tuple[Alert, ...]) -> tuple[Alert, ...]:
    """Open ones first, the newest on top."""
    return tuple(sorted(alerts, key=lambda alert: (alert.acked_at is not None, -alert.last_at, alert.key)))


class Alerts(LineList):
    """The alerts of the swarm. Its cursor is held by the alert's key."""

    DEFAULT_CSS = """
    Alerts { height: 1fr; width: 1fr; }
    """
    BORDER_TITLE = "alerts"

    class Highlighted(Message):
        """The cursor is on another alert."""

        def __init__(self, panel: "Alerts", alert: Alert) -> None:
            super().__init__()
            self.panel = panel
            self.alert = alert

        @property
        def control(self) -> "Alerts":
            return self.panel

    class Picked(Message):
        """Enter or a double click: the agent of this alert is wanted."""

        def __init__(self, panel: "Alerts", alert: Alert) -> None:
            super().__init__()
            self.panel = panel
            self.alert = alert

        @property
        def control(self) -> "Alerts":
            return self.panel

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._alerts: tuple[Alert, ...] = ()
        self._now = Now(0.0, 0.0)
        self._root = ""

    def update_alerts(self, alerts: tuple[Alert, ...], now: Now, *, root: str = "") -> None:
        """Show these; the cursor stays on its alert. root: the root's id, which ids are shown without."""
        self._now, self._root = now, root
        ordered = in_order(alerts)
        if ordered == self._alerts:
            self.repaint_changed()
            return
        current = self.current
        self._alerts = ordered
        self.lines_changed()
        keys = [alert.key for alert in ordered]
        if current is not None and current.key in keys:
            self.set_reactive(Alerts.cursor_line, keys.index(current.key))
        else:
            self.cursor_line = self.validate_cursor_line(self.cursor_line)
        unacked = sum(alert.acked_at is None for alert in ordered)
        self.border_title = Content(f"alerts {unacked}" if unacked else "alerts")

    def tick(self, now: Now) -> None:
        """The same alerts, later."""
        self._now = now
        self.repaint_changed()

    @property
    def current(self) -> Alert | None:
        """The alert under the cursor."""
        return self._alerts[self.cursor_line] if self.cursor_line < len(self._alerts) else None

    @property
    def line_count(self) -> int:
        return max(1, len(self._alerts))

    def line_cells(self, index: int, width: int) -> Cells:
        if index >= len(self._alerts):
            return fit_cells((Cell(" no alerts", "muted"),), width, self.charset.cut)
        return alert_cells(self._alerts[index], self._now, width, self.charset, root=self._root)

    def cursor_changed(self) -> None:
        if self.current is not None:
            self.post_message(self.Highlighted(self, self.current))

    def clicked(self, index: int, x: int, chain: int) -> None:
        del index, x
        if chain == 2:
            self.action_open()

    def action_open(self) -> None:
        if self.current is not None:
            self.post_message(self.Picked(self, self.current))
