"""Decides about results: accepts them with one key and a question, rejects them with a word."""

from swarm.model.requests import Reviewed
from swarm.model.snapshot import AgentView
from swarm.rules.results.disputes import disputes_in
from swarm.sanitize import clean
from swarm.verbs.review import review_text
from swarm_tui.app.capabilities import Where
from swarm_tui.app.handlers.each import Done, counted, named, to_each
from swarm_tui.app.screens.engine_calls import ActingScreen
from swarm_tui.app.screens.prompt import Prompt

MOST_WORDS = 200


def accept(room: ActingScreen, where: Where) -> None:
    """Accepts what speaks for itself at once, and asks where something speaks against it, or several are meant."""
    views = where.targets
    against = [f"{clean(view.id)}: {clean(each.words, MOST_WORDS)}" for view in views for each in disputes_in(view)]

    def answered(*, yes: bool) -> None:
        if yes:
            to_each(
                room,
                "accept",
                views,
                lambda view: room.swarm.accept(view.id, spawn_id=view.spawn_id),
                lambda done: _show(room, done),
            )

    if not against and len(views) == 1:
        answered(yes=True)
        return
    room.ask(
        f"Accept the results of {counted(views)}?",
        answered,
        targets=tuple(room.target_of(view) for view in views),
        notes=tuple(against) or ("Nothing speaks against them.",),
        yes="Accept",
    )


def reject(room: ActingScreen, where: Where) -> None:
    """Asks what is wrong, and rejects."""
    views = where.targets

    def answered(why: str | None) -> None:
        if why:
            _reject(room, views, why)

    hint = f"Your word stands beside them; {room.key_of('respawn')} starts it again."
    question = f"Reject the results of {named(views)}: what is wrong?"
    room.app.push_screen(Prompt(question, hint=hint, yes="Reject"), answered)


def _reject(room: ActingScreen, views: tuple[AgentView, ...], why: str) -> None:
    to_each(
        room,
        "reject",
        views,
        lambda view: room.swarm.reject(view.id, why=why, spawn_id=view.spawn_id),
        lambda done: _show(room, done),
    )


def _show(room: ActingScreen, done: Done[Reviewed]) -> None:
    views = [view for view, _ in done]
    words = review_text(done[0][1]) if len(done) == 1 else f"{named(views)}: {done[0][1].review.decision}"
    room.did_for_good(clean(words, 200), f"{room.key_of('accept')} and {room.key_of('reject')} decide anew")
    room.say(clean(words, 500))


ON_AGENTS = {"accept": accept, "reject": reject}
