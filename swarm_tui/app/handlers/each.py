"""The same done to several agents: in one thread, in their order, and what is refused for one stops no other."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from swarm.errors import SwarmError
from swarm.model.snapshot import AgentView
from swarm.sanitize import clean
from swarm_tui.app.screens.engine_calls import ActingScreen
from swarm_tui.app.undo import TakenBack

T = TypeVar("T")
MOST_NAMES = 3
MOST_ERRORS = 2
Done = list[tuple[AgentView, T]]
Left = list[tuple[AgentView, SwarmError]]


def named(views: Sequence[AgentView]) -> str:
    """Whom an act is meant for, in words: a few ids, and how many others."""
    ids = [clean(view.id, 200) for view in views[:MOST_NAMES]]
    more = len(views) - len(ids)
    return f"{', '.join(ids)} and {more} more" if more else " and ".join(filter(None, (", ".join(ids[:-1]), ids[-1])))


def counted(views: Sequence[AgentView]) -> str:
    """The one agent by its id, several by their number: for a title, below which all are listed."""
    return clean(views[0].id, 200) if len(views) == 1 else f"{len(views)} agents"


def to_each(
    room: ActingScreen,
    what: str,
    views: Sequence[AgentView],
    work: Callable[[AgentView], T],
    then: Callable[[Done[T]], object],
    *,
    refused: Callable[[Left], object] | None = None,
) -> None:
    """Asks the engine once for each agent; `then` gets what was done, where anything was, and errors are shown.

    refused: gets whom it was refused for, after that.
    """

    def act() -> tuple[Done[T], Left]:
        done: Done[T] = []
        left: Left = []
        for view in views:
            try:
                done.append((view, work(view)))
            except SwarmError as error:
                left.append((view, error))
        return done, left

    def finish(outcome: tuple[Done[T], Left]) -> None:
        done, left = outcome
        if done:
            then(done)
        for view, error in left[:MOST_ERRORS]:
            room.show_error(what if len(views) == 1 else f"{what} {clean(view.id, 100)}", error)
        if len(left) > MOST_ERRORS:
            room.say(f"{what}: refused for {len(left) - MOST_ERRORS} more", severity="error")
        if left and refused is not None:
            refused(left)

    room.perform(what, act, finish)


def back_one_by_one(views: Sequence[AgentView], words: str, inverse: Callable[[AgentView], object]) -> TakenBack:
    """Takes back what was done to each of these. words: what they are then, as of one: `is held again`."""
    back, left = [], []
    for view in views:
        try:
            inverse(view)
        except SwarmError as error:
            left.append(" ".join(part for part in (error.title, error.detail) if part))
        else:
            back.append(view)
    return TakenBack(f"{named(back)}: {words}" if back else "", tuple(left))
