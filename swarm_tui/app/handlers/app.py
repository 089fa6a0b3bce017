"""The room itself: look again, palette, help, theme, quit."""

from swarm_tui.app.palette_matches import Offer
from swarm_tui.app.screens.engine_calls import ActingScreen
from swarm_tui.app.screens.help import HelpScreen
from swarm_tui.app.screens.palette import PaletteScreen


def refresh(room: ActingScreen) -> None:
    room.host.look_soon()


def palette(room: ActingScreen) -> None:
    """Does what is picked as its key would, or goes to an agent."""

    def picked(offer: Offer | None) -> None:
        if offer is None:
            return
        if offer.act:
            room.call_later(room.run_action, f"act('{offer.act}')")
        else:
            room.go_to(offer.agent)

    room.app.push_screen(PaletteScreen(room), picked)


def help_(room: ActingScreen) -> None:
    alert = room.alerts.current if room.alerts.has_focus else None
    room.app.push_screen(HelpScreen(room.swarm.home.policy, room.where(), room.acts, alert=alert))


def theme(room: ActingScreen) -> None:
    room.next_theme()


def quit_(room: ActingScreen) -> None:
    room.host.leave()


HANDLERS = {"refresh": refresh, "palette": palette, "help": help_, "theme": theme, "quit": quit_}
