"""Many processes at one ledger: no history that they can make is wrong (reliability.md ST1, CC8, CC9)."""

from collections.abc import Callable
from pathlib import Path

import pytest

from swarm.ledger import codec
from swarm.ledger.ledger import Ledger
from swarm.ledger.state import State, with_record
from swarm.model.record import Phase, Record
from swarm.model.values import replace
from swarm.platform.clock import SystemClock
from swarm.protocol.paths import Layout
from tests.support.history import MAX_SLOTS, Campaign, run, violations


@pytest.fixture
def root(tmp_path: Path) -> Path:
    Ledger.create(Layout(tmp_path), SystemClock())
    return tmp_path


def final(root: Path) -> State:
    return Ledger(Layout(root), SystemClock()).read()


def test_eight_processes_with_mixed_commits_lose_and_double_nothing(root: Path) -> None:
    campaign = Campaign(seed=1)
    run(root, campaign)
    assert violations(root, campaign) == []
    assert final(root).revision > 200
    assert final(root).alerts == () or {alert.cause for alert in final(root).alerts} == {"looping"}


@pytest.mark.slow
@pytest.mark.parametrize("seed", [11, 12, 13])
def test_with_15_percent_of_the_writers_killed_no_history_is_wrong(root: Path, seed: int) -> None:
    campaign = Campaign(seed=seed, killed=0.15)
    run(root, campaign)
    assert violations(root, campaign) == []
    assert {alert.cause for alert in final(root).alerts} <= {"looping"}


@pytest.mark.slow
def test_with_locks_that_lie_nothing_is_lost_and_the_operator_is_told(root: Path) -> None:
    campaign = Campaign(seed=21, operations=30, killed=0.15, lying_locks=True)
    run(root, campaign)
    assert violations(root, campaign) == []
    told = [alert.text for alert in final(root).alerts if alert.cause == "locks"]
    assert "locks do not work on this file system" in told[0]


# -- the checker sees what it is for ---------------------------------------------------------------------------------

Edit = Callable[[State], State]


def forget_an_acknowledged_one(state: State) -> State:
    return replace(state, extra={"done": state.extra["done"][1:]})


def do_one_twice(state: State) -> State:
    return replace(state, extra={"done": [*state.extra["done"], state.extra["done"][0]]})


def make_one_up(state: State) -> State:
    return replace(state, extra={"done": [*state.extra["done"], "0-999"]})


def spend_too_much(state: State) -> State:
    for number in range(MAX_SLOTS + 1):
        state = with_record(state, Record(f"x{number}", "s", Phase.RUNNING))
    return state


@pytest.mark.parametrize(
    ("edit", "word"),
    [
        (forget_an_acknowledged_one, "lost"),
        (do_one_twice, "double"),
        (make_one_up, "made up"),
        (spend_too_much, "over budget"),
    ],
)
def test_the_checker_finds_a_wrong_history(root: Path, edit: Edit, word: str) -> None:
    campaign = Campaign(seed=1, actors=2, operations=5)
    run(root, campaign)
    assert violations(root, campaign) == []
    newest = max(Layout(root).revs.iterdir(), key=lambda path: int(path.name))
    newest.write_bytes(codec.encode(edit(codec.decode(newest.read_bytes()).state)))
    assert any(found.startswith(word) for found in violations(root, campaign))


def test_the_checker_finds_a_missing_revision_and_a_missing_record(root: Path) -> None:
    campaign = Campaign(seed=1, actors=2, operations=5)
    run(root, campaign)
    layout = Layout(root)
    min(layout.revs.iterdir(), key=lambda path: int(path.name)).unlink()
    layout.events.write_bytes(b"".join(layout.events.read_bytes().splitlines(keepends=True)[1:]))
    found = "\n".join(violations(root, campaign))
    assert "revisions are missing" in found
    assert "audit" in found
