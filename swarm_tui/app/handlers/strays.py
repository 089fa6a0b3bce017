"""Strays and ghosts: one key takes a stray in, another says that something is no agent. `x` ends a stray."""

from swarm.errors import Code, Refused
from swarm.model.requests import Spawned
from swarm.sanitize import clean
from swarm_tui.app.capabilities import Where
from swarm_tui.app.handlers.each import named
from swarm_tui.app.screens.engine_calls import ActingScreen
from swarm_tui.app.screens.prompt import Prompt
from swarm_tui.app.undo import TakenBack


def adopt_stray(room: ActingScreen, where: Where) -> None:
    """Asks what it is to be called, and takes it in; asks once more where it would begin anew."""
    view = where.one
    if view is None or view.stray is None:
        return
    called, agent = clean(view.description, 60), view.id

    def take_in(name: str, *, restart: bool) -> None:
        def work() -> Spawned | None:
            try:
                return room.swarm.adopt_stray(agent, name=name, restart=restart)
            except Refused as refusal:
                if refusal.code is not Code.ATTACH or restart:
                    raise
                return None  # it would begin anew: that is asked first

        def taken(spawned: Spawned | None) -> None:
            if spawned is not None:
                words = f"{clean(spawned.agent)} goes on with what {clean(agent)} was"
                room.did_for_good(words, f"{room.key_of('stop')} stops it")
                room.say(words)
                return
            room.ask(
                f"Run the command of {clean(agent)} again from the beginning?",
                lambda *, yes: take_in(name, restart=True) if yes else None,
                notes=("Its program lists no session that could go on: what it did so far is lost.", called),
                yes="Run again",
                danger=True,
            )

        room.perform("adopt the stray", work, taken)

    room.app.push_screen(
        Prompt(
            f"{called} ends where it runs, and goes on as a worker of this swarm. What is it called?",
            yes="Take it in",
        ),
        lambda name: take_in(name, restart=False) if name else None,
    )


def dismiss(room: ActingScreen, where: Where) -> None:
    """Says of the targets that they are no agents."""
    views = where.targets

    def done(found: tuple[str, ...]) -> None:
        room.did(f"{named(views)}: dismissed (later: swarm-tui dismiss --undo ID)", lambda: back(found))

    def back(found: tuple[str, ...]) -> TakenBack:
        again = room.swarm.dismiss(found, undo=True)
        left = tuple(f"{clean(agent)} is not dismissed any more" for agent in found if agent not in again)
        return TakenBack(f"{', '.join(map(clean, again))}: shown and counted again", left)

    room.perform("dismiss", lambda: room.swarm.dismiss([view.id for view in views]), done)


ON_AGENTS = {"adopt_stray": adopt_stray, "dismiss": dismiss}
