"""Limits and a refusing model service in a plan: who is warned, who is ended, and when nobody is started."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import convert

from swarm.config.policy import Policy
from swarm.model.account import Account, Mark
from swarm.model.activity import ActivityState, Tokens
from swarm.model.agent import Liveness
from swarm.model.beat import ActionKind
from swarm.model.causes import AlertCause
from swarm.model.plan import Action, Plan
from swarm.model.record import Alert, Phase
from swarm.model.snapshot import AgentView
from swarm.model.time import Gap, GapKind
from swarm.model.values import replace
from swarm.rules.limits import dollars, many
from swarm.rules.plan import plan
from swarm.rules.verdicts import verdicts
from tests.support.swarms import HEARTBEAT_N, HOUR, MINUTE, NOW, ROOT, a_root, a_snapshot, a_view, full_id, results

WORKER = {"limits": {"roles": {"worker": {"cost_usd": 5.0, "tokens": 1_000_000}}}, "schedule": {}}
WHOLE = {"limits": {"cost_usd": 100.0, "tokens": 1_000_000}, "schedule": {}}
REFUSED = ActivityState(retrying="529 overloaded", retries=4)
WORKING = ActivityState(last_text="on it", turns=1)


def planned(*views: AgentView, policy: dict[str, Any], gap: Gap | None = None, **snapshot: Any) -> Plan:
    rules = convert(policy, Policy)
    return plan(a_snapshot(*views, policy=rules, **snapshot), rules, NOW, gap=gap)


def of(made: Plan, act: ActionKind) -> list[tuple[str, str]]:
    return [(one.agent.removeprefix(f"{ROOT}/"), one.code) for one in made.actions if one.kind is act]


def the(made: Plan, act: ActionKind, code: str) -> Action:
    [found] = [one for one in made.actions if (one.kind, one.code) == (act, code)]
    return found


def worker(name: str = "w", cost: float | None = None, tokens: int = 0, **fields: Any) -> AgentView:
    return a_view(name, tokens=Tokens(tokens), cost_usd=cost, activity=fields.pop("activity", WORKING), **fields)


class TestOneAgent:
    def test_below_the_warning_nothing_is_said(self) -> None:
        assert planned(worker(cost=3.9, tokens=700_000), policy=WORKER).actions == ()

    @pytest.mark.parametrize(
        ("cost", "tokens", "text"),
        [
            (4.1, 0, "$4.10 of its limit of $5 is used"),
            (0.0, 900_000, "900k tokens of its limit of 1M tokens are used"),
            (4.1, 999_000, "999k tokens of its limit of 1M tokens are used"),
        ],
    )
    def test_near_its_limit_it_is_named_once(self, cost: float, tokens: int, text: str) -> None:
        made = planned(worker(cost=cost, tokens=tokens), policy=WORKER)
        assert [(one.kind, one.code, one.reason) for one in made.actions] == [(ActionKind.ALERT, "limit-near", text)]

    def test_at_its_limit_it_is_ended_with_all_below_it(self) -> None:
        made = planned(worker("a", cost=5.25, slots=3), a_view("a/b"), policy=WORKER)
        kill = the(made, ActionKind.KILL, "limit")
        assert (kill.agent, kill.subtree) == (full_id("a"), (full_id("a/b"),))
        assert kill.reason == "its limit of $5 is used up: $5.25"
        assert of(made, ActionKind.ALERT) == []

    def test_a_hole_in_time_does_not_make_it_cheaper(self) -> None:
        made = planned(worker(cost=6.0), policy=WORKER, gap=Gap(GapKind.SUSPENDED, 9 * HOUR))
        assert of(made, ActionKind.KILL) == [("w", "limit")]

    @pytest.mark.parametrize("spared", [{"held_until": HEARTBEAT_N + 2}, {"paused": NOW.awake - MINUTE}])
    def test_whom_the_operator_spared_is_only_named(self, spared: dict[str, Any]) -> None:
        made = planned(worker(cost=6.0, **spared), policy=WORKER)
        assert of(made, ActionKind.KILL) == []
        assert "is used up: $6" in the(made, ActionKind.ALERT, "limit-near").reason

    def test_where_automatic_kills_are_off_it_is_only_named(self) -> None:
        made = planned(worker(cost=6.0), policy={**WORKER, "heartbeat": {"kill": False}})
        assert of(made, ActionKind.ALERT) == [("w", "limit-near")]
        assert of(made, ActionKind.KILL) == []

    def test_a_price_is_missed_in_the_middle_of_the_first_turn(self) -> None:
        made = planned(worker(tokens=10, activity=ActivityState(in_turn=True)), policy=WORKER)
        assert of(made, ActionKind.ALERT) == [("", "price-unknown")]

    def test_nobody_is_ended_over_somebody_who_is_held(self) -> None:
        made = planned(worker("a", cost=6.0, slots=2), a_view("a/b", held_until=HEARTBEAT_N + 2), policy=WORKER)
        assert of(made, ActionKind.KILL) == []
        assert of(made, ActionKind.ALERT) == [("a", "kill-blocked")]

    def test_who_has_reported_or_ended_is_left_alone(self) -> None:
        made = planned(
            worker("done", cost=6.0, results=results()),
            worker("gone", cost=6.0, phase=Phase.ENDED),
            worker("stopping", cost=6.0, phase=Phase.STOPPING),
            policy=WORKER,
        )
        assert of(made, ActionKind.KILL) == []

    def test_a_role_without_a_limit_has_none(self) -> None:
        assert of(planned(worker(role="scout", cost=600.0), policy=WORKER), ActionKind.KILL) == []

    def test_without_a_price_tokens_still_count(self) -> None:
        made = planned(worker(cost=None, tokens=2_000_000), policy=WORKER)
        assert the(made, ActionKind.KILL, "limit").reason == "its limit of 1M tokens is used up: 2M tokens"

    def test_unknown_prices_are_said_in_one_alert(self) -> None:
        made = planned(*(worker(f"w{n}", tokens=10) for n in range(5)), worker("p", 1.0, 10), policy=WORKER)
        assert of(made, ActionKind.ALERT) == [("", "price-unknown")]
        assert "5 agents" in the(made, ActionKind.ALERT, "price-unknown").reason

    def test_where_no_limit_is_in_dollars_no_price_is_missed(self) -> None:
        assert planned(worker(tokens=10), policy={"limits": {"tokens": 1000}, "schedule": {}}).actions == ()

    def test_silence_and_limit_end_it_once(self) -> None:
        made = planned(worker(cost=6.0, age=50 * MINUTE, spawned_ago=9 * HOUR), policy=WORKER)
        assert of(made, ActionKind.KILL) == [("w", "limit")]


class TestTheSwarm:
    def test_near_the_limit_it_is_said_once(self) -> None:
        made = planned(worker(cost=1.0), policy=WHOLE, cost_usd=80.0)
        assert (
            the(made, ActionKind.ALERT, "limit-near").reason
            == "the swarm: $80 of its limit of $100 in 24 hours is used"
        )

    def test_over_it_everybody_who_tells_is_ended_from_the_top(self) -> None:
        made = planned(
            worker("a", cost=60.0, slots=3),
            worker("a/b", cost=41.0),
            a_view("plain"),
            policy=WHOLE,
            cost_usd=101.0,
        )
        assert of(made, ActionKind.KILL) == [("a", "limit")]
        assert of(made, ActionKind.ALERT) == [("", "swarm-limit")]

    def test_what_is_older_than_a_day_does_not_count(self) -> None:
        account = Account(marks=(Mark(NOW.wall - 25 * HOUR, NOW.awake - 25 * HOUR, 0, 95.0),))
        made = planned(worker(cost=60.0), policy=WHOLE, cost_usd=101.0, account=account)
        assert made.actions == ()

    def test_over_it_nobody_is_started(self) -> None:
        policy = {**WHOLE, "schedule": {"improvement": HEARTBEAT_N + 1}, "root": {"on": True}}
        waiting = a_view("x", age=None, phase=Phase.QUEUED, process=None, keeper=None)
        made = planned(waiting, policy=policy, cost_usd=101.0, queue=(full_id("x"),))
        assert {one.kind for one in made.actions} == {ActionKind.ALERT, ActionKind.SKIP}
        assert of(made, ActionKind.SKIP) == [("x", "limit"), ("improvement-01", "improvement"), (ROOT, "limit")]


class TestTheService:
    def test_one_alert_stands_for_all_of_them(self) -> None:
        made = planned(
            *(worker(f"w{n}", activity=REFUSED) for n in range(9)),
            worker("lucky"),
            policy={"schedule": {}, "slots": {}},
        )
        alert = the(made, ActionKind.ALERT, "service")
        assert of(made, ActionKind.ALERT) == [("", "service")]
        assert alert.reason.startswith("model service refuses: 9 of 10 agents, since ")
        assert alert.reason.endswith(": 529 overloaded")

    def test_since_when_is_kept_from_the_first_time(self) -> None:
        first = Alert("", AlertCause.SERVICE, "", first_at=NOW.wall - HOUR)
        views = [worker(f"w{n}", activity=REFUSED) for n in range(2)]
        early = planned(*views, policy={"schedule": {}}, alerts=(first,))
        late = planned(*views, policy={"schedule": {}})
        assert the(early, ActionKind.ALERT, "service").reason != the(late, ActionKind.ALERT, "service").reason

    def test_one_alone_is_its_own_trouble(self) -> None:
        made = planned(worker(activity=REFUSED), policy={"schedule": {}})
        assert of(made, ActionKind.ALERT) == [("w", "retrying")]

    def test_less_than_the_share_is_the_trouble_of_each(self) -> None:
        views = [worker(f"w{n}", activity=REFUSED) for n in range(2)] + [worker(f"v{n}") for n in range(3)]
        assert of(planned(*views, policy={"schedule": {}}), ActionKind.ALERT) == [
            ("w0", "retrying"),
            ("w1", "retrying"),
        ]

    def test_plain_commands_are_not_asked(self) -> None:
        views = [worker(f"w{n}", activity=REFUSED) for n in range(2)] + [a_view(f"v{n}") for n in range(6)]
        assert of(planned(*views, policy={"schedule": {}}), ActionKind.ALERT) == [("", "service")]

    def test_as_long_nobody_is_started_and_nobody_ended(self) -> None:
        policy = {"schedule": {"improvement": HEARTBEAT_N + 1}, "root": {"on": True}}
        waiting = a_view("x", age=None, phase=Phase.QUEUED, process=None, keeper=None)
        views = [worker(f"w{n}", activity=REFUSED, age=50 * MINUTE, spawned_ago=9 * HOUR) for n in range(2)]
        views += [worker("new", activity=REFUSED, age=None, spawned_ago=HOUR)]
        made = planned(waiting, *views, policy=policy, queue=(full_id("x"),))
        assert {one.kind for one in made.actions} == {ActionKind.ALERT, ActionKind.SKIP}
        assert of(made, ActionKind.SKIP) == [("x", "service"), ("improvement-01", "improvement"), (ROOT, "service")]

    @given(
        st.lists(st.booleans(), max_size=9),
        st.sampled_from([0.01, 0.3, 0.5, 0.75, 1.0]),
    )
    def test_it_is_trouble_of_the_swarm_exactly_from_the_share_on(self, refused: list[bool], share: float) -> None:
        views = [worker(f"w{n}", activity=REFUSED if bad else WORKING) for n, bad in enumerate(refused)]
        made = planned(*views, policy={"schedule": {}, "service": {"pause_share": share}})
        count = sum(refused)
        whole = count >= 2 and count / len(refused) >= share
        assert [code for _, code in of(made, ActionKind.ALERT)] == (["service"] if whole else ["retrying"] * count)


class TestTheRoot:
    ON: dict[str, Any] = {"root": {"on": True, "timeout": 600, "cost_usd": 2.0}, "schedule": {}}

    def running(self, minutes: float, **fields: Any) -> AgentView:
        values: dict[str, Any] = {"spawned_ago": minutes * MINUTE, "liveness": Liveness.ALIVE}
        return a_root(age=MINUTE, **{**values, **fields})

    def test_it_is_woken_last_of_all(self) -> None:
        made = planned(worker(results=results()), policy=self.ON)
        assert [one.kind for one in made.actions] == [ActionKind.COLLECT, ActionKind.WAKE]
        assert made.actions[-1].key == f"wake:{ROOT}:"

    def test_where_it_is_off_it_is_not(self) -> None:
        assert planned(policy={"schedule": {}}).actions == ()

    def test_a_turn_that_goes_on_is_left_alone(self) -> None:
        made = planned(self.running(4), policy=self.ON)
        assert [(one.kind, one.reason) for one in made.actions] == [
            (ActionKind.SKIP, "its last turn still goes on, for 4m by now")
        ]

    def test_a_turn_beyond_its_time_makes_room_for_another(self) -> None:
        assert of(planned(self.running(11), policy=self.ON), ActionKind.WAKE) == [(ROOT, "timeout")]

    def test_what_it_was_paused_does_not_count(self) -> None:
        assert of(planned(self.running(11, paused_total=5 * MINUTE), policy=self.ON), ActionKind.SKIP) == [
            (ROOT, "turn")
        ]
        paused = self.running(11, paused=NOW.awake - 5 * MINUTE)
        assert of(planned(paused, policy=self.ON), ActionKind.SKIP) == [(ROOT, "turn")]

    def test_a_person_who_talks_to_it_is_not_disturbed(self) -> None:
        made = planned(self.running(60, taken_over="operator", liveness=Liveness.DEAD), policy=self.ON)
        assert [one.reason for one in made.actions] == ["operator talks to it in a terminal"]

    def test_a_turn_that_has_used_up_its_money_is_ended_alone_and_another_begins(self) -> None:
        turn = self.running(4, cost_usd=12.5)
        assert turn.record is not None
        turn = replace(turn, record=replace(turn.record, cost_usd=10.25))
        made = planned(turn, a_view("w"), policy=self.ON)
        kill = the(made, ActionKind.KILL, "limit")
        assert (kill.agent, kill.subtree, kill.reason) == (ROOT, (), "its turn's limit of $2 is used up: $2.25")

    def test_between_two_turns_it_is_woken_whatever_the_last_one_left(self) -> None:
        resting = a_root(phase=Phase.IDLE, cost_usd=50.0)
        assert of(planned(resting, policy=self.ON), ActionKind.WAKE) == [(ROOT, "")]


@pytest.mark.parametrize(
    ("amount", "words"), [(5.0, "$5"), (4.1, "$4.10"), (0.0023, "$0.0023"), (0.0, "$0"), (1234.5, "$1234.50")]
)
def test_money_is_spelled_as_people_write_it(amount: float, words: str) -> None:
    assert dollars(amount) == words


@pytest.mark.parametrize(
    ("count", "words"),
    [(0, "0"), (999, "999"), (1000, "1k"), (12_345, "12.3k"), (1_600_000, "1.6M"), (250_000_000, "250M")],
)
def test_large_counts_are_spelled_short(count: int, words: str) -> None:
    assert many(count) == words


def test_a_retrying_agent_is_not_aged() -> None:
    snapshot = a_snapshot(worker("w", activity=REFUSED, age=None, spawned_ago=9 * HOUR))
    assert str(verdicts(snapshot, Policy(), NOW)[full_id("w")].state) == "retrying"
