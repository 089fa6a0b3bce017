"""The outcome board: what is there of all that an orchestrator leads, and how it was before."""

from swarm.model.agent import Acceptance
from swarm.model.checks import CheckRun, Checks
from swarm.model.outcome import OutcomeState, history_of
from swarm.model.record import Ending, Phase
from swarm.model.snapshot import Snapshot
from swarm.model.values import replace
from swarm.rules.results.outcome_board import board_of, boards
from tests.support.swarms import ROOT, a_root, a_snapshot, a_spec, a_view, results
from widgets.outcome_lines import board_head, outcome_cells
from widgets.results_page import results_page

GOALS = (
    Acceptance("the page is there", "test -e page"),
    Acceptance("it is good"),
    Acceptance("the link is live", "curl"),
)
RUNS = (CheckRun(3, 1.0, 2), CheckRun(4, 2.0, 1, (1,)))


def snapshot_with_outcomes() -> Snapshot:
    worker = a_view(
        "idea/w",
        spec=a_spec("idea/w", acceptance=GOALS),
        results=results(acceptance=(("it is good", True),)),
        phase=Phase.ENDED,
        ending=Ending.DONE,
        checked_n=4,
        acceptance=(("the page is there", True), ("the link is live", False)),
        checks=Checks(asked_n=4, said=("exit code 0", "exit code 7: refused"), runs=RUNS),
    )
    meta = replace(a_view("idea", spec=a_spec("idea", acceptance=GOALS[:1])), children=1)
    return a_snapshot(replace(a_root(), children=1), meta, worker)


def test_failure_9_a_board_shows_the_outcomes_of_an_orchestrator_with_their_history() -> None:
    board = board_of(snapshot_with_outcomes(), "genesis-01/idea")

    assert [(each.agent.rpartition("/")[2], each.text, each.state) for each in board.outcomes] == [
        ("idea", "the page is there", OutcomeState.OPEN),
        ("w", "the page is there", OutcomeState.THERE),
        ("w", "it is good", OutcomeState.UNCHECKED),
        ("w", "the link is live", OutcomeState.GONE),
    ]
    gone = board.outcomes[-1]
    assert (gone.history, gone.why) == (((3, True), (4, False)), "exit code 7: refused")
    assert board_head(board) == "1 of 2 checked outcomes are there, 1 open, 1 that no command checks"
    line = "".join(cell.text for cell in outcome_cells(gone, ROOT))
    assert line == "✖ gone      ✔✖           the link is live  idea/w  exit code 7: refused"


def test_every_agent_with_others_below_it_has_a_board_and_the_tab_of_its_results_shows_it() -> None:
    snapshot = snapshot_with_outcomes()
    found = list(boards(snapshot))
    assert [board.agent for board in found] == [ROOT, "genesis-01/idea"]
    assert board_head(found[0]) == "none checked, 1 open"
    page = results_page(snapshot.agents[1], board=found[1], root=ROOT)
    assert page[0].text == board_head(found[1])
    assert "the link is live" in page[4].text


def test_failure_9_what_an_agent_writes_into_its_own_spec_does_not_hide_what_the_checks_said() -> None:
    for forged in ((), (Acceptance("everything is sold", "true"), Acceptance("and more", "true"))):
        snapshot = snapshot_with_outcomes()
        *others, worker = snapshot.agents
        worker = replace(worker, spec=a_spec("idea/w", acceptance=forged))
        board = board_of(replace(snapshot, agents=(*others, worker)), worker.id)
        assert [(each.text, each.state) for each in board.outcomes] == [
            ("the page is there", OutcomeState.THERE),
            ("the link is live", OutcomeState.GONE),
        ]


def test_a_run_that_did_not_get_to_an_outcome_is_not_in_its_history() -> None:
    assert history_of((CheckRun(3, 1.0, 2), CheckRun(4, 2.0, 0, (0,))), 1) == ((3, True),)
