"""Names that have no room: their middle goes, and no two of them look alike where that can be avoided."""

from collections import defaultdict
from collections.abc import Iterable

from rich.cells import cell_len, set_cell_size

from widgets.cells import width_of


def fit_middle(text: str, width: int, cut: str = "…") -> str:
    """The text in at most `width` columns, its middle left out: `worker-…-17`. Beginning and end say most of an id."""
    if width_of(text) <= width:
        return text
    if width <= 1:
        return cut[: max(0, width)]
    end = (width - 1) // 2
    return _first(text, width - 1 - end) + cut + _last(text, end)


def short_names(names: Iterable[str], width: int, cut: str = "…") -> dict[str, str]:
    """By name, what stands for it in at most `width` columns. Of names that would look alike, the part that tells them
    apart is kept."""
    alike: dict[str, list[str]] = defaultdict(list)
    for name in dict.fromkeys(names):
        alike[fit_middle(name, width, cut)].append(name)
    shown: dict[str, str] = {}
    for text, group in alike.items():
        if len(group) == 1:
            shown[group[0]] = text
        else:
            shown |= _told_apart(group, width, cut)
    return shown


def _told_apart(group: list[str], width: int, cut: str) -> dict[str, str]:
    """Names of one beginning and one end: shown from where they begin to differ."""
    first, last = min(group), max(group)  # what these two begin with, all between them do
    same = next((at for at, (one, other) in enumerate(zip(first, last, strict=False)) if one != other), len(first))
    return {name: _window(name, same, width, cut) for name in group}


def _window(name: str, start: int, width: int, cut: str) -> str:
    """`width` columns of a name from a place on, as much of its beginning before it as there is room for."""
    if width <= 2:
        return _first(name[start:], width)
    room = width - 1
    rest = name[start:]
    if width_of(rest) <= room:
        return _first(name, room - width_of(rest)) + cut + rest
    return cut + _first(rest, room - 1) + cut


def _first(text: str, width: int) -> str:
    """As many letters from the beginning as have room; a wide one that has not is left out."""
    return text[:width] if text.isascii() else set_cell_size(text, width).rstrip() if cell_len(text) > width else text


def _last(text: str, width: int) -> str:
    """As many letters from the end as have room."""
    if text.isascii():
        return text[-width:] if width else ""
    while text and cell_len(text) > width:
        text = text[1:]
    return text
