"""What is selected in wrapped text, as it was before it was wrapped: one line a paragraph."""

import re
from collections.abc import Iterable
from typing import NamedTuple

from textual.geometry import Offset
from textual.selection import Selection

from widgets.cells import Cells, width_of
from widgets.paragraphs import Paragraph, wrap_paragraph

_WORD = re.compile(r"\S+")


class DrawnLine(NamedTuple):
    """A line on the screen. text: without what fills it up at its right."""

    text: str
    joint: str = "\n"
    """What stood between it and the line above it."""
    indent: int = 0
    """Characters at its left that are none of the paragraph's."""


def drawn_text(line: Cells) -> str:
    """The characters of a line, as selections count them."""
    return "".join(cell.text for cell in line)


def drawn_lines(paragraphs: Iterable[Paragraph], width: int) -> Iterable[DrawnLine]:
    """Every line on the screen, in turn."""
    for paragraph in paragraphs:
        place = 0
        for number, line in enumerate(wrap_paragraph(paragraph, width)):
            text = drawn_text(line).rstrip()
            part = line[-1].text.rstrip() if line and line[-1].text in paragraph.text else ""
            if not number:
                place = 0 if line == paragraph.lead else len(part)  # a lead alone may read as the text below it
                yield DrawnLine(text)
                continue
            at = paragraph.text.find(part, place)
            yield DrawnLine(text, paragraph.text[place:at] if at >= 0 else " ", len(text) - len(part))
            place = at + len(part)


def text_between(paragraphs: Iterable[Paragraph], width: int, selection: Selection) -> str:
    """The selected text. Of a line that goes on below it, both parts are one."""
    start, end = selection.start or Offset(0, 0), selection.end
    parts: list[str] = []
    for y, line in enumerate(drawn_lines(paragraphs, width)):
        if y < start.y:
            continue
        if end is not None and y > end.y:
            break
        first = y == start.y
        text = line.text[: end.x] if end is not None and y == end.y else line.text
        parts.append(text[start.x :] if first else f"{line.joint}{text[line.indent :]}")
    return "".join(parts)


def word_at(line: Cells, column: int) -> tuple[int, int]:
    """From where to where the word under a column of the screen goes, in characters; (0, 0) where none is."""
    text = drawn_text(line)
    for found in _WORD.finditer(text):
        if width_of(text[: found.start()]) <= column < width_of(text[: found.end()]):
            return found.span()
    return 0, 0
