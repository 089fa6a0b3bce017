"""The help: keys from the action table, glyphs from the glyph table, the rules of health in one look."""

from itertools import groupby
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from swarm.config.policy import Policy
from swarm.model.health import Health
from swarm_tui.app.actions import ACTS, Act, Group
from swarm_tui.app.alert_help import ALERTS
from swarm_tui.app.capabilities import Where
from widgets.cells import short_duration as duration
from widgets.line_list import charset_of

_RULES: dict[Health, str] = {
    Health.STARTING: "spawned less than one period ago, nothing written yet",
    Health.FRESH: "last update younger than one period",
    Health.LATE: "last update older than one period",
    Health.INVESTIGATE: "silent for {investigate}: an alert, and evidence in its log",
    Health.OVERDUE: "silent for {kill}: the next heartbeat ends it",
    Health.LOOPING: "it reports and gets nowhere (0 % useful): it is told, and ended where it goes on",
    Health.RETRYING: "its model service refuses or does not answer",
    Health.WAITING: "its program ended for its model service; it is taken up again by itself",
    Health.DONE: "results.json is there and valid",
    Health.DISPUTED: "done by its own word, and something speaks against it: accept (Y) or reject (F) it",
    Health.FAILED: "ended without results.json, or with status failed",
    Health.KILLED: "ended by operator, parent or engine; its detail says who, why and when",
    Health.LOST: "gone without results or exit status",
    Health.QUEUED: "waits for a slot",
    Health.PAUSED: "halted by the operator; paused time does not count",
    Health.HELD: "no automatic kill for some heartbeats",
    Health.IDLE: "the root between two heartbeats",
    Health.UNKNOWN: "its files cannot be read",
}


class HelpScreen(ModalScreen[None]):
    """Lists every key, and what the signs on the screen mean."""

    CSS_PATH = "help.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,question_mark", "leave", "close"),
        Binding("j,down", "scroll('down')", "down"),
        Binding("k,up", "scroll('up')", "up"),
        Binding("ctrl+d,pagedown", "scroll('page_down')", "page down"),
        Binding("ctrl+u,pageup", "scroll('page_up')", "page up"),
        Binding("g,home", "scroll('home')", "top"),
        Binding("G,end", "scroll('end')", "end"),
    ]

    def __init__(self, policy: Policy, where: Where) -> None:
        super().__init__()
        self._policy = policy
        self._where = where

    def compose(self) -> ComposeResult:
        box = VerticalScroll(id="box")
        box.border_title = Content("help")
        box.border_subtitle = Content("j k scroll, esc closes")
        with box:
            for lead, words in self._lines():
                if lead.plain:
                    with Horizontal(classes="row"):
                        yield Static(lead, classes="lead")
                        yield Static(words, classes="words")
                else:
                    yield Static(words)
            for cause in sorted(ALERTS):
                yield Static(Content.styled(cause, "bold"), classes="cause")
                yield Static(Content(ALERTS[cause]), classes="meaning")

    def _lines(self) -> list[tuple[Content, Content]]:
        """(what stands in the column at the left, what it is); a heading has nothing at the left."""
        alone = Content("")
        lines: list[tuple[Content, Content]] = []
        for group, acts in groupby(sorted(ACTS, key=_order), lambda act: act.group):
            lines.append((alone, Content.styled(group.value, "bold $accent")))
            for act in acts:
                reason = act.disabled_reason(self._where)
                words = Content(act.title)
                if reason:
                    words = Content.assemble(words, (f"  (not now: {reason})", "$text-muted"))
                lines.append((Content.styled(act.shown, "bold"), words))
            lines.append((alone, alone))
        lines.append((alone, Content.styled("What the glyphs mean", "bold $accent")))
        heartbeat = self._policy.heartbeat
        limits = {
            "investigate": duration(heartbeat.period * heartbeat.investigate_after),
            "kill": duration(heartbeat.period * heartbeat.kill_after),
        }
        charset = charset_of(self)
        for state, rule in _RULES.items():
            lead = Content.styled(f"{charset.states[state]} {state.value}", "bold")
            lines.append((lead, Content(rule.format(**limits))))
        lines.append((alone, alone))
        lines.append((alone, Content("A heartbeat comes every " + duration(heartbeat.period) + ".")))
        lines.append((alone, alone))
        lines.append((alone, Content.styled("What alerts mean, and what to do", "bold $accent")))
        return lines

    def action_leave(self) -> None:
        """Closes the help."""
        self.dismiss(None)

    def action_scroll(self, how: str) -> None:
        """Scrolls the text: `down`, `up`, `page_down`, `page_up`, `home`, `end`."""
        box = self.query_one("#box", VerticalScroll)
        getattr(box, f"scroll_{how}")(animate=False)


def _order(act: Act) -> int:
    return list(Group).index(act.group)
