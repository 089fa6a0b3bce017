"""The line at the bottom: heartbeats as a sparkline, how many outcomes are there, and the keys that matter now."""

from collections.abc import Sequence

from textual import events
from textual.message import Message
from textual.reactive import reactive

from swarm.model.beat import Beat
from swarm.rules.results.outcomes import NONE_CHECKED, pass_rate
from widgets.cells import Cell, Cells, cells_width, fit_cells
from widgets.charset import UNICODE, Charset
from widgets.line_list import CellLine, charset_of

Hint = tuple[str, str, str]
"""A key as it is shown, its word, and the name of its action."""


def spark_cells(beats: Sequence[Beat], width: int, charset: Charset = UNICODE) -> Cells:
    """A sign a heartbeat, the newest last: as high as it had to do much; a cross where it did not pass."""
    shown = beats[-width:] if width > 0 else ()
    top = max((len(beat.actions) for beat in shown), default=0) or 1
    cells: list[Cell] = []
    for beat in shown:
        if beat.passed:
            level = round(len(beat.actions) / top * (len(charset.spark) - 1))
            cells.append(Cell(charset.spark[level], "notice" if beat.gap else "good"))
        else:
            cells.append(Cell(charset.failed, "danger"))
    return tuple(cells)


def strip_cells(
    beats: Sequence[Beat], hints: Sequence[Hint], width: int, charset: Charset = UNICODE, *, lead: str = ""
) -> tuple[Cells, tuple[tuple[int, int, str], ...]]:
    """The cells of the strip, and where each hint lies: (first column, column after the last, action).

    hints: the most important first; what comes last gives way first as the width falls, but the help, which knows
    them all, stays. lead: what they are for.
    """
    cells: list[Cell] = [Cell(" ")]
    if width >= WIDE_STRIP:
        cells.append(Cell("heartbeats ", "muted"))
    room = 24 if width >= 140 else 12 if width >= WIDE_STRIP else 7
    cells += spark_cells(beats, room, charset) or (Cell("none yet", "muted"),)
    rate = pass_rate(beats)
    if rate is None and beats and width >= NARROW_STRIP:
        cells.append(Cell(f" {NONE_CHECKED}", "muted"))
    if rate is not None:
        cells.append(
            Cell(f" {rate}%" + (" passed" if width >= NARROW_STRIP else ""), "good" if rate >= 90 else "warning")
        )
    cells.append(Cell(f" {charset.rule}", "muted"))
    if lead:
        cells.append(Cell(f" {lead}", "strong"))
    at = cells_width(cells)
    spans: list[tuple[int, int, str]] = []
    for key, word, action in _fitting(hints, width - at):
        part = _hint_cells(key, word)
        length = cells_width(part)
        cells += part
        spans.append((at, at + length, action))
        at += length
    return fit_cells(cells, width, charset.cut), tuple(spans)


def _hint_cells(key: str, word: str) -> Cells:
    return (Cell(" "), Cell(key, "accent"), Cell(f" {word} " if word else " "))


def _fitting(hints: Sequence[Hint], room: int) -> list[Hint]:
    """The hints that fit, in their order: the help first, then the others as they come."""
    chosen: set[int] = set()
    for place in sorted(range(len(hints)), key=lambda place: hints[place][2] != "help"):
        key, word, _ = hints[place]
        length = cells_width(_hint_cells(key, word))
        if length <= room:
            chosen.add(place)
            room -= length
    return [hints[place] for place in sorted(chosen)]


NARROW_STRIP, WIDE_STRIP = 80, 100
"""From NARROW_STRIP columns on it says what the rate is a rate of, from WIDE_STRIP on what the signs are."""


class HeartbeatStrip(CellLine):
    """Heartbeats and hints in one line."""

    DEFAULT_CSS = """
    HeartbeatStrip { height: 1; background: $panel; }
    """

    beats: reactive[tuple[Beat, ...]] = reactive(())
    """The heartbeats, oldest first."""
    hints: reactive[tuple[Hint, ...]] = reactive(())
    """The most important first."""
    lead: reactive[str] = reactive("")
    """What the acts of the hints are for, where that is not the row under the cursor."""

    class HintPressed(Message):
        """A hint was clicked: its action is wanted."""

        def __init__(self, action: str) -> None:
            super().__init__()
            self.action = action

    class BeatsPressed(Message):
        """The sparkline was clicked: the timeline is wanted."""

    def line_cells(self, y: int, width: int) -> Cells:
        del y
        return strip_cells(self.beats, self.hints, width, charset_of(self), lead=self.lead)[0]

    def on_click(self, event: events.Click) -> None:
        offset = event.get_content_offset(self)
        if offset is None:
            return
        event.stop()
        spans = strip_cells(self.beats, self.hints, self.size.width, charset_of(self), lead=self.lead)[1]
        for start, end, action in spans:
            if start <= offset.x < end:
                self.post_message(self.HintPressed(action))
                return
        if not spans or offset.x < spans[0][0]:
            self.post_message(self.BeatsPressed())
