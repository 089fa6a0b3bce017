"""Narrowing, ordering, marking."""

from swarm_tui.app.screens.engine_calls import ActingScreen


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


HANDLERS = {
    "problems": problems,
    "next_problem": next_problem,
    "filter": filter_,
    "clear": clear,
    "sort": sort,
    "reverse": reverse,
    "mark": mark,
}
