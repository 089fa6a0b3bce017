"""What programs tell of themselves, in the table of health: retries, waiting, open tools, a person, sub-agents."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from swarm.model.activity import ActivityState, OpenTool, SubAgent, TurnEnd
from swarm.model.agent import Exit, Liveness
from swarm.model.causes import ProblemCode
from swarm.model.health import Health, Verdict
from swarm.model.record import Phase
from swarm.model.snapshot import AgentView, Problem
from swarm.model.values import replace
from swarm.rules.health import verdict, waiting_for_model
from swarm.rules.triage import is_problem, severity
from tests.support.swarms import (
    HEARTBEAT_N,
    HOUR,
    LOOP,
    MINUTE,
    NOW,
    POLICY,
    a_record,
    a_view,
    a_wait,
    an_exit,
    results,
)

PATIENCE = POLICY.service.waiting_after
IN_TURN = ActivityState(in_turn=True, session="s")
TOOL = OpenTool("t1", "Bash", "make test", NOW.wall - 4 * MINUTE)


def judge(view: AgentView) -> Verdict:
    return verdict(view, NOW, POLICY, heartbeat_n=HEARTBEAT_N)


def at_work(
    activity: ActivityState = IN_TURN, *, heard: float | None = 1.0, age: float | None = MINUTE, **fields: Any
) -> AgentView:
    """An agent that runs. heard: seconds since its program's last sign of life."""
    at = None if heard is None else NOW.awake - heard
    return a_view(age=age, spawned_ago=24 * HOUR, activity=activity, heard=at, **fields)


class TestWaitingForTheModel:
    def test_a_turn_in_which_nothing_comes_is_waiting_after_the_policys_time(self) -> None:
        found = judge(at_work(heard=PATIENCE + 2 * MINUTE))
        assert found.state is Health.RETRYING
        assert found.why == f"waiting for the model for {int(PATIENCE / MINUTE) + 2}m; nothing ends it while it tries"

    def test_before_that_it_is_told_when_it_would_be(self) -> None:
        found = judge(at_work(heard=PATIENCE - 30))
        assert (found.state, found.next_state) == (Health.FRESH, Health.RETRYING)
        assert found.in_seconds == pytest.approx(30)

    def test_what_comes_sooner_is_told_instead(self) -> None:
        late_in = 10.0
        found = judge(at_work(heard=0.0, age=POLICY.heartbeat.period - late_in))
        assert (found.state, found.next_state) == (Health.FRESH, Health.LATE)
        assert found.in_seconds == pytest.approx(late_in)

    @pytest.mark.parametrize("minutes", [16, 31, 46, 89])
    def test_nobody_is_ended_for_it_while_a_program_may_still_be_waiting(self, minutes: float) -> None:
        found = judge(at_work(heard=minutes * MINUTE, age=minutes * MINUTE))
        assert (found.state, found.kill_due, found.kill_in) == (Health.RETRYING, False, None)

    def test_longer_than_any_program_waits_is_a_silence_like_any_other(self) -> None:
        minutes = POLICY.service.give_up_after / MINUTE + 1
        found = judge(at_work(heard=minutes * MINUTE, age=minutes * MINUTE))
        assert (found.state, found.kill_due) == (Health.OVERDUE, True)

    def test_who_waits_is_not_looping(self) -> None:
        looping = a_view("worker-1", *LOOP, age=MINUTE)
        assert judge(looping).state is Health.LOOPING
        assert judge(replace(looping, activity=IN_TURN, heard=NOW.awake - HOUR)).state is Health.RETRYING

    @pytest.mark.parametrize(
        "activity",
        [
            replace(IN_TURN, open_tools=(TOOL,)),
            replace(IN_TURN, subagents=(SubAgent("a1", "look"),)),
            ActivityState(in_turn=False, turn_end=TurnEnd(ok=True)),
        ],
        ids=["a tool is open", "a sub-agent works", "its turn is over"],
    )
    def test_who_does_something_else_ages_as_before(self, activity: ActivityState) -> None:
        view = at_work(activity, heard=HOUR, age=HOUR)
        assert waiting_for_model(view, NOW) is None
        found = judge(view)
        assert (found.state, found.kill_due) == (Health.OVERDUE, True)

    def test_who_tells_nothing_ages_as_before(self) -> None:
        assert judge(replace(a_view(age=HOUR, spawned_ago=24 * HOUR), activity=None)).state is Health.OVERDUE
        assert judge(at_work(heard=None, age=HOUR)).state is Health.OVERDUE

    @pytest.mark.parametrize(
        ("fields", "state"),
        [
            ({"results": results()}, Health.DONE),
            ({"exit": an_exit("worker-1", 1)}, Health.FAILED),
            ({"paused": NOW.awake - 5}, Health.PAUSED),
            ({"held_until": HEARTBEAT_N + 2}, Health.HELD),
            ({"taken_over": "operator", "taken_at": NOW.awake - 60}, Health.HELD),
        ],
    )
    def test_what_is_surer_comes_first(self, fields: dict[str, Any], state: Health) -> None:
        assert judge(at_work(heard=HOUR, **fields)).state is state


