"""A screen to look with: the tree and the detail, what narrows them, and what gives one of them more room."""

from textual import on
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Input

from swarm.model.record import Alert
from widgets.agent_detail import AgentDetail
from widgets.agent_tree import AgentTree
from widgets.alerts import Alerts
from widgets.detail_head import Tab
from widgets.line_list import LineList
from widgets.transcript import Transcript
from widgets.tree_filter import FILTER_HINT


class LookingScreen(Screen[None]):
    """Tree, detail, alerts and the two lines to type in, and how they make room for each other."""

    def __init__(self) -> None:
        super().__init__()
        # Held here and not looked up: a tick may come while the screen is being taken down.
        self.agents = AgentTree(id="tree")
        self.detail = AgentDetail(id="detail")
        self.alerts = Alerts(id="alerts")
        self.filter_line = Input(placeholder=FILTER_HINT, id="filter")
        self.search_line = Input(placeholder="search the transcript; then n next, N previous", id="search")

    @property
    def list_in_use(self) -> LineList:
        """What the movement keys move: the focused list, else the tree."""
        focused = self.focused
        return focused if isinstance(focused, LineList) else self.agents

    # -- the detail ----------------------------------------------------------------------------------------------

    @on(AgentTree.Opened)
    def open_detail(self) -> None:
        """The detail takes the keys; where there is no room beside the tree, it opens below it or takes its place."""
        self.add_class("-detail")
        self.detail.active_pane.focus()

    def show_tab(self, tab: Tab) -> None:
        """Shows a tab of the detail, and the detail where it is hidden."""
        self.detail.tab = tab
        self.add_class("-detail")

    def turn_tabs(self, by: int) -> None:
        """Shows the tab that is so many further; where the detail is hidden, shows that first."""
        if self.query_one("#right").display:
            self.detail.next_tab(by)
        else:
            self.show_tab(self.detail.tab)

    def toggle_zoom(self) -> None:
        """Gives the detail all the room, and takes it back."""
        self.toggle_class("-zoom")
        (self.detail.active_pane if self.has_class("-zoom") else self.agents).focus()

    def toggle_alerts(self) -> None:
        """Gives the alerts the keys, and room where they were hidden for want of it; and takes both back."""
        if self.alerts.has_focus:
            self.remove_class("-at-alerts")
            self.agents.focus()
        else:
            self._show_alerts()

    @on(AgentTree.AlertOpened)
    def _alert_wanted(self, event: AgentTree.AlertOpened) -> None:
        self.go_to_alert(event.alert)

    def go_to_alert(self, alert: Alert) -> None:
        """Puts the cursor on an alert among the alerts."""
        self.alerts.move_to(alert.key)
        self._show_alerts()

    def _show_alerts(self) -> None:
        self.remove_class("-zoom")
        self.add_class("-at-alerts")
        self.alerts.focus()

    @on(Transcript.FollowChanged)
    def _follow_changed(self, event: Transcript.FollowChanged) -> None:
        self.detail.border_subtitle = Content("" if event.following else "not following: f follows")

    # -- filter and search ---------------------------------------------------------------------------------------

    def open_filter(self) -> None:
        """`/`: filters agents, or searches the transcript where that has the keys."""
        in_transcript = self.focused is not None and self.focused is self.detail.transcript
        box = self.search_line if in_transcript else self.filter_line
        box.add_class("-shown")
        box.focus()

    @on(Input.Changed, "#filter")
    def _filter_changed(self, event: Input.Changed) -> None:
        self.agents.filter_text = event.value.strip()

    @on(Input.Submitted, "#filter")
    def _filter_done(self, event: Input.Submitted) -> None:
        event.input.set_class(bool(event.value), "-shown")
        self.agents.focus()

    @on(Input.Changed, "#search")
    def _search_changed(self, event: Input.Changed) -> None:
        self.detail.transcript.search(event.value)

    @on(Input.Submitted, "#search")
    def _search_done(self) -> None:
        """The keys go back to the transcript: there n and N go on."""
        self.detail.transcript.focus()

    def clear(self) -> None:
        """`esc`: one thing after another: what is typed, marks, the problems; and whatever takes the tree's room."""
        if isinstance(self.focused, Input) or self.agents.filter_text or self.detail.transcript.needle:
            self._empty_lines()
        elif self.agents.marks:
            self.agents.clear_marks()
        elif self.agents.problems_only:
            self.agents.problems_only = False
        self.remove_class("-zoom", "-detail", "-at-alerts")
        self.agents.focus()

    def go_to(self, agent_id: str) -> None:
        """Puts the cursor on an agent, whatever hides it."""
        if not agent_id:
            return
        if not self.agents.move_to(agent_id):
            self.agents.problems_only = False
            self._empty_lines()
            self.agents.move_to(agent_id)
        self.remove_class("-at-alerts")
        self.agents.focus()

    def _empty_lines(self) -> None:
        for box in (self.filter_line, self.search_line):
            box.value = ""
            box.remove_class("-shown")
