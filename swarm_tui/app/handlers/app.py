"""The room itself: look again, palette, help, theme, quit."""

from swarm_tui.app.screens.engine_calls import ActingScreen
from swarm_tui.app.screens.help import HelpScreen


def refresh(room: ActingScreen) -> None:
    room.host.look_soon()


def palette(room: ActingScreen) -> None:
    room.app.action_command_palette()


def help_(room: ActingScreen) -> None:
    room.app.push_screen(HelpScreen(room.swarm.home.policy, room.where(), room.acts))


def theme(room: ActingScreen) -> None:
    room.next_theme()


def quit_(room: ActingScreen) -> None:
    room.host.leave()


HANDLERS = {"refresh": refresh, "palette": palette, "help": help_, "theme": theme, "quit": quit_}
