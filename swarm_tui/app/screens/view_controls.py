"""A screen to look with: the tree and the detail, what narrows them, and what gives one of them more room."""

from textual import on
from textual.content import Content
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Input

from swarm.model.record import Alert
from widgets.agent_detail import AgentDetail
from widgets.agent_tree import AgentTree
from widgets.alerts import Alerts
from widgets.detail_head import Tab
from widgets.filtered_tree import FilteredTree
from widgets.line_list import LineList
from widgets.over_the_room import TOASTS
from widgets.own_keys import KeyOf, fill_keys
from widgets.transcript import Transcript
from widgets.tree_filter import FILTER_HINT


class LookingScreen(Screen[None]):
    """Tree, detail, alerts and the two lines to type in, and how they make room for each other."""

    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (50, "-middle"), (80, "-wide"), (110, "-broad")]
    VERTICAL_BREAKPOINTS = [(0, "-low"), (20, "-high")]

    def __init__(self, key_of: KeyOf) -> None:
        super().__init__()
        self.key_of = key_of
        """The operator's key of an act, by its name."""
        # Held here and not looked up: a tick may come while the screen is being taken down.
        self.agents = FilteredTree(id="tree")
        self.detail = AgentDetail(id="detail")
        self.alerts = Alerts(id="alerts")
        self.filter_line = Input(placeholder=fill_keys(FILTER_HINT, key_of), id="filter")
        self.search_line = Input(placeholder="search the transcript; then n next, N previous", id="search")
        self._read_at = (True, 0)
        """Whether the transcript followed, and its first line in sight, before something was searched for."""

    def take_size(self) -> None:
        """Lays the first picture out for the terminal's size: Textual would give the classes of sizes only after it."""
        width, height = self.app.size
        for points, length in ((self.HORIZONTAL_BREAKPOINTS, width), (self.VERTICAL_BREAKPOINTS, height)):
            self.add_class(next(name for least, name in reversed(points) if length >= least))

    @property
    def list_in_use(self) -> LineList:
        """What the movement keys move: the focused list, else the tree."""
        focused = self.focused
        return focused if isinstance(focused, LineList) else self.agents

    # -- the detail ----------------------------------------------------------------------------------------------

    @on(AgentTree.Opened)
    def open_detail(self) -> None:
        """The detail takes the keys; where there is no room beside the tree, it opens below it or takes its place."""
        self.remove_class("-zoom-tree")
        self.add_class("-detail")
        self._give_keys(self.detail.active_pane)

    def show_tab(self, tab: Tab) -> None:
        """Shows a tab of the detail, and the detail where it is hidden."""
        self.detail.tab = tab
        self.remove_class("-zoom-tree")
        self.add_class("-detail")

    def turn_tabs(self, by: int) -> None:
        """Shows the tab that is so many further; where the detail is hidden, shows that first."""
        if self.detail_is_shown:
            self.detail.next_tab(by)
        else:
            self.show_tab(self.detail.tab)

    @property
    def detail_is_shown(self) -> bool:
        """There is a detail on the screen."""
        return self.query_one("#right").display

    @property
    def _in_detail(self) -> bool:
        return self.focused is not None and self.detail in self.focused.ancestors

    def toggle_zoom(self) -> None:
        """Gives all the room to the tree or the detail, whichever has the keys, and takes it back."""
        zoomed = self.has_class("-zoom") or self.has_class("-zoom-tree")
        detail = self._in_detail
        self.remove_class("-zoom", "-zoom-tree", "-at-alerts")
        if not zoomed:
            self.add_class("-zoom" if detail else "-zoom-tree")
        self._give_keys(self.detail.active_pane if detail else self.agents)

    def follow(self) -> None:
        """Shows the end of the transcript and stays there; where it is shown and follows already, lets it stand."""
        transcript = self.detail.transcript
        if self.detail.tab is Tab.TRANSCRIPT and self.detail_is_shown:
            transcript.toggle_follow()
        else:
            self.show_tab(Tab.TRANSCRIPT)
            transcript.following = True

    def toggle_alerts(self) -> None:
        """Gives the alerts the keys, and room where they were hidden for want of it; and takes both back."""
        if self.alerts.has_focus:
            self.remove_class("-at-alerts")
            self._give_keys(self.agents)
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
        self.remove_class("-zoom", "-zoom-tree")
        self.add_class("-at-alerts")
        self._give_keys(self.alerts)

    def _give_keys(self, widget: Widget) -> None:
        """Gives the keys at once: `Widget.focus` does so only after what is waiting."""
        self.set_focus(widget)

    @on(Alerts.Sized)
    def _make_way_for_alerts(self, event: Alerts.Sized) -> None:
        """Toasts stand above the alerts, never before them."""
        below = event.height + 1  # and the strip
        for rack in self.query(TOASTS):
            rack.styles.margin = (0, 0, below, 0)
            rack.styles.max_height = max(1, self.size.height - below)

    @on(Transcript.FollowChanged)
    def _follow_changed(self, event: Transcript.FollowChanged) -> None:
        self.detail.border_subtitle = Content(
            "" if event.following else f"not following: {self.key_of('follow')} follows"
        )

    # -- filter and search ---------------------------------------------------------------------------------------

    def open_filter(self) -> None:
        """`/`: filters agents, or searches the transcript where that has the keys."""
        transcript = self.detail.transcript
        if self.focused is transcript:
            if not transcript.needle:
                self._read_at = (transcript.following, transcript.scroll_offset.y)
            box = self.search_line
        else:
            self.agents.remember_place()
            box = self.filter_line
        box.add_class("-shown")
        self._give_keys(box)

    @on(Input.Changed, "#filter")
    def _filter_changed(self, event: Input.Changed) -> None:
        self.agents.filter_text = event.value.strip()

    @on(Input.Submitted, "#filter")
    def _filter_done(self, event: Input.Submitted) -> None:
        event.input.set_class(bool(event.value), "-shown")
        self._give_keys(self.agents)

    @on(Input.Blurred, "#filter")
    @on(Input.Blurred, "#search")
    def _line_left(self, event: Input.Blurred) -> None:
        event.input.set_class(bool(event.value), "-shown")

    @on(Input.Changed, "#search")
    def _search_changed(self, event: Input.Changed) -> None:
        self.detail.transcript.search(event.value)

    @on(Input.Submitted, "#search")
    def _search_done(self) -> None:
        """The keys go back to the transcript: there n and N go on."""
        self._give_keys(self.detail.transcript)

    def clear(self) -> None:
        """`esc`: one thing after another: what is typed, what takes the tree's room or the keys, filter, marks, the
        problems."""
        in_search = self.focused is self.search_line
        if in_search or (self.focused is self.detail.transcript and self.detail.transcript.needle):
            self._leave_search(back=in_search)
        elif self.focused is self.filter_line:
            self._leave_filter()
        elif self._tree_has_less():
            self.remove_class("-zoom", "-zoom-tree", "-detail", "-at-alerts")
            self._give_keys(self.agents)
        elif self.agents.filter_text:
            self._leave_filter()
        elif self.agents.marks:
            self.agents.clear_marks()
        elif self.agents.problems_only:
            self.agents.problems_only = False

    def _tree_has_less(self) -> bool:
        """The keys or the room of the tree are with something else."""
        opened = self.has_class("-detail") and not self.has_class("-broad")
        taken = any(self.has_class(name) for name in ("-zoom", "-zoom-tree", "-at-alerts"))
        return opened or taken or self.focused is not self.agents

    def go_to(self, agent_id: str) -> None:
        """Puts the cursor on an agent, whatever hides it."""
        if not agent_id:
            return
        if not self.agents.move_to(agent_id):
            self.agents.problems_only = False
            self._leave_filter()
            self.agents.move_to(agent_id)
        self.remove_class("-at-alerts")
        self._give_keys(self.agents)

    def _leave_filter(self) -> None:
        """Shows all agents, with the cursor where it was before something was typed."""
        self._empty(self.filter_line)
        self.agents.leave_filter()
        self._give_keys(self.agents)

    def _leave_search(self, *, back: bool) -> None:
        """Ends the search; back: to where one read before something was typed."""
        transcript = self.detail.transcript
        self._empty(self.search_line)
        transcript.search("")
        self._give_keys(transcript)
        if back:
            transcript.following, top = self._read_at
            if not transcript.following:
                transcript.scroll_to(y=top, animate=False, force=True)

    def _empty(self, box: Input) -> None:
        with self.prevent(Input.Changed):
            box.value = ""
        box.remove_class("-shown")
