"""Cells become strips in the colours of the app's theme: texts only, whatever stands in them."""

from collections.abc import Mapping
from typing import Any

from rich.segment import Segment
from rich.style import Style
from textual.app import App
from textual.color import Color, ColorParseError
from textual.strip import Strip
from textual.widget import Widget

from widgets.cells import ROLES, SLOT_ROLES, Cells

BOLD = frozenset({"warning", "danger", "strong"})
COLOURLESS = frozenset({"strong"})
_mixed: dict[str, tuple[Mapping[str, str], Mapping[str, Style]]] = {}
"""By theme: the variables that it was made of, and the styles."""


def role_styles(app: App[Any]) -> Mapping[str, Style]:
    """The style of every role of a cell under the app's theme; each adds to the widget's own.

    Not component classes: Textual works out each of those anew for every widget whenever its styles are applied, which
    for two dozen roles in a dozen widgets was a third of the time to the first snapshot, and a part of every key press.
    """
    variables = app.theme_variables
    held = _mixed.get(app.theme)
    if held is None or held[0] is not variables:
        held = _mixed[app.theme] = (variables, _mix(variables))
    return held[1]


def _mix(variables: Mapping[str, str]) -> dict[str, Style]:
    names = (*ROLES, *(f"role-{role}" for role in SLOT_ROLES))
    styles = {name: Style(bold=name in BOLD or None) + _colour(variables, name) for name in names}
    ground = _colour(variables, "found-background", ground=True)
    # Underlined, because there are terminals without colours.
    styles["found"] = _colour(variables, "found-foreground") + ground + Style(underline=True)
    return styles


def _colour(variables: Mapping[str, str], name: str, *, ground: bool = False) -> Style:
    """The colour of a variable as a style; an empty one where the theme names none."""
    if name in COLOURLESS or name not in variables:
        return Style()
    try:
        colour = Color.parse(variables[name]).rich_color
    except ColorParseError:
        return Style()
    return Style(bgcolor=colour) if ground else Style(color=colour)


def paint(widget: Widget, cells: Cells, width: int, base: Style, *, over: Style | None = None) -> Strip:
    """Cells as a strip of `width` columns. `over` (the cursor's style) wins over the background, and in plain
    palettes over the colour too. Texts become segments and nothing else: no markup, no links, no meta."""
    segments: list[Segment] = []
    used = 0
    styles = role_styles(widget.app)
    for text, role in cells:
        style = base + styles[role] if role else base
        if over is not None:
            # What was found keeps its colours also under the cursor: its letters are dark.
            style = style + over + styles[role] if role == "found" else style + over
        segments.append(Segment(text, style))
    strip = Strip(segments)
    used = strip.cell_length
    if used < width:
        return strip.extend_cell_length(width, base + over if over is not None else base)
    return strip if used == width else strip.crop(0, width)
