"""The schedule spends nothing unasked: a role runs where there is something to look at, and the operator is told."""

from typing import Any

import pytest

from swarm.config.checked import parse_policy
from swarm.config.policy import Policy
from swarm.config.spending_policy import Limit
from swarm.model.beat import ActionKind
from swarm.model.causes import AlertCause
from swarm.model.plan import Action
from swarm.model.record import Ending, Phase
from swarm.model.snapshot import AgentView
from swarm.model.values import replace
from swarm.rules.budgets.schedule import cost_words
from swarm.rules.limits import limit_of
from swarm.rules.plan import plan
from tests.support.swarms import HOUR, MINUTE, NOW, POLICY, a_root, a_snapshot, a_view, a_wait


def does(*views: AgentView, **snapshot: Any) -> list[tuple[ActionKind, str]]:
    """What the third heartbeat does about its schedule."""
    made = plan(a_snapshot(*views, heartbeat_n=2, **snapshot), POLICY, NOW)
    return [(one.kind, one.reason) for one in made.actions if one.role == "improvement"]


def observer(ago: float, **fields: Any) -> AgentView:
    over = {"phase": Phase.ENDED, "ending": Ending.DONE, "ended_ago": ago - MINUTE}
    return a_view("improvement-01", role="improvement", spawned_ago=ago, age=ago, **{**over, **fields})


NOTHING = [(ActionKind.SKIP, "nothing has happened since its last run")]


def test_in_an_empty_swarm_it_does_not_run() -> None:
    assert does() == NOTHING
    assert does(a_root(age=0.0)) == NOTHING, "the root alone is nothing to look at"


def test_a_spawn_that_waits_for_a_slot_is_nothing_to_look_at() -> None:
    assert does(a_view("w", age=None, phase=Phase.QUEUED, spawned_ago=0.0), queue=("genesis-01/w",)) == NOTHING


def test_it_runs_where_an_agent_came_worked_or_ended_since() -> None:
    old: dict[str, Any] = {"spawned_ago": 9 * HOUR}
    for view in (
        a_view("w", spawned_ago=MINUTE, age=None),
        a_view("w", age=MINUTE, **old),
        a_view("w", age=8 * HOUR, phase=Phase.ENDED, ending=Ending.FAILED, ended_ago=MINUTE, **old),
    ):
        ((kind, reason),) = does(view, observer(HOUR))
        assert (kind, reason) == (ActionKind.SCHEDULE, "its turn: heartbeat 3, every 3"), view


def test_it_does_not_run_again_before_something_happens() -> None:
    silent = a_view("w", age=2 * HOUR, spawned_ago=9 * HOUR, held_until=200)
    assert does(silent, observer(HOUR)) == NOTHING
    over = a_view("w", age=8 * HOUR, spawned_ago=9 * HOUR, phase=Phase.ENDED, ending=Ending.DONE, ended_ago=3 * HOUR)
    assert does(over, observer(HOUR)) == NOTHING


def test_it_never_runs_into_trouble_of_the_service() -> None:
    waits = a_view("w", phase=Phase.WAITING, waiting=a_wait())
    assert does(a_view("v"), a_view("u"), waits) == [(ActionKind.SKIP, "an agent waits for its service")]


def test_what_it_costs_is_bounded_and_said() -> None:
    view = a_view("improvement-01", role="improvement")
    assert view.record is not None
    by_schedule = replace(view, record=replace(view.record, requested_by="engine"))
    assert limit_of(by_schedule, POLICY) == Limit(cost_usd=1.0)
    assert limit_of(view, POLICY) == Limit(), "who was asked for has the limit of its role"
    own = parse_policy("[limits.roles.improvement]\ncost_usd = 0.5\n")
    assert limit_of(by_schedule, own) == Limit(cost_usd=0.5)


@pytest.mark.parametrize(
    ("policy", "words"),
    [
        ('[spawn]\nprogram = "claude"\n', ["claude runs as improvement every 45m", "at most $1 a run and $32 a day"]),
        ('[spawn]\nprogram = "claude"\n[schedule]\n', []),
        ("", []),
        (
            '[spawn]\nprogram = "claude"\n[limits.roles.improvement]\ntokens = 500000\n',
            ["at most 500k tokens a run and 16M a day"],
        ),
    ],
)
def test_the_sentence_says_program_rhythm_and_bounds(policy: str, words: list[str]) -> None:
    said = " ".join(cost_words(parse_policy(policy)))
    assert bool(said) is bool(words)
    for each in words:
        assert each in said


# -- due until it has run, and what cannot run at all ------------------------------------------------------------------


def of_role(*views: AgentView, n: int, policy: Policy = POLICY, due: tuple[str, ...] = ()) -> list[Action]:
    made = plan(a_snapshot(*views, policy=policy, heartbeat_n=n - 1, schedule_due=due), policy, NOW)
    return [one for one in made.actions if one.role == "improvement"]


FULL = [a_view(f"w-{number}", age=MINUTE) for number in range(10)]


def test_a_role_that_finds_no_room_stays_due_until_it_has_run_once() -> None:
    (skipped,) = of_role(*FULL, n=3)
    assert (skipped.kind, skipped.put_off) == (ActionKind.SKIP, True)
    (later,) = of_role(*FULL[:9], n=4, due=("improvement",))
    assert (later.kind, later.reason) == (ActionKind.SCHEDULE, "due since before: heartbeat 4, every 3")
    assert of_role(*FULL[:9], n=4) == []
    (still,) = of_role(*FULL, n=5, due=("improvement",))
    assert still.put_off
    ran = a_view("improvement-01", role="improvement", age=MINUTE)
    assert of_role(*FULL[:8], ran, n=5, due=("improvement",)) == [], "it runs: nothing of it is due"


def test_who_has_nothing_to_look_at_is_not_due_and_who_is_held_up_is() -> None:
    assert [one.put_off for one in of_role(n=3)] == [False]
    waits = a_view("w", phase=Phase.WAITING, waiting=a_wait(), spawned_ago=MINUTE)
    assert [one.put_off for one in of_role(a_view("v"), a_view("u"), waits, n=3)] == [True]


@pytest.mark.parametrize(
    "text", ["[slots]\nmax = 3\nreserve = 2\n[slots.roles]\nimprovement = 2", "[slots.roles.improvement]\nmax = 0"]
)
def test_a_role_that_has_no_room_in_an_empty_swarm_either_is_said_and_not_promised(text: str) -> None:
    policy = parse_policy(text)
    snapshot = a_snapshot(a_view("w", spawned_ago=MINUTE, age=None), policy=policy, heartbeat_n=2)
    said = [one for one in plan(snapshot, policy, NOW).actions if "cannot run at all" in one.reason]
    assert [(one.kind, one.put_off) for one in said] == [(ActionKind.SKIP, False), (ActionKind.ALERT, False)]
    assert said[1].cause is AlertCause.SCHEDULE
