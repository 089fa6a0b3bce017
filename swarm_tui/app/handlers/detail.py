"""The detail: open, tabs, follow, zoom."""

from collections.abc import Callable

from swarm_tui.app.screens.engine_calls import ActingScreen
from widgets.detail_head import Tab


def open_(room: ActingScreen) -> None:
    if room.alerts.has_focus:
        room.alerts.action_open()
    else:
        room.open_detail()


def alerts(room: ActingScreen) -> None:
    room.toggle_alerts()


def _tab(tab: Tab) -> Callable[[ActingScreen], None]:
    def show(room: ActingScreen) -> None:
        room.show_tab(tab)

    return show


def next_tab(room: ActingScreen) -> None:
    room.turn_tabs(1)


def previous_tab(room: ActingScreen) -> None:
    room.turn_tabs(-1)


def follow(room: ActingScreen) -> None:
    room.follow()


def zoom(room: ActingScreen) -> None:
    room.toggle_zoom()


HANDLERS = {
    "open": open_,
    "alerts": alerts,
    **{f"tab_{tab.value}": _tab(tab) for tab in Tab},
    "next_tab": next_tab,
    "previous_tab": previous_tab,
    "follow": follow,
    "zoom": zoom,
}
