"""The help: keys from the action table, what signs and numbers say from the legend."""

from itertools import groupby
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from swarm.config.policy import Policy
from swarm_tui.app.actions import ACTS, Act, Group
from swarm_tui.app.alert_help import ALERTS
from swarm_tui.app.capabilities import Where
from widgets.cells import short_duration as duration
from widgets.legend import legend
from widgets.line_list import charset_of


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

    def __init__(self, policy: Policy, where: Where, acts: tuple[Act, ...] = ACTS) -> None:
        super().__init__()
        self._acts = acts
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
        for group, acts in groupby(sorted(self._acts, key=_order), lambda act: act.group):
            lines.append((alone, Content.styled(group.value, "bold $accent")))
            for act in acts:
                reason = act.disabled_reason(self._where)
                words = Content(act.title)
                if reason:
                    words = Content.assemble(words, (f"  (not now: {reason})", "$text-muted"))
                lines.append((Content.styled(act.shown, "bold"), words))
            lines.append((alone, alone))
        heartbeat = self._policy.heartbeat
        for section in legend(charset_of(self)):
            lines.append((alone, Content.styled(section.title, "bold $accent")))
            lines += [(Content.styled(entry.sign, "bold"), Content(entry.words)) for entry in section.entries]
            lines.append((alone, alone))
        investigate, kill = heartbeat.period * heartbeat.investigate_after, heartbeat.period * heartbeat.kill_after
        lines.append((alone, Content(f"A heartbeat comes every {duration(heartbeat.period)}.")))
        lines.append((alone, Content(f"Who is silent for {duration(investigate)} is investigated.")))
        lines.append((alone, Content(f"Who is silent for {duration(kill)} is ended by the next heartbeat.")))
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
