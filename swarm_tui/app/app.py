"""The control room's app: wires the watch, the heartbeat and the detail's reader to the screen. Wiring only."""

import os
import socket
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.filter import LineFilter
from textual.screen import Screen

from swarm.api import Swarm
from swarm.model.beat import Beat
from swarm.model.snapshot import AgentView, Snapshot
from swarm.notify.start import Teller
from swarm.scan.watcher import Watch
from swarm_tui.app import theme
from swarm_tui.app.copying_app import CopyingApp
from swarm_tui.app.keys import with_keys
from swarm_tui.app.own_settings import OwnSettings
from swarm_tui.app.screens.control_room import ControlRoom
from swarm_tui.app.settled_app import SettledApp
from swarm_tui.terminal import gc_tuning, segment_cache
from swarm_tui.terminal.ascii_output import PlainLines
from swarm_tui.terminal.certain_widths import CertainWidths
from swarm_tui.terminal.hangup import hang_up_without_terminal, leave_on_signals
from swarm_tui.terminal.key_order import Entered, KeyOrder, Opening
from swarm_tui.terminal.lend import lend_terminal
from swarm_tui.workers.heartbeat_thread import HeartbeatThread
from widgets.agent_tree import AgentTree
from widgets.detail_head import Tab
from widgets.tree_columns import Column
from widgets.tree_order import SortMode

if TYPE_CHECKING:
    from swarm_tui.workers.detail_loader import DetailLoader

TICK_SECONDS = 1.0


# One of each: strips remember what a filter made of them by the filter itself.
_CERTAIN, _PLAIN = CertainWidths(), PlainLines()