class TestRetrying:
    REFUSED = replace(IN_TURN, retrying="529 overloaded", retries=3)

    def test_nobody_is_ended_while_its_program_tries_again(self) -> None:
        found = judge(at_work(self.REFUSED, heard=POLICY.service.give_up_after - 1, age=10 * HOUR))
        assert (found.state, found.kill_due) == (Health.RETRYING, False)

    @pytest.mark.parametrize("more", [{}, {"subagents": (SubAgent("a1", "look"),)}], ids=["alone", "with a sub-agent"])
    def test_a_try_after_which_nothing_comes_is_a_silence_like_any_other(self, more: dict[str, Any]) -> None:
        quiet = POLICY.service.give_up_after + 1
        found = judge(at_work(replace(self.REFUSED, **more), heard=quiet, age=quiet))
        assert (found.state, found.kill_due) == (Health.OVERDUE, True)


class TestOpenTools:
    @pytest.mark.parametrize("age", [MINUTE, 20 * MINUTE, 40 * MINUTE, HOUR])
    def test_the_reason_says_in_which_tool_it_is_and_for_how_long(self, age: float) -> None:
        found = judge(at_work(replace(IN_TURN, open_tools=(TOOL,)), age=age))
        assert found.why.endswith("; in Bash for 4m: make test")

    def test_its_own_tool_is_told_and_not_that_of_a_sub_agent(self) -> None:
        inner = OpenTool("t2", "Read", "notes.md", NOW.wall - MINUTE, parent="t0")
        assert judge(at_work(replace(IN_TURN, open_tools=(TOOL, inner)))).why.endswith("make test")
        assert judge(at_work(replace(IN_TURN, open_tools=(inner,)))).why.endswith("; in Read for 1m: notes.md")

    def test_long_words_are_cut_and_times_that_lie_ahead_are_no_time(self) -> None:
        tool = OpenTool("t1", "", "x" * 400, NOW.wall + HOUR)
        why = judge(at_work(replace(IN_TURN, open_tools=(tool,)))).why
        assert "in a tool for 0s: xxx" in why
        assert len(why) < 150


class TestAPersonInItsTerminal:
    @pytest.mark.parametrize("phase", [Phase.RUNNING, Phase.SPAWNING])
    def test_it_is_held_and_nobody_collects_frees_or_ends_it(self, phase: Phase) -> None:
        for fields in ({}, {"results": results()}, {"exit": an_exit("worker-1", 0)}, {"liveness": None}):
            view = at_work(age=10 * HOUR, phase=phase, taken_over="operator", taken_at=NOW.awake - 5 * MINUTE, **fields)
            found = judge(view)
            assert (found.state, found.kill_due, found.kill_in) == (Health.HELD, False, None)
            assert found.why == "taken over by operator for 5m; nothing ends it: it does not age meanwhile"

    def test_its_age_stands_still_meanwhile(self) -> None:
        found = judge(at_work(age=HOUR, taken_over="operator", taken_at=NOW.awake - 50 * MINUTE))
        assert found.age == pytest.approx(10 * MINUTE)


