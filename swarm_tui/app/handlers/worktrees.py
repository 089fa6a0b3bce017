"""What an agent changed in its worktree: shown, and merged or handed over once the operator has said yes."""

from collections.abc import Callable
from functools import partial

from swarm.model.record import Phase
from swarm.model.repository import Worktree
from swarm.model.requests import DiffReport
from swarm.model.snapshot import AgentView
from swarm.sanitize import clean
from swarm.verbs.handover import handover_text
from swarm.verbs.merge import merge_text
from swarm.verbs.worktrees import changes_text
from swarm_tui.app.capabilities import Where
from swarm_tui.app.screens.engine_calls import ActingScreen
from swarm_tui.app.screens.history import DiffScreen
from swarm_tui.app.screens.prompt import Prompt


def diff(room: ActingScreen, where: Where) -> None:
    view = where.one
    if view is None:
        return

    def show(report: DiffReport) -> None:
        title = f"{clean(report.agent)}: {changes_text(report.changes)}"
        room.app.push_screen(DiffScreen(title, report.text, cut=report.cut))

    room.perform("look at what it changed", lambda: room.swarm.diff(view.id), show, opens=True)


def merge(room: ActingScreen, where: Where) -> None:
    """Asks for the message of a commit first, where an agent that has ended left something uncommitted."""
    view = where.one
    if view is None:
        return
    if view.record is not None and view.record.phase is Phase.ENDED:
        _with_message(room, view, "merged", partial(_ask, room, view))
    else:
        _ask(room, view, "")


def handover(room: ActingScreen, where: Where) -> None:
    """Asks what its branch is to be called, and for the message of a commit where it left something uncommitted."""
    view = where.one
    own = view.spec.worktree if view is not None and view.spec is not None else None
    if view is None or own is None:
        return

    def named(name: str | None) -> None:
        if name:
            kept = "" if name == own.branch else name
            _with_message(room, view, "handed over", partial(_ask_whether_it_goes, room, view, own, kept))

    question = f"The work of {clean(view.id)} becomes a branch of yours, and its worktree goes. The branch:"
    room.app.push_screen(Prompt(question, value=own.branch, yes="Go on"), named)


def _with_message(room: ActingScreen, view: AgentView, done: str, go_on: Callable[[str], None]) -> None:
    """Goes on with the message of a commit: '' where the agent left nothing uncommitted. done: what follows it."""
    loose = view.changes.uncommitted if view.changes is not None else 0
    if not loose:
        go_on("")
        return

    def answered(message: str | None) -> None:
        if message:
            go_on(message)

    question = f"{clean(view.id)} left {loose} uncommitted: the message of a commit for that?"
    hint = f"It is committed and {done}, or nothing is changed."
    room.app.push_screen(Prompt(question, hint=hint, yes="Go on"), answered)


def _ask_whether_it_goes(room: ActingScreen, view: AgentView, own: Worktree, name: str, message: str) -> None:
    def answered(*, yes: bool) -> None:
        if yes:
            room.perform(
                "hand over",
                lambda: room.swarm.handover(view.id, name=name, message=message, spawn_id=view.spawn_id),
                lambda report: _done(room, handover_text(report)),
            )

    room.ask(
        f"Hand over {own.branch} as {clean(name or own.branch)}?",
        answered,
        targets=(room.target_of(view),),
        notes=(
            f"{_said(view)}.",
            "Its worktree is removed, with what git ignores in it. All else is in commits of that branch.",
        ),
        yes="Hand over",
    )


def _said(view: AgentView) -> str:
    return changes_text(view.changes) if view.changes is not None else "it was not looked at yet"


def _ask(room: ActingScreen, view: AgentView, message: str) -> None:
    tree = view.spec.worktree if view.spec is not None else None
    if tree is None:
        return

    def answered(*, yes: bool) -> None:
        if yes:
            room.perform(
                "merge",
                lambda: room.swarm.merge(view.id, message=message, spawn_id=view.spawn_id),
                lambda report: _done(room, merge_text(report)),
            )

    room.ask(
        f"Merge {tree.branch} into {tree.into or '?'}?",
        answered,
        targets=(room.target_of(view),),
        notes=(f"{_said(view)}.", "It is merged cleanly, or refused with the reason and nothing is changed."),
        yes="Merge",
    )


def _done(room: ActingScreen, words: str) -> None:
    room.did_for_good(words, "its commits are in your repository; git takes them back")
    room.say(words)


ON_AGENTS = {"diff": diff, "merge": merge, "handover": handover}
