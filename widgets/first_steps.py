"""What an empty room says: which keys make something of it, and what the lines at the top will tell."""

from collections.abc import Sequence

from textual.geometry import Size
from textual.reactive import reactive

from widgets.cells import Cell, Cells, fit
from widgets.charset import UNICODE, Charset
from widgets.line_list import CellLine, charset_of
from widgets.paragraphs import Paragraph, wrap_paragraph

Step = tuple[str, str]
"""A key as it is shown, and what it is good for."""
LIST_LINES = 4
"""What the list above keeps of the room: its frame, its heading and its root."""
_KEY = 6


def steps_lines(steps: Sequence[Step], width: int, room: int, charset: Charset = UNICODE) -> tuple[Cells, ...]:
    """The lines of an empty room. room: how many there may be: blank ones give way, then the meaning of the top."""
    free, reserve, used, hollow = charset.slot_free, charset.slot_reserve, charset.slot_used, charset.slot_hollow
    signs = (
        (charset.heart, "heartbeats, and the time to the next"),
        (charset.running, "agents that run, and who needs you"),
        ("slots", f"{free}free {reserve}reserve {used}used {hollow}promised"),
    )
    blank = Paragraph("")
    keys = [Paragraph("No agent yet. What to press:", "strong"), *(_step(key, words, "accent") for key, words in steps)]
    top = [Paragraph("What the lines at the top say:", "strong"), *(_step(sign, words, "") for sign, words in signs)]
    for paragraphs in ([blank, *keys, blank, *top], [*keys, *top], keys, keys[1:]):
        lines = [line for each in paragraphs for line in wrap_paragraph(each, max(1, width - 1))]
        if len(lines) <= room:
            return tuple((Cell(" "), *line) for line in lines)
    return ()


def _step(sign: str, words: str, role: str) -> Paragraph:
    return Paragraph(words, lead=(Cell(f" {fit(sign, _KEY)}", role),))


class FirstSteps(CellLine):
    """Stands below the list while there is nobody in it but the root."""

    DEFAULT_CSS = """
    FirstSteps { height: auto; background: $surface; color: $foreground; }
    """

    steps: reactive[tuple[Step, ...]] = reactive((), layout=True)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        del viewport
        return len(steps_lines(self.steps, width, container.height - LIST_LINES, charset_of(self)))

    def line_cells(self, y: int, width: int) -> Cells:
        lines = steps_lines(self.steps, width, self.size.height, charset_of(self))
        return lines[y] if y < len(lines) else ()
