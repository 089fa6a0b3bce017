"""Keys one after another: what a key opens is there and has the focus before the next key is handled.

A slow connection, a macro or a paste without brackets hands over many keys in one read. Textual gives all of them to
whatever has the focus at that moment: the letters of `/scout` would run as commands.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any
from weakref import WeakKeyDictionary, WeakSet

from textual import events
from textual.app import App
from textual.dom import DOMNode
from textual.errors import NoWidget
from textual.message import Message
from textual.screen import Screen
from textual.widgets import Input

PATIENCE_S = 1.0
"""Seconds for which keys wait for what opens without a word about it."""
STILL_ROUNDS = 2
"""So often nothing may have changed on the way from the focus to the app before a key counts as dealt with: what a
key sets off goes through several of their queues (key, button pressed, answer, next dialog)."""
GIVES_UP = frozenset({"escape", "ctrl+c"})

Entered = events.Key | events.Paste | events.MouseEvent


class Opening:
    """Something that an act opens once the engine has answered. Keys wait for it, unless the operator gives up."""

    def __init__(self, what: str, ended: Callable[["Opening"], None]) -> None:
        """what: what is done meanwhile, for the operator."""
        self.what = what
        self.given_up = False
        self._ended = ended

    def done(self) -> None:
        """It is open, or never will be."""
        self._ended(self)


class KeyOrder:
    """Takes what is typed, clicked and pasted, and hands it to the app in order."""

    def __init__(
        self, app: App[Any], forward: Callable[[events.Event], Awaitable[None]], say: Callable[[str], None]
    ) -> None:
        """forward: gives an event to the app as Textual does. say: tells the operator something."""
        self._app = app
        self._forward = forward
        self._say = say
        self._waiting: deque[Entered] = deque()
        self._work: asyncio.Task[None] | None = None
        self._openings: set[Opening] = set()
        self._opened = asyncio.Event()
        self._told = False
        """The operator knows that keys wait, and how to go on without."""
        self._since: WeakKeyDictionary[Screen[Any], float] = WeakKeyDictionary()
        """When a screen was opened, in the time of messages."""
        self._shown: WeakSet[Screen[Any]] = WeakSet()

    def start(self) -> None:
        """Notes from now on when screens are opened. Called by the app once it runs."""
        self._app.screen_change_signal.subscribe(self._app, self._note_opening, immediate=True)

    def _note_opening(self, screen: Screen[Any]) -> None:
        self._since.setdefault(screen, Message().time)

    async def take(self, event: Entered) -> None:
        """Handles an event, or lets it wait for those before it. Called by the app, in its own task."""
        if self._told and isinstance(event, events.Key) and event.key in GIVES_UP:
            self._give_up()
            return
        if self._work is None and not self._waiting and not self._openings:
            await self._hand_on(event)
            if isinstance(event, events.MouseEvent) and not isinstance(event, events.MouseUp):
                return
        else:
            self._waiting.append(event)
        if self._work is None:
            self._work = asyncio.get_running_loop().create_task(self._deal_with_all(self._target(event)))

    def opening(self, what: str) -> Opening:
        """Lets keys wait until this is `done`."""
        opening = Opening(what, self._ended)
        self._openings.add(opening)
        self._opened.clear()
        return opening

    def stop(self) -> None:
        """The app ends: what waits goes nowhere."""
        self._waiting.clear()
        if self._work is not None:
            self._work.cancel()

    # -- handing on ----------------------------------------------------------------------------------------------

    async def _hand_on(self, event: Entered) -> None:
        if isinstance(event, events.Key) and self._is_blind(event):
            self._say(f"{event.character or event.key} was typed before this could be read: press it again")
            return
        await self._forward(event)

    def _is_blind(self, key: events.Key) -> bool:
        """Whether a key would answer a question that was not there yet when it was pressed."""
        wanted: frozenset[str] = getattr(self._app.screen, "FRESH_KEYS", frozenset())
        return key.key in wanted and key.time < self._since.get(self._app.screen, 0.0)

    async def _hand_on_next(self) -> None:
        """The next event; and, without a look in between, the letters of a text that goes on in the same line."""
        event = self._waiting.popleft()
        await self._hand_on(event)
        while self._waiting and self._is_text(event) and self._is_text(self._waiting[0]):
            event = self._waiting.popleft()
            await self._hand_on(event)

    def _is_text(self, event: Entered) -> bool:
        from textual.widgets import TextArea

        typing = isinstance(self._app.focused, Input | TextArea)
        return typing and isinstance(event, events.Key) and event.is_printable

    def _target(self, event: Entered) -> DOMNode:
        """Where an event goes first."""
        if isinstance(event, events.MouseEvent):
            with suppress(NoWidget):
                return self._app.get_widget_at(int(event.x), int(event.y))[0]
        return self._app.focused or self._app.screen

    # -- waiting until it is dealt with --------------------------------------------------------------------------

    async def _deal_with_all(self, target: DOMNode) -> None:
        try:
            await self._dealt_with(target)
            while self._waiting:
                target = self._target(self._waiting[0])
                await self._turn(self._app, self._hand_on_next)
                await self._dealt_with(target)
        finally:
            self._work = None

    async def _dealt_with(self, target: DOMNode) -> None:
        """Waits until an event has gone its way, and what it set off too."""
        await self._way_up(target)
        still = 0
        while still < STILL_ROUNDS:
            screen, focused = self._app.screen, self._app.focused
            await self._way_up(focused or screen)
            if self._openings:
                await self._until_open()
            top = self._app.screen
            if top not in self._shown:
                await self._until_shown(top)
            same = self._app.screen is screen and self._app.focused is focused and not self._openings
            still = still + 1 if same else 0

    async def _way_up(self, start: DOMNode) -> None:
        """Waits until everyone from here up to the app has dealt with what was waiting there."""
        for node in start.ancestors_with_self:
            await self._turn(node)
        await self._turn(self._app)  # a change of the focus is asked of the app, and waits in its queue

    async def _turn(self, node: DOMNode, act: Callable[[], Awaitable[None]] | None = None) -> None:
        """Waits until a node has dealt with what came before this, and has done `act`."""
        through = asyncio.get_running_loop().create_future()

        async def here() -> None:
            try:
                if act is not None:
                    await act()
            finally:
                if not through.done():
                    through.set_result(None)

        if node.call_later(here):
            await self._wait(through, node)

    async def _until_shown(self, screen: Screen[Any]) -> None:
        """Waits until a screen that came to the top is mounted and drawn: some take the focus only then."""
        shown = asyncio.get_running_loop().create_future()
        if screen.call_after_refresh(lambda: None if shown.done() else shown.set_result(None)):
            await self._wait(shown, screen)
        self._shown.add(screen)

    async def _wait(self, for_this: asyncio.Future[None], node: DOMNode) -> None:
        while not for_this.done():
            await asyncio.wait((for_this,), timeout=PATIENCE_S)
            if not node.is_running:
                return  # it was closed meanwhile: a dialog that was answered

    async def _until_open(self) -> None:
        try:
            await asyncio.wait_for(self._opened.wait(), PATIENCE_S)
        except TimeoutError:
            self._told = True
            what = ", ".join(sorted(opening.what for opening in self._openings))
            self._say(f"One moment: {what}. Keys wait for it; esc goes on without.")
            await self._opened.wait()
            self._told = False

    def _ended(self, opening: Opening) -> None:
        self._openings.discard(opening)
        if not self._openings:
            self._opened.set()

    def _give_up(self) -> None:
        """What was typed was meant for what did not open: it goes nowhere."""
        self._told = False
        self._waiting.clear()
        for opening in tuple(self._openings):
            opening.given_up = True
            self._ended(opening)
