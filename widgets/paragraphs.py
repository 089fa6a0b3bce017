"""Text to read as values: lines as they are meant, and how they are wrapped to a width. No Textual here."""

from typing import NamedTuple

from rich.cells import chop_cells

from widgets.cells import Cell, Cells, cells_width, width_of


class Paragraph(NamedTuple):
    """A line as it is meant: it may take several on the screen, the later ones set in below the first's text."""

    text: str
    role: str = ""
    lead: Cells = ()


def wrap(text: str, width: int) -> list[str]:
    """The text in lines of at most `width` columns, broken at spaces where that is possible; at least one line."""
    if width <= 0:
        return [""]
    if width_of(text) <= width:
        return [text]
    lines: list[str] = []
    line, used = "", 0
    for word in text.split(" "):
        length = width_of(word)
        if used + length + (1 if line else 0) <= width:
            line, used = (f"{line} {word}", used + 1 + length) if line else (word, length)
            continue
        if line:
            lines.append(line)
        if length <= width:
            line, used = word, length
        else:
            *full, line = chop_cells(word, width)
            lines += full
            used = width_of(line)
    lines.append(line)
    return lines


def wrap_paragraph(paragraph: Paragraph, width: int) -> list[Cells]:
    """The cells of each line of a paragraph."""
    indent = cells_width(paragraph.lead)
    if paragraph.lead and not paragraph.text:
        return [Cells(paragraph.lead)]
    if indent > width // 2:
        first = [Cells(paragraph.lead)] if paragraph.lead else []
        return first + [(Cell(line, paragraph.role),) for line in wrap(paragraph.text, width)]
    lines = wrap(paragraph.text, width - indent)
    pad = (Cell(" " * indent),) if indent else ()
    return [(*(paragraph.lead if not number else pad), Cell(line, paragraph.role)) for number, line in enumerate(lines)]
