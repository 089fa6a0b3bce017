"""What an agent changed in its worktree: shown, and merged once the operator has said yes."""

from swarm.model.record import Phase
from swarm.model.requests import DiffReport, MergeReport
from swarm.model.snapshot import AgentView
from swarm.sanitize import clean
from swarm.verbs.merge import merge_text
from swarm.verbs.worktrees import changes_text
from swarm_tui.app.screens.engine_calls import ActingScreen
from swarm_tui.app.screens.history import DiffScreen
from swarm_tui.app.screens.prompt import Prompt


def diff(room: ActingScreen) -> None:
    view = room.where().agent
    if view is None:
        return

    def show(report: DiffReport) -> None:
        title = f"{clean(report.agent)}: {changes_text(report.changes)}"
        room.app.push_screen(DiffScreen(title, report.text, cut=report.cut))

    room.perform("look at what it changed", lambda: room.swarm.diff(view.id), show)


def merge(room: ActingScreen) -> None:
    """Asks for the message of a commit first, where an agent that has ended left something uncommitted."""
    view = room.where().agent
    if view is None:
        return
    loose = view.changes.uncommitted if view.changes is not None else 0
    ended = view.record is not None and view.record.phase is Phase.ENDED
    if not (loose and ended):
        _ask(room, view, "")
        return

    def answered(message: str | None) -> None:
        if message:
            _ask(room, view, message)

    question = f"{clean(view.id)} left {loose} uncommitted: the message of a commit for that?"
    room.app.push_screen(
        Prompt(question, hint="It is committed and merged, or nothing is changed; esc leaves."), answered
    )


def _ask(room: ActingScreen, view: AgentView, message: str) -> None:
    tree = view.spec.worktree if view.spec is not None else None
    if tree is None:
        return

    def answered(*, yes: bool) -> None:
        if yes:
            room.perform(
                "merge",
                lambda: room.swarm.merge(view.id, message=message, spawn_id=view.spawn_id),
                lambda report: _show(room, report),
            )

    said = changes_text(view.changes) if view.changes is not None else "it was not looked at yet"
    room.ask(
        f"Merge {tree.branch} into {tree.into or '?'}?",
        answered,
        targets=(room.target_of(view),),
        notes=(f"{said}.", "It is merged cleanly, or refused with the reason and nothing is changed."),
        yes="Merge",
    )


def _show(room: ActingScreen, report: MergeReport) -> None:
    room.say(merge_text(report))


HANDLERS = {"diff": diff, "merge": merge}
