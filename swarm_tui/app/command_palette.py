"""The palette: every act of the table by name, and every agent by id."""

from collections.abc import Callable, Coroutine
from functools import partial

from textual.command import DiscoveryHit, Hit, Hits, Provider
from textual.content import Content

from swarm.model.verbs import BY_NAME as VERBS
from swarm.sanitize import clean
from swarm_tui.app.actions import Act
from swarm_tui.app.screens.engine_calls import ActingScreen

AGENTS_SHOWN = 50


class Palette(Provider):
    """Offers acts, with the reason where one is refused now, and jumps to agents."""

    @property
    def _room(self) -> ActingScreen | None:
        return self.screen if isinstance(self.screen, ActingScreen) else None

    def _help(self, room: ActingScreen, act: Act) -> str:
        reason = act.disabled_reason(room.where())
        said = f"not now: {reason}" if reason else VERBS[act.verb].help if act.verb else ""
        # The palette reads help as markup, and a reason can name an agent: brackets do not get through.
        return f"{act.shown}  {said}".rstrip().replace("[", "(").replace("]", ")")

    async def discover(self) -> Hits:
        room = self._room
        if room is None:
            return
        for act in room.acts:
            if act.palette:
                yield DiscoveryHit(act.title, _press(room, act), help=self._help(room, act))

    async def search(self, query: str) -> Hits:
        room = self._room
        if room is None:
            return
        matcher = self.matcher(query)
        for act in room.acts:
            # An act is found by its verb on the command line, too.
            if act.palette and (score := max(matcher.match(act.title), matcher.match(act.verb))) > 0:
                yield Hit(
                    score,
                    matcher.highlight(act.title),
                    _press(room, act),
                    help=self._help(room, act),
                )
        shown = 0
        for view in room.snapshot.agents:
            name = clean(view.id, 200)
            score = matcher.match(name)
            if score > 0:
                yield Hit(score, Content(f"go to {name}"), partial(room.go_to, view.id), text=name)
                shown += 1
                if shown >= AGENTS_SHOWN:
                    return


def _press(room: ActingScreen, act: Act) -> Callable[[], Coroutine[None, None, None]]:
    return partial(room.run_action, f"act('{act.name}')")
