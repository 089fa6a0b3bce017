"""Success is exit 0, a good last turn and valid results together."""

import pytest

from swarm.model.activity import ActivityState, OpenTool, TurnEnd
from swarm.model.reports import ResultsState
from swarm.rules.results.outcome import judge

WELL = ActivityState(turns=1, turn_end=TurnEnd(ok=True))
VALID, ABSENT, INVALID = ResultsState.VALID, ResultsState.ABSENT, ResultsState.INVALID


def test_all_three_together_are_a_success() -> None:
    assert judge(0, WELL, VALID) == (True, "")
    assert judge(0, None, VALID) == (True, "")


@pytest.mark.parametrize(
    ("code", "activity", "results", "why"),
    [
        (0, WELL, ABSENT, "results.json is missing"),
        (0, WELL, INVALID, "results.json is not valid"),
        (1, WELL, VALID, "it ended with exit code 1"),
        (-9, WELL, VALID, "it was ended by signal 9"),
        (None, WELL, VALID, "how it ended is not known"),
        (
            0,
            ActivityState(turns=1, turn_end=TurnEnd(ok=False, why="API Error: 529")),
            VALID,
            "its last turn failed: API Error: 529",
        ),
        (0, ActivityState(turns=1, turn_end=TurnEnd(ok=False)), VALID, "its last turn failed"),
        (0, ActivityState(in_turn=True), VALID, "it ended in mid-turn"),
        (
            0,
            ActivityState(in_turn=True, open_tools=(OpenTool("k", "Bash", "make", 1.0),)),
            VALID,
            "it ended in mid-turn, in Bash",
        ),
        (
            0,
            ActivityState(in_turn=True, retrying="529 overloaded"),
            VALID,
            "its model service refused until the end: 529 overloaded",
        ),
        (0, ActivityState(), VALID, "its program said nothing"),
        (
            1,
            ActivityState(turns=1, turn_end=TurnEnd(ok=False, why="x")),
            ABSENT,
            "it ended with exit code 1; its last turn failed: x; results.json is missing",
        ),
        (0, None, ABSENT, "results.json is missing"),
    ],
)
def test_each_of_them_alone_is_none(
    code: int | None, activity: ActivityState | None, results: ResultsState, why: str
) -> None:
    assert judge(code, activity, results) == (False, why)
