"""A terminal's answer that comes when the control room is already open: heard, and never taken for keys.

Textual takes the letters of an answer that it does not know for keys that were pressed: `rgb:` would press r, g and b.
"""

import re
from collections.abc import Callable, Iterable

from textual._xterm_parser import XTermParser
from textual.drivers import linux_driver
from textual.message import Message

from swarm_tui.terminal.background import COLOUR, END, is_light

_BEGUN = re.compile(r"\x1b(?:\](?:1(?:1(?:;[^\x07\x1b]{0,64}\x1b?)?)?)?|\[\?[\d;]{0,32})\Z")
"""The beginning of an answer, whose end comes with the next read."""


class AnswerFilter:
    """Takes the answers out of what a terminal sends, until the last of them has come.

    on_light: gets whether the background is light, where the terminal says it.
    """

    def __init__(self, on_light: Callable[[bool], None]) -> None:
        self._on_light = on_light
        self._held = ""
        self._over = False

    def rest(self, data: str) -> str:
        """Returns what is left of the data: keys, the mouse, pasted text."""
        if self._over:
            return data
        data, self._held = self._held + data, ""
        if (colour := COLOUR.search(data)) is not None:
            data = data[: colour.start()] + data[colour.end() :]
            if (light := is_light(colour[1])) is not None:
                self._on_light(light)
        if (end := END.search(data)) is not None:
            self._over = True
            return data[: end.start()] + data[end.end() :]
        if (begun := _BEGUN.search(data)) is not None:
            self._held = begun[0]
            return data[: begun.start()]
        return data


def hear(on_light: Callable[[bool], None]) -> None:
    """Has the next app of this process hear late answers; called before it runs. on_light: called on a thread."""
    answers = AnswerFilter(on_light)

    class Parser(XTermParser):
        def feed(self, data: str) -> Iterable[Message]:
            rest = answers.rest(data)
            # An empty text would tell the parser that there is no more to come.
            return super().feed(rest) if rest or not data else ()

    setattr(linux_driver, "XTermParser", Parser)  # noqa: B010  (the driver has no other way to be given one)
