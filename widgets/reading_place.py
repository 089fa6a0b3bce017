"""The place of a reader in wrapped text: a paragraph and how much of it is left to read, whatever the width."""

from collections.abc import Iterable, Sequence
from itertools import islice
from typing import NamedTuple

from widgets.cells import Cells


class Place(NamedTuple):
    """A line of a text: `rest` letters of a paragraph begin there, spaces not counted; 0 for its first line.

    Wrapping takes spaces and nothing else, so that the same letters are found at any width.
    """

    paragraph: int
    rest: int = 0


def place_of(line: int, heights: Iterable[int], lines: Sequence[Cells]) -> Place:
    """Returns the place of a line. heights: of each paragraph, in lines."""
    first = number = 0
    for number, height in enumerate(heights):
        if line < first + height:
            rest = sum(map(_letters, lines[line : first + height])) if line > first else 0
            return Place(number, rest)
        first += height
    return Place(number)


def line_of(place: Place, heights: Iterable[int], lines: Sequence[Cells]) -> int:
    """Returns the line on which a place is now: the first letter that was on its line is on this one."""
    known = list(islice(heights, place.paragraph + 1))
    first = sum(known[: place.paragraph])
    if not place.rest or len(known) <= place.paragraph:
        return first
    left = place.rest
    for line in range(first + known[-1] - 1, first, -1):
        left -= _letters(lines[line])
        if left <= 0:
            return line
    return first


def _letters(line: Cells) -> int:
    return sum(len(cell.text) - cell.text.count(" ") for cell in line)
