"""Decides about results: accepts them with one key and a question, rejects them with a word."""

from swarm.model.snapshot import AgentView
from swarm.rules.results.disputes import disputes_in
from swarm.sanitize import clean
from swarm.verbs.review import review_text
from swarm_tui.app.screens.engine_calls import ActingScreen
from swarm_tui.app.screens.prompt import Prompt

MOST_WORDS = 200


def accept(room: ActingScreen) -> None:
    """Accepts what speaks for itself at once, and asks where something speaks against it."""
    views = room.where().targets
    against = [f"{clean(view.id)}: {clean(each.words, MOST_WORDS)}" for view in views for each in disputes_in(view)]

    def answered(*, yes: bool) -> None:
        for view in views if yes else ():
            _accept(room, view)

    if not against:
        answered(yes=True)
        return
    what = clean(views[0].id) if len(views) == 1 else f"{len(views)} agents"
    room.ask(
        f"Accept the results of {what}?",
        answered,
        targets=tuple(room.target_of(view) for view in views),
        notes=tuple(against),
        yes="Accept",
    )


def _accept(room: ActingScreen, view: AgentView) -> None:
    room.perform(
        "accept",
        lambda: room.swarm.accept(view.id, spawn_id=view.spawn_id),
        lambda report: room.say(clean(review_text(report), 500)),
    )


def reject(room: ActingScreen) -> None:
    """Asks what is wrong, and rejects."""
    views = room.where().targets
    names = ", ".join(clean(view.id) for view in views)

    def answered(why: str | None) -> None:
        for view in views if why else ():
            _reject(room, view, why or "")

    hint = "Your word stands beside them; r starts it again."
    room.app.push_screen(Prompt(f"Reject the results of {names}: what is wrong?", hint=hint, yes="Reject"), answered)


def _reject(room: ActingScreen, view: AgentView, why: str) -> None:
    room.perform(
        "reject",
        lambda: room.swarm.reject(view.id, why=why, spawn_id=view.spawn_id),
        lambda report: room.say(clean(review_text(report), 500)),
    )


HANDLERS = {"accept": accept, "reject": reject}
