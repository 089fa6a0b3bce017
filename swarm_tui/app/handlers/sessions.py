"""Sessions that run beside the swarm: looked at, and one of them taken in."""

from swarm.model.listed import ListedSession, SessionKind
from swarm.sanitize import clean
from swarm_tui.app.capabilities import needs_writable
from swarm_tui.app.screens.engine_calls import ActingScreen
from swarm_tui.app.screens.history import SessionsScreen
from swarm_tui.app.screens.prompt import Prompt


def sessions(room: ActingScreen) -> None:
    def look() -> tuple[tuple[ListedSession, ...], tuple[str, ...]]:
        return room.swarm.sessions(), room.swarm.unlisted()

    def show(looked: tuple[tuple[ListedSession, ...], tuple[str, ...]]) -> None:
        found, untold = looked

        def picked(key: str | None) -> None:
            chosen = next((each for each in found if each.key == key), None)
            if chosen is not None:
                _take_in(room, chosen)

        room.app.push_screen(SessionsScreen(found, room.swarm.now().wall, untold), picked)

    room.perform("list the sessions of programs", look, show, opens=True)


def _take_in(room: ActingScreen, session: ListedSession) -> None:
    called = clean(session.name or session.key, 80)
    if refused := needs_writable(room.where()):
        room.say(refused, severity="warning")
        return
    if session.kind is SessionKind.INTERACTIVE:
        words = f"A person talks in {called}. On the command line: swarm-tui adopt {clean(session.key, 80)} --end"
        room.say(words, severity="warning")
        return

    def named(name: str | None) -> None:
        if name:
            room.perform(
                "adopt the session",
                lambda: room.swarm.adopt(session.key, name=name),
                lambda spawned: room.say(f"{clean(spawned.agent)} goes on with {called}"),
            )

    room.app.push_screen(
        Prompt(
            f"{called} ends where it runs, and goes on as a worker of this swarm. What is it called?",
            yes="Take it in",
        ),
        named,
    )


HANDLERS = {"sessions": sessions}
