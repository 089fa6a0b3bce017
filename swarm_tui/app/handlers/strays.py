"""Strays and ghosts: one key takes a stray in, another says that something is no agent. `x` ends a stray."""

from swarm.errors import Code, Refused
from swarm.model.requests import Spawned
from swarm.sanitize import clean
from swarm_tui.app.screens.engine_calls import ActingScreen
from swarm_tui.app.screens.prompt import Prompt


def adopt_stray(room: ActingScreen) -> None:
    """Asks what it is to be called, and takes it in; asks once more where it would begin anew."""
    view = room.where().agent
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
                room.say(f"{clean(spawned.agent)} goes on with what {clean(agent)} was")
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


def dismiss(room: ActingScreen) -> None:
    """Says of the marked ones, or of the one under the cursor, that they are no agents."""
    ids = [view.id for view in room.where().targets]
    room.perform(
        "dismiss",
        lambda: room.swarm.dismiss(ids),
        lambda found: room.say(
            f"{', '.join(map(clean, found))}: dismissed. To take it back: swarm-tui dismiss --undo ID"
        ),
    )


HANDLERS = {"adopt_stray": adopt_stray, "dismiss": dismiss}
