"""The control room: lays the widgets out, hands them snapshots, and sends every key through the one table."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from textual import events, on
from textual.app import ComposeResult
from textual.binding import BindingsMap
from textual.containers import Container, Vertical
from textual.widget import Widget

from swarm.api import Swarm
from swarm.errors import SwarmError
from swarm.model.outcome import Board
from swarm.model.snapshot import AgentView, Snapshot
from swarm.model.values import replace
from swarm.rules.costs import Spending, spending, spent
from swarm.rules.heart import heart
from swarm.rules.results.outcome_board import board_of
from swarm_tui.app.act import Act
from swarm_tui.app.actions import ACTS
from swarm_tui.app.deliveries import Delivered
from swarm_tui.app.first_steps import first_steps, is_empty
from swarm_tui.app.keys import bindings
from swarm_tui.app.screens.engine_calls import ActingScreen, Host
from swarm_tui.app.strip import strip_hints
from swarm_tui.app.verdict_cache import VerdictCache
from widgets.agent_detail import AgentDetail
from widgets.agent_tree import AgentTree
from widgets.alerts import Alerts
from widgets.banner import Banner
from widgets.cells import clock_text
from widgets.detail_head import Tab
from widgets.detail_pages import DetailData
from widgets.first_steps import FirstSteps
from widgets.heartbeat_strip import HeartbeatStrip
from widgets.slot_board import SlotBoard
from widgets.status_line import StatusLine, looking_status, status_of
from widgets.tally import Tally
from widgets.transcript import Transcript

if TYPE_CHECKING:
    from swarm_tui.app.screens.printed import Printed


class ControlRoom(ActingScreen):
    """The one screen that is always there."""

    AUTO_FOCUS = "AgentTree"

    def __init__(self, swarm: Swarm, host: Host, acts: tuple[Act, ...] = ACTS) -> None:
        super().__init__(swarm, host, acts)
        self._bindings.key_to_bindings |= BindingsMap(bindings(acts)).key_to_bindings
        self._verdict_cache = VerdictCache(swarm.home.policy)
        self._tally = Tally()
        self._spending: tuple[Snapshot, Mapping[str, Spending]] | None = None
        self._status = StatusLine(id="status")
        self._slots = SlotBoard(id="slots")
        self._banner = Banner(id="banner")
        self._strip = HeartbeatStrip(id="strip")
        self._first = FirstSteps(id="first")
        self._shown: dict[Widget, tuple[object, ...]] = {}
        """What these widgets were given last."""

    def compose(self) -> ComposeResult:
        self.take_size()
        yield self._status
        yield self._slots
        yield self._banner
        with Container(id="body"):
            with Vertical(id="left"):
                yield self.agents
                yield self._first
                yield self.filter_line
            with Vertical(id="right"):
                yield self.detail
                yield self.search_line
        yield self.alerts
        yield self._strip

    def on_mount(self) -> None:
        # Whichever key or click changes the order, it is kept.
        self.watch(self.agents, "sort_mode", lambda mode: self.host.keep(sort=mode.value), init=False)
        self.watch(self.agents, "sort_reverse", lambda reverse: self.host.keep(reverse=reverse), init=False)
        self.host.begin()

    # -- from the disk to the screen -----------------------------------------------------------------------------

    def show(self, snapshot: Snapshot) -> None:
        """A newer snapshot; an older one is dropped."""
        if snapshot.generation < self.snapshot.generation:
            return
        self.snapshot = snapshot
        self.now = self.swarm.now()
        # Of a part of the swarm nothing is said: who is above or below an agent may not have been seen yet.
        self.verdicts = {} if snapshot.pulse.looking else self._verdict_cache.update(snapshot, self.now)
        self._tally.count(snapshot, self.verdicts)
        self.agents.update_snapshot(snapshot, self.verdicts, self.now, self._tally.attention)
        self._slots.slots = snapshot.slots
        self._strip.beats = snapshot.beats
        pulse = snapshot.pulse
        if self._is_news(self._banner, pulse.access, pulse.access_why, snapshot.problems):
            self._banner.update_access(pulse.access, pulse.access_why, snapshot.problems)
        if self._is_news(self.alerts, snapshot.alerts, snapshot.root):
            self.alerts.update_alerts(snapshot.alerts, self.now, root=snapshot.root)
        self.set_class(bool(snapshot.alerts), "-alerts")
        empty = is_empty(snapshot)
        self.set_class(empty, "-empty")
        if empty:
            self._first.steps = first_steps(self.acts, self.where())
        if self.expected and (self.agents.move_to(self.expected) or snapshot.agent(self.expected) is not None):
            self.expected = ""  # also where a filter hides it: the cursor does not jump there later
        self._show_detail()
        self._show_status()
        if self.deliveries.awaited:
            self._look_for_deliveries(snapshot)

    def _is_news(self, widget: Widget, *shown: object) -> bool:
        """Whether a widget is to show other values than the last time: it is left alone where they are equal."""
        before, self._shown[widget] = self._shown.get(widget), shown
        return before != shown

    def _look_for_deliveries(self, snapshot: Snapshot) -> None:
        self._show_deliveries(self.deliveries.arrived(snapshot))
        if self.deliveries.in_inboxes:
            self.host.in_thread(lambda: self.deliveries.read_inboxes(self.swarm), self._inboxes_read)

    def _inboxes_read(self, taken: list[str] | SwarmError) -> None:
        if not isinstance(taken, SwarmError):
            self._show_deliveries(self.deliveries.taken(taken, self.now.wall))

    def _show_deliveries(self, arrived: Iterable[Delivered]) -> None:
        for delivered in arrived:
            self.say(f"{delivered.agent} was told {delivered.id} at {clock_text(delivered.at)}")

    def start_anew(self) -> None:
        """The next snapshot is taken under other settings, whatever its generation."""
        self._verdict_cache = VerdictCache(self.swarm.home.policy)
        self.snapshot = replace(self.snapshot, generation=0)

    def tick(self) -> None:
        """The clock went on: rows age while the disk is silent."""
        if self.snapshot.pulse.looking:
            self._show_status()
            return
        self.now = self.swarm.now()
        self.verdicts = self._verdict_cache.tick(self.snapshot, self.now, self.agents.ids_in_sight)
        self._tally.count(self.snapshot, self.verdicts)
        self.agents.tick(self.verdicts, self.now, self._tally.attention)
        self.alerts.tick(self.now)
        if (view := self.detail.view) is not None:
            self.detail.tick(self._verdict_cache.judge(view, self.now), self.now)
        self._show_status()

    @property
    def in_sight(self) -> frozenset[str]:
        """The ids of the agents on the screen, that in the detail among them."""
        view = self.detail.view
        return self.agents.ids_in_sight | ({view.id} if view is not None else set())

    @on(events.DescendantFocus)
    def _show_hints(self) -> None:
        """The strip offers what helps with the row under the cursor; what looks the same is not drawn again."""
        said = strip_hints(self.where(), self.acts, needs=self.needing, focused=self.focused)
        self._strip.lead, self._strip.hints = said

    @property
    def needing(self) -> int:
        """How many need a person, as the status line says."""
        return self._tally.attention.count

    def _show_status(self) -> None:
        self._show_hints()
        snapshot, owner = self.snapshot, self.snapshot.owner
        if snapshot.pulse.looking:
            self._status.data = looking_status(snapshot, self.swarm.home.policy.name, self.swarm.scanner.watching[1])
            return
        self._status.data = status_of(
            snapshot,
            self.verdicts,
            self.now,
            name=self.swarm.home.policy.name,
            heart=heart(snapshot, self.swarm.home.policy, self.now),
            other_owner=owner.by if owner and not snapshot.owner_gone and not self.host.owns_heartbeat else "",
            used_up=spent(snapshot, self.now) if snapshot.tokens else None,
            tally=self._tally,
        )

    def _show_detail(self) -> None:
        view = self.agents.cursor_view
        root, beats, below, tab = self.snapshot.root, self.snapshot.beats, self._below(view), self.detail.tab
        board, looking = self._board(view, tab), self.snapshot.pulse.looking
        if self._is_news(self.detail, view, root, beats, below, board, tab, looking):  # for time alone comes `tick`
            verdict = self._verdict_cache.judge(view, self.now) if view is not None and not looking else None
            self.detail.root = root
            self.detail.show(view, verdict, self.now, beats, below, board)
            self.host.want_detail(view, tab)

    def _board(self, view: AgentView | None, tab: Tab) -> Board | None:
        """The outcomes of an agent and of all that it leads: put together where they are shown."""
        if view is None or tab is not Tab.RESULTS:
            return None
        has_outcomes = view.spec is not None and bool(view.spec.acceptance)
        return board_of(self.snapshot, view.id) if view.children or has_outcomes else None

    def _below(self, view: AgentView | None) -> Spending | None:
        """What an agent and all below it have used up: added up once a snapshot, and only where it is shown."""
        if view is None or not view.children or not self.snapshot.tokens:
            return None
        if self._spending is None or self._spending[0] is not self.snapshot:
            self._spending = (self.snapshot, spending(self.snapshot))
        return self._spending[1].get(view.id)

    def load_detail(self, data: DetailData) -> None:
        """What the loader read."""
        self.detail.load(data)

    def load_lines(self, agent: str, spawn_id: str, chunk: "Printed") -> None:
        """New output of the agent in the detail; that of another comes too late and is dropped."""
        from swarm_tui.app.screens import printed

        view = self.detail.view
        if view is not None and (view.id, view.spawn_id) == (agent, spawn_id):
            printed.append(self.detail.transcript, chunk)

    @on(Transcript.EarlierWanted)
    def _earlier_wanted(self, wanted: Transcript.EarlierWanted) -> None:
        from swarm_tui.app.screens import printed

        view = self.detail.view
        if view is None:
            return

        def show(chunk: "Printed") -> None:
            if self.detail.view is not None and self.detail.view.ref == view.ref:
                printed.prepend(self.detail.transcript, chunk, wanted.place)

        self.perform("read its earlier output", printed.before(self.swarm, view, wanted.place), show)

    @on(Transcript.EndWanted)
    def _end_wanted(self) -> None:
        from swarm_tui.app.screens import printed

        view = self.detail.view
        if view is not None:
            read = printed.newest(self.swarm, view)
            self.perform("read its output", read, lambda chunk: self.load_lines(view.id, view.spawn_id, chunk))

    @on(AgentTree.CursorMoved)
    @on(AgentDetail.TabChanged)
    def _detail_wanted(self) -> None:
        self._show_detail()
        self._show_hints()

    # -- keys and clicks -----------------------------------------------------------------------------------------

    def action_act(self, name: str) -> None:
        """Every key of the table, and every row of the palette, comes through here."""
        self.dispatch(name)

    def dispatch(self, name: str) -> None:
        """Does an act of the table, or says why it is refused now."""
        act, where = self.act_named[name], self.where()
        self.goes_on_with(act)
        if reason := act.disabled_reason(where):
            self.say(f"{act.title}: {reason}", severity="warning")
            return
        from swarm_tui.app.handlers import carry_out  # imports all the dialogs: only after the first snapshot is shown

        carry_out(self, act, where)
        self._show_hints()

    def on_paste(self, event: events.Paste) -> None:
        """Pasted text outside an input does nothing."""
        event.stop()

    @on(SlotBoard.Picked)
    def _slot_picked(self, event: SlotBoard.Picked) -> None:
        self.go_to(event.agent_id)

    @on(Alerts.Picked)
    def _alert_picked(self, event: Alerts.Picked) -> None:
        self.go_to(event.alert.agent)

    @on(HeartbeatStrip.HintPressed)
    def _hint_pressed(self, event: HeartbeatStrip.HintPressed) -> None:
        self.dispatch(event.action)

    @on(HeartbeatStrip.BeatsPressed)
    def _beats_pressed(self) -> None:
        self.dispatch("timeline")