class SwarmApp(CopyingApp[int], SettledApp, inherit_bindings=False):
    """One control room on one home."""

    CSS_PATH = "screens/control_room.tcss"  # the default screen is never pushed, so nothing else would load it
    TITLE = "swarm-tui"
    # Textual's own ctrl-q is the terminal's flow control; what is pressed out of habit gets an answer.
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+c", "how_to_leave", "how to leave", show=False, priority=True)
    ]
    ENABLE_COMMAND_PALETTE = False  # of Textual: ours is an act of the table

    def __init__(
        self, swarm: Swarm, *, beats: bool = True, own: OwnSettings | None = None, greeting: Screen[None] | None = None
    ) -> None:
        super().__init__(own if own is not None else OwnSettings())
        segment_cache.keep_small()
        self.swarm = swarm
        self.signature = f"control room {socket.gethostname()}:{os.getpid()}"
        self.owns_heartbeat = False
        self._greeting = greeting
        """What lies over the room until it was read."""
        self.room = ControlRoom(swarm, self, with_keys(self.own.settings.keys))
        self.key_of = self.room.key_of
        self.room.agents.set_reactive(AgentTree.sort_mode, SortMode(self.own.settings.sort))
        self.room.agents.set_reactive(AgentTree.sort_reverse, self.own.settings.reverse)
        if self.own.settings.columns:
            self.room.agents.set_reactive(AgentTree.columns, tuple(map(Column, self.own.settings.columns)))
        self._incoming: Snapshot | None = None
        self._lock = threading.Lock()
        self._settings = 0
        """How often swarm.toml was read again: a snapshot taken under older settings is dropped."""
        self._watch: Watch = swarm.watch(partial(self._snapshot_taken, self._settings))
        self._loader: DetailLoader | None = None
        self.heartbeat_thread: HeartbeatThread | None = None
        self._policy_stamp = _stamp(swarm.home.layout.policy)
        self._at_terminal = False
        """Its input is a terminal, which may go away."""
        self._ticked = 0.0
        """Monotonic seconds."""
        self._key_order = KeyOrder(self, super().on_event, lambda words: self.room.say(words, severity="warning"))
        if beats:
            self.heartbeat_thread = HeartbeatThread(
                swarm,
                self.signature,
                on_beat=lambda beat: self._post(self._beaten, beat),
                on_pulse=lambda *said: self._post(self._pulse_changed, *said),
                teller=Teller(self.own.settings.notify.away),
                on_take_over=lambda before: self._post(
                    self.room.say, f"{before.by} no longer beats: this one does now"
                ),
            )

    def get_default_screen(self) -> ControlRoom:
        return self.room

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return theme.variable_defaults(self.current_theme)

    def get_line_filters(self) -> Sequence[LineFilter]:
        filters = super().get_line_filters()
        return [*filters, _CERTAIN if self.charset.unicode else _PLAIN]

    def on_mount(self) -> None:
        leave_on_signals(self.leave)
        self._at_terminal = not self.is_headless and os.isatty(0)
        self._key_order.start()

    def begin(self) -> None:
        """Shows the first snapshot, and starts the threads once it is on the screen."""
        self.take(self.swarm.first_look())
        if self._greeting is not None:
            self.push_screen(self._greeting)
        self.call_after_refresh(self._go_on)

    def _go_on(self) -> None:
        # Read now, so that the first key need not wait for the dialogs; but after the first picture.
        import swarm_tui.app.handlers  # noqa: F401
        from swarm_tui.workers.detail_loader import DetailLoader

        gc_tuning.resume()
        self._watch.start()
        self._loader = DetailLoader(
            self.swarm,
            on_data=lambda data: self._post(self.room.load_detail, data),
            on_lines=lambda *said: self._post(self.room.load_lines, *said),
        )
        self._loader.start()
        self.want_detail(self.room.detail.view, self.room.detail.tab)
        if self.heartbeat_thread is not None:
            self.heartbeat_thread.start()
        self.room.set_interval(TICK_SECONDS, self._tick)

    def _tick(self) -> None:
        if self._at_terminal and hang_up_without_terminal():
            return
        if not self.app_focus and time.monotonic() - self._ticked < self.swarm.home.policy.watch.unseen:
            return
        self._ticked = time.monotonic()
        self.room.tick()
        self._watch.in_sight = self.room.in_sight
        self._ring()
        stamp = _stamp(self.swarm.home.layout.policy)
        if stamp != self._policy_stamp:
            self._policy_stamp = stamp
            self.take_settings()

    def take_settings(self) -> None:
        """swarm.toml was edited: it holds from now on, or the banner says what is wrong with it."""
        old = self._watch
        with self._lock:
            self._settings += 1
            self._incoming = None
        self.swarm.reread()
        self.room.start_anew()
        self._watch = self.swarm.watch(partial(self._snapshot_taken, self._settings))
        self._watch.visible(seen=self.app_focus)
        self._watch.start()
        self.run_worker(old.stop, thread=True, group="watch")

    def watch_app_focus(self, before: bool, focus: bool) -> None:
        """Scans slowly while the terminal has no focus (`[watch] unseen`), and at once when it gets it.

        A terminal that does not report its focus counts as focused.
        """
        self._watch.visible(seen=focus)
        if focus and not before:
            self._tick()

    async def on_event(self, event: events.Event) -> None:
        """What is typed, clicked or pasted goes through one queue; all else at once."""
        if isinstance(event, Entered) and not event.is_forwarded:
            await self._key_order.take(event)
        else:
            await super().on_event(event)

    def on_unmount(self) -> None:
        self._key_order.stop()
        self._watch.stop()
        if self._loader is not None:
            self._loader.stop()
        if self.heartbeat_thread is not None:
            self.heartbeat_thread.stop()

    # -- from threads -------------------------------------------------------------------------------------------

    def _snapshot_taken(self, settings: int, snapshot: Snapshot) -> None:
        with self._lock:
            # The watch before is at its last look: its generations count from elsewhere, and would shut out ours.
            if settings != self._settings:
                return
            waiting, self._incoming = self._incoming is not None, snapshot
        if not waiting:
            self._post(self._take_newest)

    def _post(self, act: Callable[..., object], *what: object) -> None:
        """Calls a function on the screen's thread, with values that are frozen."""
        if self.is_running:
            self.call_later(act, *what)

    def _take_newest(self) -> None:
        with self._lock:
            snapshot, self._incoming = self._incoming, None
        if snapshot is not None:
            self.take(snapshot)

    def take(self, snapshot: Snapshot) -> None:
        """Shows a snapshot."""
        self.room.show(snapshot)
        self._ring()

    def _ring(self) -> None:
        snapshot = self.room.snapshot
        if not snapshot.pulse.looking:
            self.ring(snapshot.alerts, self.room.needing)

    def _beaten(self, beat: Beat) -> None:
        if not beat.passed:
            self.room.beaten(beat)
        self.look_soon()

    def _pulse_changed(self, owned: bool, trouble: str) -> None:
        self.owns_heartbeat = owned
        if trouble:
            self.room.say(f"The automatic heartbeat cannot run: {trouble}", severity="error")

    # -- the room asks -------------------------------------------------------------------------------------------

    def look_soon(self) -> None:
        """A scan now, not at the next second."""
        self._watch.poke()

    def want_detail(self, view: AgentView | None, tab: Tab) -> None:
        """Has the loader read for this agent and tab."""
        if self._loader is not None:
            self._loader.want(view, tab)

    def opening(self, what: str) -> Opening:
        """Lets keys wait for what is opened as soon as the engine has answered."""
        return self._key_order.opening(what)

    def action_how_to_leave(self) -> None:
        """ctrl-c: a control room that is open for weeks is not left by a slip."""
        self.room.say(f"{self.key_of('quit')} leaves the control room; agents go on. To copy: {self.key_of('copy')}.")

    def leave(self, status: int = 0) -> None:
        """Ends the control room. Agents go on."""
        self.exit(status)

    def suspend_for(self, command: list[str], words: str) -> None:
        """Gives the terminal to a program until it ends."""
        if not lend_terminal(self, command, words):
            self.room.say("This terminal cannot be given away; use tmux.", severity="warning")


def _stamp(path: Path) -> tuple[int, int, int]:
    """What changes when a file is edited; zeros where there is none."""
    with suppress(OSError):
        found = path.stat()
        return found.st_ino, found.st_size, found.st_mtime_ns
    return 0, 0, 0
