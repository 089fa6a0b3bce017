"""Moving through the tree, and folding it."""

from swarm_tui.app.screens.engine_calls import ActingScreen


def down(room: ActingScreen) -> None:
    room.list_in_use.action_cursor_down()


def up(room: ActingScreen) -> None:
    room.list_in_use.action_cursor_up()


def half_page_down(room: ActingScreen) -> None:
    room.list_in_use.action_half_page_down()


def half_page_up(room: ActingScreen) -> None:
    room.list_in_use.action_half_page_up()


def page_down(room: ActingScreen) -> None:
    room.list_in_use.action_page_down()


def page_up(room: ActingScreen) -> None:
    room.list_in_use.action_page_up()


def top(room: ActingScreen) -> None:
    room.list_in_use.action_cursor_top()


def bottom(room: ActingScreen) -> None:
    room.list_in_use.action_cursor_bottom()


def fold(room: ActingScreen) -> None:
    room.agents.fold()


def unfold(room: ActingScreen) -> None:
    room.agents.unfold()


def toggle_fold(room: ActingScreen) -> None:
    room.agents.toggle_fold()


def toggle_over(room: ActingScreen) -> None:
    room.agents.toggle_over()


def fold_all(room: ActingScreen) -> None:
    room.agents.fold_all()


def unfold_all(room: ActingScreen) -> None:
    room.agents.unfold_all()


HANDLERS = {
    "down": down,
    "up": up,
    "half_page_down": half_page_down,
    "half_page_up": half_page_up,
    "page_down": page_down,
    "page_up": page_up,
    "top": top,
    "bottom": bottom,
    "fold": fold,
    "unfold": unfold,
    "toggle_fold": toggle_fold,
    "toggle_over": toggle_over,
    "fold_all": fold_all,
    "unfold_all": unfold_all,
}
