"""A bare app that holds the widgets under test, in the product's themes, and what is on its screen."""

from typing import Any

from textual.app import App, ComposeResult
from textual.message import Message
from textual.widget import Widget

from swarm_tui.app.actions import ACTS
from swarm_tui.app.keys import KeyNames
from swarm_tui.app.theme import register_themes, variable_defaults
from widgets.agent_tree import AgentTree
from widgets.charset import UNICODE, Charset
from widgets.transcript import Transcript


class WidgetApp(App[None]):
    """Shows the given widgets one below the other; keeps every message that they post to it."""

    def __init__(self, *widgets: Widget, theme: str = "swarm-dark", charset: Charset = UNICODE) -> None:
        super().__init__()
        register_themes(self)
        self.theme = theme
        self.charset = charset
        self.key_of = KeyNames(ACTS)
        self._given = widgets
        self.heard: list[Message] = []

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return variable_defaults(self.current_theme)

    def compose(self) -> ComposeResult:
        yield from self._given

    async def _on_message(self, message: Message) -> None:
        self.heard.append(message)
        await super()._on_message(message)

    def heard_of(self, kind: type[Message]) -> list[Message]:
        """The messages of a kind that came up so far."""
        return [message for message in self.heard if isinstance(message, kind)]


def shown_ids(tree: AgentTree) -> tuple[str, ...]:
    """The ids on the lines of a tree, from top to bottom."""
    return tuple(tree._state.view_at(line).id for line in range(len(tree._state.lines)))


def said_in(transcript: Transcript) -> list[str]:
    """The paragraphs of a transcript, with what stands before them."""
    return ["".join(cell.text for cell in each.lead) + each.text for each in transcript._ring]


def screen_lines(app: App[Any]) -> list[str]:
    """The screen as lines of text, right ends trimmed."""
    strips = app.screen._compositor.render_strips()
    return ["".join(segment.text for segment in strip).rstrip() for strip in strips]


def screen_text(app: App[Any]) -> str:
    """The screen as one text."""
    return "\n".join(screen_lines(app))
