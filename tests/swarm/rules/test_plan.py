"""A heartbeat as data: what it would do, in which order, and whom it leaves alone."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from swarm.config.checked import parse_policy
from swarm.config.policy import Policy
from swarm.model.activity import ActivityState
from swarm.model.agent import Acceptance, Liveness
from swarm.model.beat import ActionKind
from swarm.model.causes import ProblemCode
from swarm.model.health import Health
from swarm.model.plan import Action, Plan
from swarm.model.record import Ending, Observed, Phase
from swarm.model.reports import Progress, Results
from swarm.model.snapshot import AgentView, Problem, Snapshot
from swarm.model.time import Gap, GapKind, Now
from swarm.model.values import replace
from swarm.rules.budgets.slot_tree import SlotTree
from swarm.rules.plan import leave_out, plan
from swarm.rules.verdicts import verdicts
from tests.support import swarms
from tests.support.swarms import (
    HEARTBEAT_N,
    HOUR,
    LOOP,
    MINUTE,
    NOW,
    PERIOD,
    POLICY,
    ROOT,
    a_record,
    a_root,
    a_snapshot,
    a_spec,
    a_view,
    an_exit,
    full_id,
    invalid_results,
    results,
)

UNSCHEDULED = parse_policy("schedule = {}")


def planned(*views: AgentView, policy: Policy = UNSCHEDULED, gap: Gap | None = None, **snapshot: Any) -> Plan:
    return plan(a_snapshot(*views, policy=policy, **snapshot), policy, NOW, gap=gap)


def acts(made: Plan, *kinds: ActionKind) -> list[tuple[ActionKind, str]]:
    """(what, whom) without the root before the ids."""
    wanted = kinds or tuple(ActionKind)
    return [(one.kind, one.agent.removeprefix(f"{ROOT}/")) for one in made.actions if one.kind in wanted]


def alerts(made: Plan) -> list[tuple[str, str]]:
    return [(one.agent.removeprefix(f"{ROOT}/"), one.code) for one in made.actions if one.kind is ActionKind.ALERT]


def the(made: Plan, act: ActionKind) -> Action:
    [found] = [one for one in made.actions if one.kind is act]
    return found


def overdue(name: str, **fields: Any) -> AgentView:
    return a_view(name, age=50 * MINUTE, spawned_ago=9 * HOUR, **fields)


class TestSilence:
    @pytest.mark.parametrize(
        ("minutes", "expected"),
        [
            (14, []),
            (29, []),
            (31, [ActionKind.INVESTIGATE]),
            (44, [ActionKind.INVESTIGATE]),
            (46, [ActionKind.INVESTIGATE, ActionKind.KILL]),
        ],
    )
    def test_two_periods_are_investigated_and_three_end_it(self, minutes: float, expected: list[ActionKind]) -> None:
        made = planned(a_view(age=minutes * MINUTE, spawned_ago=9 * HOUR))
        assert [one.kind for one in made.actions] == expected

    def test_a_silence_is_investigated_once(self) -> None:
        view = a_view(age=32 * MINUTE, spawned_ago=9 * HOUR)
        known = replace(view.record, investigated=view.observed.changed) if view.record else None
        assert acts(planned(replace(view, record=known))) == []

    def test_a_new_silence_is_investigated_anew(self) -> None:
        view = a_view(age=32 * MINUTE, spawned_ago=9 * HOUR, investigated=NOW.awake - 5 * HOUR)
        assert acts(planned(view)) == [(ActionKind.INVESTIGATE, "worker-1")]

    def test_a_kill_carries_the_evidence(self) -> None:
        assert the(planned(overdue("w")), ActionKind.KILL).reason.startswith(
            "silent 50m: no line in progress.md since "
        )

    @pytest.mark.parametrize(
        "fields",
        [
            {"held_until": HEARTBEAT_N + 1},
            {"paused": NOW.awake - 49 * MINUTE},
            {"results": results()},
            {"phase": Phase.STOPPING},
            {"record": None},
            {"foreign": True},
            {"activity": ActivityState(retrying="529 overloaded", retries=3)},
            {"progress": Progress(error="is a FIFO")},
            {"phase": Phase.ENDED, "ending": Ending.KILLED},
        ],
        ids=lambda fields: "-".join(fields),
    )
    def test_some_silences_end_nobody(self, fields: dict[str, Any]) -> None:
        made = planned(a_view(age=50 * MINUTE, **{"spawned_ago": 9 * HOUR, **fields}))
        assert acts(made, ActionKind.KILL, ActionKind.INVESTIGATE) == []

    def test_the_root_is_never_ended_even_while_a_turn_of_it_hangs(self) -> None:
        made = planned(a_root(age=50 * MINUTE, liveness=Liveness.ALIVE))
        assert acts(made, ActionKind.KILL) == []

    def test_where_automatic_kills_are_off_it_is_only_investigated(self) -> None:
        policy = parse_policy("schedule = {}\n[heartbeat]\nkill = false")
        assert acts(planned(overdue("w"), policy=policy)) == [(ActionKind.INVESTIGATE, "w")]

    def test_failure_3_a_looping_agent_raises_an_alert_and_is_told_before_anything_else_follows(self) -> None:
        made = planned(a_view("w", *LOOP))
        assert acts(made, ActionKind.KILL, ActionKind.WARN) == [(ActionKind.WARN, "w")]
        assert alerts(made) == [("w", "looping")]

    @pytest.mark.parametrize(
        ("warned", "text", "ends"),
        [
            (29 * MINUTE, "", False),
            (30 * MINUTE, "", True),
            (9 * HOUR, '[looping]\nthen = "alert"', False),
            (10 * MINUTE, "[looping]\nwarn_periods = 0.5", True),
            (9 * HOUR, "[heartbeat]\nkill = false", False),
        ],
    )
    def test_failure_3_who_was_warned_long_enough_ago_and_loops_still_ends(
        self, warned: float, text: str, *, ends: bool
    ) -> None:
        view = a_view("w", *LOOP, spawned_ago=9 * HOUR, loop_warned=NOW.awake - warned)
        made = planned(view, policy=parse_policy(f"schedule = {{}}\n{text}"))
        assert acts(made, ActionKind.KILL, ActionKind.WARN) == ([(ActionKind.KILL, "w")] if ends else [])

    def test_after_a_gap_no_loop_ends(self) -> None:
        made = planned(a_view("w", *LOOP, loop_warned=NOW.awake - 9 * HOUR), gap=Gap(GapKind.SUSPENDED, HOUR))
        assert acts(made, ActionKind.KILL) == []


class TestSubtrees:
    def test_a_kill_names_everybody_below_children_first(self) -> None:
        made = planned(overdue("a", slots=4), a_view("a/b", slots=2), a_view("a/b/c"), a_view("a/d"))
        subtree = the(made, ActionKind.KILL).subtree
        assert set(subtree) == {full_id("a/b"), full_id("a/b/c"), full_id("a/d")}
        assert subtree.index(full_id("a/b/c")) < subtree.index(full_id("a/b"))

    def test_who_goes_down_with_another_is_not_named_twice(self) -> None:
        made = planned(overdue("a", slots=3), overdue("a/b", slots=2), overdue("a/b/c"))
        assert acts(made, ActionKind.KILL) == [(ActionKind.KILL, "a")]

    def test_who_has_ended_or_reported_below_is_left_out(self) -> None:
        made = planned(
            overdue("a", slots=4),
            a_view("a/done", results=results()),
            a_view("a/gone", phase=Phase.ENDED, ending=Ending.FAILED),
            a_view("a/import", record=None),
        )
        assert the(made, ActionKind.KILL).subtree == ()
        assert (ActionKind.COLLECT, "a/done") in acts(made)

    @pytest.mark.parametrize("fields", [{"held_until": HEARTBEAT_N + 3}, {"paused": NOW.awake - MINUTE}])
    def test_nobody_is_ended_over_somebody_whom_the_operator_wants_to_live(self, fields: dict[str, Any]) -> None:
        made = planned(overdue("a", slots=3), a_view("a/b", **fields), overdue("a/c"))
        assert acts(made, ActionKind.KILL) == [(ActionKind.KILL, "a/c")]
        assert ("a", "kill-blocked") in alerts(made)

    def test_an_overdue_worker_takes_nobody_above_it_along(self) -> None:
        made = planned(a_view("a", slots=2), overdue("a/b"))
        assert acts(made, ActionKind.KILL) == [(ActionKind.KILL, "a/b")]


class TestResults:
    def test_valid_results_are_collected_once(self) -> None:
        assert acts(planned(a_view(results=results()))) == [(ActionKind.COLLECT, "worker-1")]
        ended: dict[str, Any] = {"phase": Phase.ENDED, "ending": Ending.DONE}
        assert acts(planned(a_view(results=results(), **ended))) == [(ActionKind.COLLECT, "worker-1")]
        assert acts(planned(a_view(results=results(), collected_n=HEARTBEAT_N, **ended))) == []

    def test_failed_results_are_collected_too(self) -> None:
        assert acts(planned(a_view(results=results("failed")))) == [(ActionKind.COLLECT, "worker-1")]

    def test_outcomes_are_checked_before_they_are_collected_and_only_once(self) -> None:
        spec = a_spec("w", acceptance=(Acceptance("the link is live", "test -f live"),))
        made = planned(a_view("w", results=results(), spec=spec))
        assert acts(made) == [(ActionKind.CHECK, "w"), (ActionKind.COLLECT, "w")]
        again = planned(a_view("w", results=results(), spec=spec, collected_n=HEARTBEAT_N, checked_n=HEARTBEAT_N))
        assert acts(again) == []

    @pytest.mark.parametrize("status", ["failed", "success"])
    def test_there_is_nothing_to_check_in_a_failure_nor_without_a_check(self, status: str) -> None:
        check = "true" if status == "failed" else None
        spec = a_spec("w", acceptance=(Acceptance("the link is live", check),))
        assert acts(planned(a_view("w", results=results(status), spec=spec)), ActionKind.CHECK) == []

    @pytest.mark.parametrize(
        ("fields", "code"),
        [
            ({"exit": an_exit("w", 1), "liveness": Liveness.DEAD}, "failed"),
            ({"liveness": Liveness.DEAD}, "lost"),
            ({"liveness": Liveness.STRANGER}, "lost"),
            ({"phase": Phase.STOPPING, "exit": an_exit("w", -15, stopped=True)}, "killed"),
        ],
    )
    def test_who_ended_without_results_gives_its_slot_back(self, fields: dict[str, Any], code: str) -> None:
        free = the(planned(a_view("w", **fields)), ActionKind.FREE)
        assert (free.agent, free.code) == (full_id("w"), code)

    def test_who_cannot_be_looked_at_is_freed_by_the_rule_and_signalled_by_nobody(self) -> None:
        elsewhere = overdue("w", liveness=Liveness.ELSEWHERE)
        made = planned(elsewhere)
        assert (acts(made, ActionKind.KILL), the(made, ActionKind.FREE).code) == ([], "lost")
        assert acts(planned(elsewhere, gap=Gap(GapKind.SUSPENDED, HOUR)), ActionKind.FREE) == []
        assert acts(planned(a_view("w", liveness=Liveness.ELSEWHERE)), ActionKind.FREE) == []

    def test_an_archived_spawn_is_let_be(self) -> None:
        record = a_record("w", phase=Phase.ENDED, ending=Ending.DONE)
        spec = a_spec("w", acceptance=(Acceptance("done", "true"),))
        archived = a_view("w.1", record=record, foreign=False, results=results(), spec=spec)
        assert acts(planned(archived)) == []


class TestAlerts:
    @pytest.mark.parametrize(
        ("fields", "causes"),
        [
            ({"results": invalid_results(), "invalid_since_n": HEARTBEAT_N}, ["results-invalid"]),
            ({"results": invalid_results(), "invalid_since_n": None}, []),
            ({"held_until": HEARTBEAT_N}, ["hold-expired"]),
            ({"held_until": HEARTBEAT_N - 1}, []),
            ({"held_until": HEARTBEAT_N + 1}, []),
            ({"problems": (Problem(ProblemCode.INJECTION, "text"),)}, ["injection"]),
            (
                {"problems": (Problem(ProblemCode.CLOCK, "12 min off"), Problem(ProblemCode.MISSPELT, "progess.md"))},
                ["clock", "misspelt"],
            ),
            (
                {"problems": (Problem(ProblemCode.INJECTION, "one"), Problem(ProblemCode.INJECTION, "two"))},
                ["injection"],
            ),
            (
                {"progress": Progress(error="is a FIFO"), "problems": (Problem(ProblemCode.UNREADABLE, "x"),)},
                ["unreadable"],
            ),
            ({"problems": (Problem(ProblemCode.UNREADABLE, "exit.json is a link"),)}, ["unreadable"]),
            (
                {"phase": Phase.ENDED, "ending": Ending.KILLED, "problems": (Problem(ProblemCode.INJECTION, "text"),)},
                [],
            ),
            ({"phase": Phase.ENDED, "ending": Ending.KILLED, "unverified": "a child"}, ["unverified"]),
        ],
    )
    def test_causes(self, fields: dict[str, Any], causes: list[str]) -> None:
        assert alerts(planned(a_view("w", **fields))) == [("w", cause) for cause in causes]

    def test_results_unread_for_three_heartbeats(self) -> None:
        def seen(n: int, **fields: Any) -> list[tuple[str, str]]:
            view = a_view("w", phase=Phase.ENDED, ending=Ending.DONE, results=results(), collected_n=n, **fields)
            return alerts(planned(view))

        assert seen(HEARTBEAT_N - 1) == []
        assert seen(HEARTBEAT_N - 2) == [("w", "results-unread")]
        assert seen(HEARTBEAT_N - 5) == [("w", "results-orphaned")]
        assert seen(HEARTBEAT_N - 5, read_at=NOW.wall) == []

    def test_more_below_an_agent_than_its_budget_allows(self) -> None:
        ghost = a_view("a/ghost", record=None, ghost=True)
        assert ("a", "over-budget") in alerts(planned(a_view("a"), ghost))

    def test_more_in_the_whole_swarm_than_there_are_slots(self) -> None:
        crowd = [a_view(f"w{n:02d}") for n in range(13)]
        assert ("", "over-budget") in alerts(planned(*crowd))

    def test_problems_of_the_home_itself(self) -> None:
        made = planned(problems=(("", Problem(ProblemCode.LINK, "swarm/agents/x is a link")),))
        assert alerts(made) == [("", "link")]


class TestGaps:
    @pytest.mark.parametrize(
        ("kind", "words"),
        [
            ("suspended", "the machine slept 8h"),
            ("jumped", "the machine was paused, or its clock set forward, by 8h"),
            ("stepped-back", "the clock was set back by 8h"),
            ("rebooted", "the machine was restarted, and off for 8h"),
        ],
    )
    def test_after_a_hole_in_time_nobody_is_ended_and_one_alert_says_why(self, kind: str, words: str) -> None:
        made = planned(overdue("w"), gap=Gap(GapKind(kind), 8 * HOUR))
        assert acts(made) == [(ActionKind.INVESTIGATE, "w"), (ActionKind.ALERT, "")]
        assert made.gap == words

    def test_after_the_scheduler_was_down_too(self) -> None:
        down = planned(overdue("w"), heartbeat_last=NOW.awake - 2 * HOUR)
        assert acts(down, ActionKind.KILL) == []
        assert down.gap == "no heartbeat for 2h"
        assert alerts(down) == [("", "gap")]

    def test_two_periods_without_a_heartbeat_are_no_gap(self) -> None:
        assert planned(overdue("w"), heartbeat_last=NOW.awake - 2 * PERIOD).gap == ""

    def test_who_beats_more_slowly_on_purpose_leaves_no_gap(self) -> None:
        snapshot = a_snapshot(overdue("w"), heartbeat_last=NOW.awake - HOUR)
        assert plan(snapshot, UNSCHEDULED, NOW).gap == "no heartbeat for 1h"
        assert plan(snapshot, UNSCHEDULED, NOW, period=HOUR).gap == ""

    def test_the_first_heartbeat_of_a_home_with_older_agents_ends_nobody(self) -> None:
        made = planned(overdue("w"), heartbeat_last=None, heartbeat_n=0)
        assert acts(made) == [(ActionKind.INVESTIGATE, "w")]
        assert made.gap.startswith("the first heartbeat here")

    def test_the_first_heartbeat_of_a_young_home_has_no_gap(self) -> None:
        made = planned(a_view(spawned_ago=MINUTE), a_root(spawned_ago=MINUTE), heartbeat_last=None, heartbeat_n=0)
        assert (made.n, made.gap) == (1, "")

    def test_what_is_dead_for_certain_is_freed_all_the_same(self) -> None:
        made = planned(a_view("w", liveness=Liveness.DEAD), gap=Gap(GapKind.REBOOTED, HOUR))
        assert (ActionKind.FREE, "w") in acts(made)


class TestSpawning:
    def queued(self, name: str, size: int = 1, **fields: Any) -> AgentView:
        return a_view(name, age=None, phase=Phase.QUEUED, slots=size, **fields)

    def beat(self, *views: AgentView, policy: Policy = UNSCHEDULED) -> list[tuple[ActionKind, str]]:
        waiting = tuple(view.id for view in views if view.record and view.record.phase is Phase.QUEUED)
        return acts(planned(*views, policy=policy, queue=waiting), ActionKind.SPAWN, ActionKind.SKIP)

    def test_the_queue_is_served_in_order_while_there_are_slots(self) -> None:
        found = self.beat(*(a_view(f"w{n}") for n in range(8)), *(self.queued(f"x{n}") for n in range(4)))
        assert found == [
            (ActionKind.SPAWN, "x0"),
            (ActionKind.SPAWN, "x1"),
            (ActionKind.SKIP, "x2"),
            (ActionKind.SKIP, "x3"),
        ]

    def test_nobody_small_overtakes_somebody_large(self) -> None:
        found = self.beat(*(a_view(f"w{n}") for n in range(8)), self.queued("large", 4), self.queued("small"))
        assert found == [(ActionKind.SKIP, "large"), (ActionKind.SKIP, "small")]

    def test_one_that_would_stand_too_deep_is_skipped_and_the_record_says_so(self) -> None:
        shallow = replace(UNSCHEDULED, slots=replace(UNSCHEDULED.slots, max_depth=1))
        below = self.queued("a/y")
        made = planned(a_view("a", slots=2), below, policy=shallow, queue=(below.id,))
        assert the(made, ActionKind.SKIP).code == "depth"

    def test_another_level_has_its_own_order(self) -> None:
        found = self.beat(
            a_view("a", slots=2),
            *(a_view(f"w{n}") for n in range(8)),
            self.queued("x"),
            self.queued("a/y"),
            self.queued("z"),
        )
        assert found == [(ActionKind.SKIP, "x"), (ActionKind.SPAWN, "a/y"), (ActionKind.SKIP, "z")]

    @pytest.mark.parametrize(
        "leaving", [overdue("w9"), a_view("w9", results=results()), a_view("w9", liveness=Liveness.DEAD)]
    )
    def test_what_this_heartbeat_frees_it_gives_away(self, leaving: AgentView) -> None:
        others = [a_view(f"w{n}") for n in range(9)]
        assert self.beat(*others, a_view("w9"), self.queued("x")) == [(ActionKind.SKIP, "x")]
        assert self.beat(*others, leaving, self.queued("x")) == [(ActionKind.SPAWN, "x")]

    def test_a_kill_that_is_blocked_frees_nothing(self) -> None:
        blocked = (overdue("a", slots=10), a_view("a/b", held_until=HEARTBEAT_N + 2))
        assert self.beat(*blocked, self.queued("x")) == [(ActionKind.SKIP, "x")]

    def test_a_place_in_the_reserve_is_kept_in_the_queue(self) -> None:
        crowd = [a_view(f"w{n}") for n in range(10)]
        assert self.beat(*crowd, self.queued("x", reserve=True)) == [(ActionKind.SPAWN, "x")]

    def test_an_id_of_the_queue_without_a_view_takes_one_slot(self) -> None:
        made = planned(*(a_view(f"w{n}") for n in range(9)), queue=(full_id("x"), full_id("y")))
        assert acts(made, ActionKind.SPAWN, ActionKind.SKIP) == [(ActionKind.SPAWN, "x"), (ActionKind.SKIP, "y")]

    def test_a_role_comes_every_third_heartbeat(self) -> None:
        for n in range(6):
            made = planned(a_view("w"), policy=POLICY, heartbeat_n=n)
            expected = [(ActionKind.SCHEDULE, "improvement-01")] if n + 1 in (3, 6) else []
            assert acts(made, ActionKind.SCHEDULE) == expected

    def test_a_scheduled_action_names_its_role(self) -> None:
        assert the(planned(a_view("w"), policy=POLICY, heartbeat_n=2), ActionKind.SCHEDULE).code == "improvement"

    @pytest.mark.parametrize("phase", [Phase.RUNNING, Phase.SPAWNING, Phase.STOPPING, Phase.QUEUED])
    def test_while_one_of_its_role_lives_or_waits_no_other_comes(self, phase: Phase) -> None:
        busy = a_view("auditor", role="improvement", phase=phase)
        assert acts(planned(busy, policy=POLICY, heartbeat_n=2), ActionKind.SCHEDULE) == []

    def test_an_ended_one_makes_place_for_the_next_under_another_name(self) -> None:
        gone = a_view("improvement-01", role="improvement", phase=Phase.ENDED, ending=Ending.DONE)
        made = planned(gone, a_view("w", spawned_ago=MINUTE), policy=POLICY, heartbeat_n=2)
        assert acts(made, ActionKind.SCHEDULE) == [(ActionKind.SCHEDULE, "improvement-02")]

    def test_without_a_slot_a_turn_is_skipped_and_the_record_says_so(self) -> None:
        made = planned(*(a_view(f"w{n}") for n in range(10)), policy=POLICY, heartbeat_n=2)
        skip = the(made, ActionKind.SKIP)
        assert (skip.code, "No slot is free" in skip.reason) == ("improvement", True)

    def test_the_queue_comes_before_the_schedule(self) -> None:
        snapshot: dict[str, Any] = {"queue": (full_id("x"),), "policy": POLICY, "heartbeat_n": 2}
        made = planned(*(a_view(f"w{n}") for n in range(9)), self.queued("x"), **snapshot)
        assert acts(made, ActionKind.SPAWN, ActionKind.SCHEDULE, ActionKind.SKIP) == [
            (ActionKind.SPAWN, "x"),
            (ActionKind.SKIP, "improvement-01"),
        ]


def test_the_phases_come_in_their_order() -> None:
    crowd = (
        overdue("a"),
        a_view("b", results=results(), spec=a_spec("b", acceptance=(Acceptance("done", "true"),))),
        a_view("c", liveness=Liveness.DEAD),
        a_view("d", *LOOP),
        a_view("x", age=None, phase=Phase.QUEUED),
    )
    made = planned(*crowd, policy=POLICY, queue=(full_id("x"),), heartbeat_n=2)
    assert [one.kind for one in made.actions] == [
        ActionKind.INVESTIGATE,
        ActionKind.KILL,
        ActionKind.CHECK,
        ActionKind.COLLECT,
        ActionKind.FREE,
        ActionKind.ALERT,
        ActionKind.WARN,
        ActionKind.SPAWN,
        ActionKind.SCHEDULE,
    ]


def test_states_are_counted() -> None:
    made = planned(*(view for state, view in swarms.every_state().items() if state is not Health.IDLE))
    assert made.counts == {str(state): 1 for state in Health}


def test_slots_are_those_after_what_is_freed() -> None:
    made = planned(overdue("w"), a_view("done", results=results()), a_view("rest"))
    assert (made.slots.committed, made.slots.free) == (1, 9)


def test_an_unticked_row_is_not_done_and_all_others_are() -> None:
    made = planned(overdue("w1"), overdue("w2"))
    spared = the(planned(overdue("w1")), ActionKind.KILL).key
    left = leave_out(made, frozenset({spared}))
    assert acts(left, ActionKind.KILL) == [(ActionKind.KILL, "w2")]
    assert len(left.actions) == len(made.actions) - 1


def test_keys_are_unique_so_that_a_row_can_be_unticked() -> None:
    made = plan(swarms.big_example(), POLICY, NOW)
    keys = [one.key for one in made.actions]
    assert len(keys) == len(set(keys))


def test_the_big_example_holds_every_case_that_it_promises() -> None:
    example = swarms.big_example()
    states = {one.state for one in verdicts(example, POLICY, NOW).values()}
    assert states >= set(Health) - {Health.RETRYING, Health.WAITING, Health.UNKNOWN, Health.DISPUTED}
    assert {view.id for view in example.agents if view.ghost} == {full_id("scout-01/helper-2")}
    assert {view.id for view in example.agents if view.foreign and not view.ghost} == {"notes-import"}
    made = plan(example, POLICY, NOW)
    assert acts(made, ActionKind.KILL) == [(ActionKind.KILL, "idea-beta/worker-2")]


agents = st.fixed_dictionaries(
    {
        "age": st.none() | st.floats(0, 4 * HOUR),
        "phase": st.sampled_from(list(Phase)),
        "liveness": st.sampled_from([None, *Liveness]),
        "held_until": st.none() | st.integers(HEARTBEAT_N - 2, HEARTBEAT_N + 2),
        "paused": st.none() | st.floats(NOW.awake - 2 * HOUR, NOW.awake),
        "slots": st.integers(1, 4),
        "results": st.sampled_from([results(), invalid_results(), Results()]),
        "unverified": st.sampled_from(["", "", "a child"]),
    }
)
PATHS = ("a", "b", "a/x", "a/y", "b/x", "a/x/1", "a/x/2", "c")
swarm_of = st.dictionaries(st.sampled_from(PATHS), agents, max_size=len(PATHS))


def _built(drawn: dict[str, dict[str, Any]]) -> Snapshot:
    views = [a_view(path, spawned_ago=9 * HOUR, **dict(fields)) for path, fields in drawn.items()]
    waiting = tuple(view.id for view in views if view.record and view.record.phase is Phase.QUEUED)
    return a_snapshot(*views, queue=waiting)


@given(swarm_of)
def test_nobody_is_ended_whom_the_rules_spare(drawn: dict[str, dict[str, Any]]) -> None:
    snapshot = _built(drawn)
    judged = verdicts(snapshot, POLICY, NOW)
    made = plan(snapshot, POLICY, NOW)
    kills = [one for one in made.actions if one.kind is ActionKind.KILL]
    going = [agent for kill in kills for agent in (*kill.subtree, kill.agent)]
    assert len(going) == len(set(going))
    assert all(judged[kill.agent].kill_due for kill in kills)
    assert not any(judged[agent].state in (Health.HELD, Health.PAUSED, Health.DONE) for agent in going)
    collected = {one.agent for one in made.actions if one.kind in (ActionKind.COLLECT, ActionKind.FREE)}
    assert not collected & {kill.agent for kill in kills}


@given(swarm_of)
def test_a_plan_is_the_same_however_often_it_is_made(drawn: dict[str, dict[str, Any]]) -> None:
    snapshot = _built(drawn)
    assert plan(snapshot, POLICY, NOW) == plan(snapshot, POLICY, NOW)


@given(swarm_of, st.sampled_from(["suspended", "jumped", "stepped-back", "rebooted"]))
def test_no_gap_ends_anybody(drawn: dict[str, dict[str, Any]], kind: str) -> None:
    made = plan(_built(drawn), POLICY, NOW, gap=Gap(GapKind(kind), HOUR))
    assert acts(made, ActionKind.KILL) == []


@given(swarm_of)
def test_no_spawn_of_a_plan_goes_over_the_slots(drawn: dict[str, dict[str, Any]]) -> None:
    snapshot = _built(drawn)
    made = plan(snapshot, POLICY, NOW)
    begun = {one.agent: one for one in made.actions if one.kind in (ActionKind.SPAWN, ActionKind.SCHEDULE)}
    over = {
        agent
        for one in made.actions
        if one.kind in (ActionKind.KILL, ActionKind.COLLECT, ActionKind.FREE)
        for agent in (*one.subtree, one.agent)
    }
    after = {view.id: view.record for view in snapshot.agents if view.record}
    for agent in over:
        after[agent] = replace(after[agent], phase=Phase.ENDED)
    for agent, one in begun.items():
        scheduled = a_record(agent.removeprefix(f"{ROOT}/"), role=one.code)
        after[agent] = replace(after.get(agent, scheduled), phase=Phase.SPAWNING)
    at_the_top = any(agent.count("/") == 1 for agent in begun)
    assert not at_the_top or SlotTree(after, ROOT).committed() <= POLICY.slots.max - POLICY.slots.reserve


def _age_all(snapshot: Snapshot, change: Callable[[AgentView], AgentView]) -> Snapshot:
    return replace(snapshot, agents=tuple(change(view) for view in snapshot.agents))


@pytest.mark.parametrize("wall", [0.0, -1.0, 2_145_916_800.0, 4_102_444_800.0, 1e15])
def test_a_plan_does_not_change_with_the_wall_clock(wall: float) -> None:
    """CK3: what is decided follows awake time; the wall only shows in the words of evidence."""
    example = swarms.big_example()
    moved = _age_all(example, lambda view: replace(view, changed_at=wall))
    before = plan(example, POLICY, NOW)
    after = plan(moved, POLICY, Now(wall, NOW.awake))
    assert [one.key for one in after.actions] == [one.key for one in before.actions]


def test_ten_minutes_of_stamps_off_are_an_alert_and_no_age() -> None:
    """CK4: local stamps of a container in another zone neither kill nor investigate."""
    hours_off = (Problem(ProblemCode.CLOCK, "its last stamp is 540 min behind"),)
    made = planned(a_view("w", age=MINUTE, spawned_ago=9 * HOUR, problems=hours_off))
    assert acts(made) == [(ActionKind.ALERT, "w")]


def test_an_observation_decides_whatever_the_file_says_of_its_time() -> None:
    """CK5: an mtime of 1970 or 2242 makes nobody older or younger."""
    for mtime in (-1.0, 0.0, 8.6e9):
        view = a_view("w", age=MINUTE, spawned_ago=9 * HOUR)
        odd = replace(view, progress=replace(view.progress, mtime=mtime), changed_at=mtime)
        assert acts(planned(odd)) == []
        silent = replace(odd, observed=Observed(changed=NOW.awake - 50 * MINUTE))
        stale = replace(silent, record=a_record("w", spawned_ago=9 * HOUR, age=50 * MINUTE))
        assert (ActionKind.KILL, "w") in acts(planned(stale))
