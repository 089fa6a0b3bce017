"""An app with the operator's own settings: its theme, its signs, its toasts and its bell, and what is kept of them."""

import os
import sys
from collections.abc import Callable, Iterable
from functools import partial
from typing import TypeVar

from textual.app import App
from textual.notifications import Notify, SeverityLevel

from swarm.errors import SwarmError
from swarm.model.record import Alert
from swarm.rules.attention import is_open, need_words
from swarm.sanitize import clean
from swarm_tui.app import theme
from swarm_tui.app.bell import Bell
from swarm_tui.app.own_settings import OwnSettings
from swarm_tui.settings.values import AUTO
from swarm_tui.terminal.desktop import sequence
from swarm_tui.terminal.toasts import SteadyNotification
from widgets.charset import ASCII, Charset, charset_for

T = TypeVar("T")
TROUBLE_SECONDS = 30.0
COLOURS = {"standard": 16, "windows": 16, "256": 256, "truecolor": 1 << 24}
"""How many colours a terminal of each of rich's systems has."""


class SettledApp(App[int], inherit_bindings=False):
    """What an operator set for every app of theirs."""

    def __init__(self, own: OwnSettings) -> None:
        super().__init__()
        self.own = own
        encoding = sys.stdout.encoding if sys.stdout is not None else "utf-8"
        self.charset: Charset = ASCII if own.settings.ascii else charset_for(encoding)
        self._bell = Bell()
        self._said_unkept = False
        theme.register_themes(self)

    def in_thread(self, work: Callable[[], T], finish: Callable[["T | SwarmError"], None]) -> None:
        """Runs work of the engine in a thread; `finish` gets the result or the error on this thread."""

        def run() -> None:
            try:
                result: T | SwarmError = work()
            except SwarmError as error:
                result = error
            if self.is_running:
                self.call_from_thread(finish, result)

        self.run_worker(run, thread=True, group="engine", exit_on_error=True)

    # -- its look ------------------------------------------------------------------------------------------------

    def on_load(self) -> None:
        """Takes its theme before anything is styled: each change later has all style sheets parsed three times more."""
        self.set_reactive(App.theme, self._wanted())
        dark = self.current_theme.dark
        self.add_class(f"-theme-{self.theme}", update=False)
        self.set_class(dark, "-dark-mode", update=False)
        self.set_class(not dark, "-light-mode", update=False)
        self._refresh_truecolor_filter(self.ansi_theme)
        self.stylesheet.set_variables(self.get_css_variables())

    def on_mount(self) -> None:
        """Says what is wrong with the operator's settings."""
        wanted = self.own.settings.theme
        if wanted != AUTO and wanted not in self.available_themes:
            self._warn(f"There is no theme {wanted!r}: this one fits the terminal.")
        if self.own.trouble:
            self._warn(self.own.trouble)

    def _wanted(self) -> str:
        """The theme of the operator's choice, or one that fits the terminal."""
        wanted = self.own.settings.theme
        return wanted if wanted in self.available_themes else self._fitting()

    def _fitting(self) -> str:
        return theme.theme_for(colours=COLOURS.get(self.console.color_system or "", 0), light=self.own.light)

    def hear_light(self, light: bool) -> None:
        """The terminal answered late, on a thread: whether it is light. A theme that was chosen since then stays."""
        if self.is_running:
            self.call_later(self._fit_light, light)

    def _fit_light(self, light: bool) -> None:
        if self.theme == self._fitting():
            self.own.light = light
            self.theme = self._fitting()

    # -- its words -----------------------------------------------------------------------------------------------

    def notify(
        self,
        message: str,
        *,
        title: str = "",
        severity: SeverityLevel = "information",
        timeout: float | None = None,
        markup: bool = True,
    ) -> None:
        """A toast, as Textual's own, whose timer always ends; none for what is milder than the operator wants."""
        wanted = self.own.settings.notify
        if severity == "information" and wanted.toasts != severity:
            return
        seconds = wanted.seconds if timeout is None else timeout
        self.post_message(Notify(SteadyNotification(message, title, severity, seconds, markup)))

    def _warn(self, words: str) -> None:
        self.notify(clean(words, 700), title="your settings", severity="warning", markup=False, timeout=TROUBLE_SECONDS)

    def ring(self, alerts: Iterable[Alert], need: int) -> None:
        """Says that there is something new, by bell and desktop as the operator wants. need: agents that need one."""
        wanted, alerts = self.own.settings.notify, tuple(alerts)
        if not (wanted.bell or wanted.desktop) or not self._bell.rings(alerts, need):
            return
        if wanted.bell:
            self.bell()
        newest = max((alert for alert in alerts if is_open(alert)), key=lambda alert: alert.last_at, default=None)
        if wanted.desktop and self._driver is not None and not self.is_headless:
            text = f"{newest.agent or 'the swarm'}: {newest.text}" if newest is not None else ""
            self._driver.write(sequence(wanted.desktop, need_words(need), text, os.environ))

    # -- what is kept --------------------------------------------------------------------------------------------

    def keep(self, **changed: str | bool) -> None:
        """Keeps what the operator changed with keys for the next room; says so once where it cannot be kept."""

        def kept(result: SwarmError | None) -> None:
            if isinstance(result, SwarmError) and not self._said_unkept:
                self._said_unkept = True
                self._warn(f"It is not kept for the next room: {result.title} {result.detail}")

        self.in_thread(partial(self.own.keep, **changed), kept)