class TestSubAgents:
    def inner(self, **fields: Any) -> AgentView:
        told = SubAgent("a1", "look around", since=NOW.wall - 3 * MINUTE, doing="Reading notes")
        return replace(a_view("worker-1/~a1", record=None), ghost=True, inner=told, **fields)

    def test_one_is_fresh_as_long_as_its_program_names_it(self) -> None:
        found = judge(self.inner())
        assert found.state is Health.FRESH
        assert found.why == "a sub-agent of the program's own for 3m: Reading notes"
        assert not found.kill_due

    def test_by_itself_it_needs_nobody_while_a_stray_agent_does(self) -> None:
        view = self.inner()
        stray = replace(view, inner=None)
        assert not is_problem(judge(view), view)
        assert is_problem(judge(stray), stray)
        assert severity(judge(view), view) > severity(judge(stray), stray)


@pytest.mark.parametrize(
    ("code", "calls"),
    [
        (ProblemCode.MODEL, True),
        (ProblemCode.MCP, True),
        (ProblemCode.DENIED, False),
        (ProblemCode.PROGRAM, False),
    ],
)
def test_which_of_a_programs_troubles_need_a_person(code: ProblemCode, calls: bool) -> None:
    view = at_work(problems=(Problem(code, "what it says"),))
    assert is_problem(judge(view), view) is calls


tools = st.builds(OpenTool, st.text(max_size=3), st.text(max_size=9), st.text(max_size=300), st.floats(0, 1e12))
activity = st.builds(
    ActivityState,
    in_turn=st.booleans(),
    retrying=st.sampled_from(["", "529"]),
    open_tools=st.lists(tools, max_size=2).map(tuple),
    subagents=st.lists(st.builds(SubAgent, st.text(max_size=3), st.text(max_size=9)), max_size=2).map(tuple),
)


@given(activity, st.none() | st.floats(-1e9, 1e9), st.floats(0, 1e6))
def test_whatever_a_program_tells_it_is_never_ended_in_need_of_its_model(
    told: ActivityState, heard: float | None, age: float
) -> None:
    view = at_work(told, heard=heard, age=age)
    found = judge(view)
    silent = waiting_for_model(view, NOW)
    assert silent is None or silent >= 0
    heard_of = max(0.0, heard or 0.0) < POLICY.service.give_up_after
    if heard_of and (told.retrying or (silent is not None and silent >= PATIENCE)):
        assert found.state is Health.RETRYING
    assert not (found.kill_due and found.state is Health.RETRYING)
    assert found.in_seconds is None or found.in_seconds >= 0


class TestATurnThatFailed:
    FAILED = ActivityState(session="s", turns=1, turn_end=TurnEnd(ok=False, why="529 overloaded"))

    @pytest.mark.parametrize("minutes", [1, 20, 31, 50])
    def test_is_said_whatever_its_age_is(self, minutes: float) -> None:
        assert judge(at_work(self.FAILED, age=minutes * MINUTE)).why.endswith("; its last turn failed: 529 overloaded")

    def test_is_over_with_the_next_turn(self) -> None:
        assert "failed" not in judge(at_work(replace(self.FAILED, in_turn=True, turn_end=None))).why


@pytest.mark.parametrize("left", [None, an_exit("worker-1")], ids=["put aside", "not yet"])
def test_who_is_started_again_is_not_judged_by_what_its_earlier_run_left(left: Exit | None) -> None:
    waited = a_wait(why="529 overloaded", over=NOW.awake)
    record = a_record("worker-1", phase=Phase.SPAWNING, waiting=waited)
    judged = judge(a_view("worker-1", record=record, exit=left, liveness=Liveness.DEAD))
    assert judged.state is Health.STARTING
    assert judged.why == "it is being started again; its program had ended: 529 overloaded"
