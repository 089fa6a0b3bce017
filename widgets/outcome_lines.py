"""The outcome board as lines: a sign and a word for each outcome, who is to bring it about, and how it was before."""

from collections.abc import Iterator

from swarm.model.outcome import Board, Outcome, OutcomeState
from widgets.cells import Cell, Cells, quote, short_id
from widgets.charset import UNICODE, Charset

SHOWN_RUNS = 12
_ROLES = {
    OutcomeState.THERE: "good",
    OutcomeState.GONE: "danger",
    OutcomeState.MISSING: "danger",
    OutcomeState.OPEN: "notice",
    OutcomeState.UNCHECKED: "muted",
}


def board_head(board: Board) -> str:
    """`2 of 3 checked outcomes are there, 1 open, 1 that no command checks`."""
    there, gone = board.count(OutcomeState.THERE), board.count(OutcomeState.GONE, OutcomeState.MISSING)
    parts = [f"{there} of {there + gone} checked outcomes are there" if there + gone else "none checked"]
    if open_ones := board.count(OutcomeState.OPEN):
        parts.append(f"{open_ones} open")
    if unchecked := board.count(OutcomeState.UNCHECKED):
        parts.append(f"{unchecked} that no command checks")
    return ", ".join(parts)


def outcome_cells(outcome: Outcome, root: str, charset: Charset = UNICODE) -> Cells:
    """One outcome in one line."""
    role = _ROLES[outcome.state]
    sign = charset.ended if outcome.state is OutcomeState.THERE else charset.failed if role == "danger" else charset.dot
    cells = [
        Cell(f"{sign} {outcome.state.value:<9} ", role),
        Cell(f"{''.join(_history(outcome, charset)):<{SHOWN_RUNS}} ", "muted"),
        Cell(quote(outcome.text, 200), "quote"),
        Cell(f"  {quote(short_id(outcome.agent, root), 80)}", "strong"),
    ]
    if outcome.why and outcome.state is not OutcomeState.THERE:
        cells.append(Cell(f"  {quote(outcome.why, 200)}", "muted"))
    return tuple(cells)


def _history(outcome: Outcome, charset: Charset) -> Iterator[str]:
    """A sign a run, the newest last."""
    return (charset.ended if there else charset.failed for _, there in outcome.history[-SHOWN_RUNS:])
