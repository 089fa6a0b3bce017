"""Narrowing, ordering, marking."""

from swarm.model.record import Alert
from swarm.rules.attention import need_words
from swarm_tui.app.screens.engine_calls import ActingScreen


def problems(room: ActingScreen) -> None:
    room.agents.problems_only = not room.agents.problems_only


def next_problem(room: ActingScreen) -> None:
    """Goes to the agent that needs a person next, or to the alert of the swarm itself."""
    found = room.agents.next_in_need(room.alerts.current if room.alerts.has_focus else None)
    if isinstance(found, Alert):
        room.go_to_alert(found)
    elif found is not None:
        room.go_to(found)
    else:
        room.say(need_words(0))


def filter_(room: ActingScreen) -> None:
    room.open_filter()


def clear(room: ActingScreen) -> None:
    room.clear()


def sort(room: ActingScreen) -> None:
    room.agents.cycle_sort()  # its headings say by what


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
