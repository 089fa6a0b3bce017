"""Narrowing, ordering, marking, copying."""

from swarm.sanitize import clean
from swarm_tui.app.screens.engine_calls import ActingScreen
from swarm_tui.workers.whole_texts import WHOLE, whole_text


def problems(room: ActingScreen) -> None:
    room.agents.problems_only = not room.agents.problems_only


def next_problem(room: ActingScreen) -> None:
    if not room.agents.next_problem():
        room.say("No agent needs you.")


def filter_(room: ActingScreen) -> None:
    room.open_filter()


def clear(room: ActingScreen) -> None:
    room.clear()


def sort(room: ActingScreen) -> None:
    room.say(f"sorted by {room.agents.cycle_sort().value}")


def reverse(room: ActingScreen) -> None:
    room.agents.sort_reverse = not room.agents.sort_reverse


def mark(room: ActingScreen) -> None:
    room.agents.toggle_mark()
    room.agents.action_cursor_down()


def copy(room: ActingScreen) -> None:
    """Copies what is said of the agents; in the detail the task or the results, which no screen shows to their end."""
    where = room.where()
    tab, view = room.detail.tab, room.detail.view
    if tab in WHOLE and view is not None and room.detail.active_pane.has_focus:
        agent = room.swarm.agent_dir(view.id)

        def copied(text: str) -> None:
            room.app.copy_to_clipboard(text)
            room.say(f"copied {len(text)} characters (tmux: needs set-clipboard on)")

        room.perform(f"read its {tab.value}", lambda: whole_text(agent, tab), copied)
        return
    lines = [clean(room.words_for(view)) for view in where.targets]
    room.app.copy_to_clipboard("\n".join(lines))
    room.say(f"copied {len(lines)} line{'s' if len(lines) != 1 else ''} (tmux: needs set-clipboard on)")


HANDLERS = {
    "problems": problems,
    "next_problem": next_problem,
    "filter": filter_,
    "clear": clear,
    "sort": sort,
    "reverse": reverse,
    "mark": mark,
    "copy": copy,
}
