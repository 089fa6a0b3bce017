"""What the tab of the results says: what speaks against them, and what they say themselves."""

import json
from collections.abc import Iterable
from typing import Any

from swarm.model.outcome import Board, OutcomeState
from swarm.model.reports import ResultsState
from swarm.model.snapshot import AgentView
from swarm.rules.results.disputes import disputes_in
from swarm.sanitize import clean_block
from widgets.cells import Cell, clock_text, quote
from widgets.charset import UNICODE, Charset
from widgets.detail_pages import labelled, shown_lines
from widgets.outcome_lines import board_head, outcome_cells
from widgets.paragraphs import Paragraph

MOST_OUTPUTS = 1000


def results_page(
    view: AgentView,
    charset: Charset = UNICODE,
    summary: str | None = None,
    board: Board | None = None,
    root: str = "",
) -> tuple[Paragraph, ...]:
    """The outcome board of an agent with others below it, what speaks against its own results, then results.json, its
    acceptance first; or why it does not count.

    summary: whole, where it was read. root: whose id stands before all others.
    """
    above = _board_lines(board, root, charset) if board is not None and board.outcomes else ()
    return (*above, *_review_lines(view, charset), *_own_lines(view, charset, summary))


def _board_lines(board: Board, root: str, charset: Charset) -> Iterable[Paragraph]:
    yield Paragraph(board_head(board), "strong")
    for outcome in board.outcomes:
        *lead, text, agent = outcome_cells(outcome, root, charset)[:4]
        why = f"  {quote(outcome.why, 200)}" if outcome.why and outcome.state is not OutcomeState.THERE else ""
        yield Paragraph(f"{text.text}{agent.text}{why}", "quote", tuple(lead))
    yield Paragraph("", "")


def _review_lines(view: AgentView, charset: Charset) -> Iterable[Paragraph]:
    """What speaks against its results, each in a line, and what was decided about them."""
    for each in disputes_in(view):
        yield Paragraph(quote(each.words, 500), "danger", (Cell(f"{charset.failed} disputed  ", "danger"),))
    review = view.record.review if view.record is not None else None
    if review is not None:
        role = "danger" if review.is_rejection else "good"
        word = f": {quote(review.word, 500)}" if review.word else ""
        said = f"at {clock_text(review.at)} by {quote(review.by, 60)}{word}"
        yield Paragraph(said, "", (Cell(f"{quote(review.decision, 20)}  ", role),))


def _own_lines(view: AgentView, charset: Charset, summary: str | None) -> tuple[Paragraph, ...]:
    """What it says itself, or why that does not count."""
    results, record = view.results, view.record
    if results.state is ResultsState.ABSENT:
        return (Paragraph("no results yet", "muted"),)
    if results.state is ResultsState.INVALID:
        invalid = [Paragraph(f"results.json does not count: {quote(results.why, 600)}", "warning")]
        said = shown_lines(summary or results.summary) if summary or results.summary else ()
        invalid += [Paragraph(line, "quote") for line in said]
        return (
            *invalid,
            *(
                Paragraph(line, "quote")
                for text in results.extra.values()
                for line in clean_block(str(text)).split("\n")
            ),
        )
    first, *more = shown_lines(summary or results.summary)
    lines = [Paragraph(first, "", (Cell(f"{quote(results.status, 20)}  ", "accent"),)), *map(Paragraph, more)]
    if record is not None and record.read_at is not None:
        by = f" by {quote(record.read_by, 60)}" if record.read_by else ""
        lines.append(Paragraph(f"read at {clock_text(record.read_at)}{by}", "muted"))
    elif record is not None:
        lines.append(Paragraph("not read yet", "notice"))
    for text, passed in results.acceptance:
        sign = Cell(f"{charset.ended} passed  ", "good") if passed else Cell(f"{charset.failed} failed  ", "danger")
        lines.append(Paragraph(quote(text, 500), "", (sign,)))
    lines += [labelled("output", quote(path, 300), "quote") for path in results.outputs]
    if results.finished_at:
        lines.append(labelled("finished", quote(results.finished_at, 60)))
    for key, value in results.extra.items():
        first, *more = shown_lines(_as_text(value))
        lines.append(labelled(quote(str(key), 60), first, "quote"))
        lines += [Paragraph(line, "quote") for line in more]
    if len(results.outputs) >= MOST_OUTPUTS:
        lines.append(Paragraph("… yy copies all of it, swarm-tui read prints it", "muted"))
    return tuple(lines)


def _as_text(value: Any) -> str:  # what results.json may hold: anything that JSON has
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
