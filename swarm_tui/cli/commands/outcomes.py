"""`swarm-tui outcomes`: what is there of all that agents are to bring about, a board for each orchestrator."""

import argparse
from typing import TYPE_CHECKING

from swarm_tui.cli.commands.common import looking
from swarm_tui.cli.output import Output

if TYPE_CHECKING:
    from swarm.model.outcome import Board, Outcome


def outcomes(args: argparse.Namespace, out: Output) -> int:
    """Prints the boards of all orchestrators, or the one of an agent."""
    from swarm.rules.results.outcome_board import board_of, boards

    swarm = looking(args, out)
    snapshot = swarm.snapshot()
    found = [board_of(snapshot, swarm.resolve(args.id))] if args.id else list(boards(snapshot))
    if out.json:
        out.document({"boards": [_document(board) for board in found]})
        return 0
    from swarm_tui.cli.terminal_width import PIPE_COLUMNS, charset_of, width_of
    from widgets.cells import Cell, fit_cells
    from widgets.outcome_lines import board_head, outcome_cells

    width, charset = width_of(out) or PIPE_COLUMNS, charset_of(out)
    for board in found:
        out.say_cells((Cell(f"{board.agent}  ", "strong"), Cell(board_head(board))))
        for outcome in board.outcomes:
            line = (Cell("  "), *outcome_cells(outcome, snapshot.root, charset))
            out.say_cells(fit_cells(line, width, charset.cut))
    if not any(board.outcomes for board in found):
        out.tell('no agent was given an outcome: spawn with --accept "TEXT::CHECK"')
    return 0


def _document(board: "Board") -> dict[str, object]:
    return {"agent": board.agent, "outcomes": [_outcome(each) for each in board.outcomes]}


def _outcome(outcome: "Outcome") -> dict[str, object]:
    return {
        "agent": outcome.agent,
        "text": outcome.text,
        "state": outcome.state.value,
        "why": outcome.why or None,
        "history": [{"n": n, "there": there} for n, there in outcome.history],
    }
