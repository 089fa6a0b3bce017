"""Whether an agent did what it was started for: exit code, last turn and results, never one of them alone."""

from swarm.activity import Doings
from swarm.model import ResultsState


def judge(exit_code: int | None, doings: Doings | None, results: ResultsState) -> tuple[bool, str]:
    """(success, why not). Success: exit 0, a last turn that ended well, and results.json there and valid.

    exit_code: negative for the signal that ended it, None where it is not known. doings: None for a program that only
    prints text, which is judged by the other two. Programs end with 0 after an interruption, and call a turn a success
    in which the model service failed (measured): so no sign counts by itself.
    """
    reasons = [reason for reason in (_ended(exit_code), turn_words(doings), _left(results)) if reason]
    return not reasons, "; ".join(reasons)


def _ended(exit_code: int | None) -> str:
    if exit_code is None:
        return "how it ended is not known"
    if exit_code < 0:
        return f"it was ended by signal {-exit_code}"
    return f"it ended with exit code {exit_code}" if exit_code else ""


def turn_words(doings: Doings | None) -> str:
    """What was wrong with its last turn, as its program told it; '' where nothing was, or it does not tell."""
    if doings is None:
        return ""
    end = doings.turn_end
    if end is not None:
        return "" if end.ok else f"its last turn failed: {end.why}" if end.why else "its last turn failed"
    if doings.retrying:
        return f"its model service refused until the end: {doings.retrying}"
    if doings.open_tools:
        tool = doings.open_tools[-1]
        return f"it ended in mid-turn, in {tool.tool}" if tool.tool else "it ended in mid-turn"
    if doings.in_turn or doings.turns:
        return "it ended in mid-turn"
    return "its program said nothing"


def _left(results: ResultsState) -> str:
    if results is ResultsState.VALID:
        return ""
    return "results.json is not valid" if results is ResultsState.INVALID else "results.json is missing"
