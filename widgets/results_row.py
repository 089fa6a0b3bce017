"""One line of the results inbox: who reported or ended, what came of it, and whether somebody has seen to it."""

from swarm.model.results_inbox import ResultsEntry
from widgets.agent_words import STATE_ROLES
from widgets.cells import Cell, Cells, coarse_duration, fit, fit_cells, fit_tail, quote, short_id
from widgets.charset import UNICODE, Charset

NARROW, WIDE = 60, 100
"""Below NARROW a line has mark, name and who has seen it; from WIDE on the summary too."""


def seen_words(entry: ResultsEntry, charset: Charset = UNICODE) -> Cell:
    """What became of them: decided about, read, or waiting for so many heartbeats."""
    review = entry.review
    if review is not None:
        return Cell(review.decision.value, "danger" if review.is_rejection else "good")
    if not entry.is_unread:
        return Cell("read" if entry.read_at is not None else "", "muted")
    if not entry.unread_beats:
        return Cell("unread", "accent")
    heart = charset.heart if charset.unicode else "hb"
    return Cell(f"unread {entry.unread_beats}{heart}", "warning")


def kept_words(entry: ResultsEntry) -> Cell:
    """`3/4 out`: how many promised outputs are there; '' where none was promised."""
    if not entry.promises:
        return Cell("")
    return Cell(f"{entry.kept}/{len(entry.promises)} out", "danger" if entry.kept < len(entry.promises) else "good")


def reached_words(entry: ResultsEntry) -> Cell:
    """`1/2 ok`: how many outcomes are, or `unchecked`; '' where none was asked for."""
    if not entry.outcomes:
        return Cell("")
    if all(passed is None for _, passed in entry.outcomes):
        return Cell("unchecked", "muted")
    failed = any(passed is False for _, passed in entry.outcomes)
    role = "danger" if failed else "good" if entry.reached == len(entry.outcomes) else "muted"
    return Cell(f"{entry.reached}/{len(entry.outcomes)} ok", role)


def entry_cells(entry: ResultsEntry, now: float, root: str, width: int, charset: Charset = UNICODE) -> Cells:
    """One line; `!` beside the mark says that a text of it gives orders. now: wall seconds; root: left out of names."""
    role = STATE_ROLES[entry.state]
    ago = coarse_duration(max(0.0, now - entry.at)) if entry.at is not None else "-"
    seen = seen_words(entry, charset)
    name_width = max(10, width - 25) if width < NARROW else 26 if width < WIDE else 34
    name = fit_tail(quote(short_id(entry.agent, root), 200), name_width, charset.cut)
    cells = [
        Cell(f" {charset.states[entry.state]}", role),
        Cell("! " if entry.tagged else "  ", "warning"),
        Cell(f"{name} ", "strong" if entry.is_unread else ""),
        Cell(fit(ago, 4, charset.cut), "muted"),
        Cell(f"{fit(seen.text, 11, charset.cut)} ", seen.role),
    ]
    if width >= NARROW:
        for each, room in ((kept_words(entry), 9), (reached_words(entry), 9)):
            cells.append(Cell(f"{fit(each.text, room, charset.cut)} ", each.role))
    if width >= WIDE:
        cells += [Cell("!injection ", "warning")] if entry.tagged else []
        cells.append(Cell(quote(entry.summary or entry.why), "quote"))
    return fit_cells(cells, width, charset.cut)
