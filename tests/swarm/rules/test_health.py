"""The table of health: one verdict for every surface, with its rule, its evidence and what comes next."""

import time
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from swarm.config.checked import parse_policy
from swarm.config.policy import Policy
from swarm.formatting import spell_clock
from swarm.model.activity import ActivityState
from swarm.model.agent import Liveness
from swarm.model.causes import ProblemCode
from swarm.model.health import Health, Verdict
from swarm.model.record import Ending, Observed, Phase
from swarm.model.reports import Progress
from swarm.model.snapshot import AgentView, Problem
from swarm.model.time import Now
from swarm.model.values import replace
from swarm.rules.health import age_of, verdict
from swarm.rules.triage import is_problem, severity
from tests.support import swarms
from tests.support.swarms import (
    HEARTBEAT_N,
    HOUR,
    LOOP,
    MINUTE,
    NOW,
    POLICY,
    a_root,
    a_spec,
    a_view,
    an_exit,
    invalid_results,
    results,
)

N = HEARTBEAT_N


def judge(view: AgentView, policy: Policy = POLICY, now: Now = NOW, *, queued: bool = False) -> Verdict:
    return verdict(view, now, policy, heartbeat_n=N, queued=queued)


@pytest.mark.parametrize("state", list(Health))
def test_every_state_of_the_protocol_is_reached(state: Health) -> None:
    assert judge(swarms.every_state()[state]).state is state


@pytest.mark.parametrize(
    ("minutes", "state", "following", "in_minutes", "kill_in"),
    [
        (0, Health.FRESH, Health.LATE, 15, 45),
        (14.9, Health.FRESH, Health.LATE, 0.1, 30.1),
        (15, Health.LATE, Health.INVESTIGATE, 15, 30),
        (29, Health.LATE, Health.INVESTIGATE, 1, 16),
        (30, Health.INVESTIGATE, Health.OVERDUE, 15, 15),
        (44, Health.INVESTIGATE, Health.OVERDUE, 1, 1),
        (45, Health.OVERDUE, Health.KILLED, None, 0),
        (600, Health.OVERDUE, Health.KILLED, None, 0),
    ],
)
def test_silence_moves_an_agent_through_the_table(
    minutes: float, state: Health, following: Health, in_minutes: float | None, kill_in: float
) -> None:
    found = judge(a_view(age=minutes * MINUTE, spawned_ago=24 * HOUR))
    assert (found.state, found.next_state) == (state, following)
    assert found.age == pytest.approx(minutes * MINUTE)
    assert found.in_seconds == (None if in_minutes is None else pytest.approx(in_minutes * MINUTE))
    assert found.kill_in == pytest.approx(kill_in * MINUTE)
    assert found.kill_due == (state is Health.OVERDUE)


@pytest.mark.parametrize(
    ("minutes", "state"), [(1, Health.STARTING), (15, Health.LATE), (31, Health.INVESTIGATE), (46, Health.OVERDUE)]
)
def test_an_agent_that_never_wrote_ages_from_its_spawn(minutes: float, state: Health) -> None:
    found = judge(a_view(age=None, spawned_ago=minutes * MINUTE))
    assert found.state is state
    assert found.age == minutes * MINUTE


def test_the_limits_follow_the_policy() -> None:
    policy = parse_policy('[heartbeat]\nperiod = "1m"\ninvestigate_after = 1.5\nkill_after = 10')
    states = [judge(a_view(age=age, spawned_ago=HOUR), policy).state for age in (59, 61, 91, 599, 600)]
    assert states == [Health.FRESH, Health.LATE, Health.INVESTIGATE, Health.INVESTIGATE, Health.OVERDUE]


def test_a_policy_may_investigate_before_an_update_is_late() -> None:
    policy = parse_policy("[heartbeat]\ninvestigate_after = 0.5")
    found = judge(a_view(age=5 * MINUTE), policy)
    assert (found.state, found.next_state, found.in_seconds) == (Health.FRESH, Health.INVESTIGATE, 2.5 * MINUTE)


@pytest.fixture
def _in_utc() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TZ", "UTC")
        time.tzset()
        yield
    time.tzset()


@pytest.mark.usefixtures("_in_utc")
def test_the_evidence_names_silence_since_when_and_the_limit() -> None:
    found = judge(a_view(age=42 * MINUTE))
    assert found.why == "silent 42m: no line in progress.md since 08:59; the limit is 45m"


class TestWhoIsSpared:
    """Overdue is shown for what it is; who is ended for it is another question."""

    def overdue(self, **fields: Any) -> Verdict:
        found = judge(a_view(age=50 * MINUTE, spawned_ago=24 * HOUR, **fields))
        assert found.state is Health.OVERDUE
        return found

    def test_a_foreign_agent_is_never_killed(self) -> None:
        found = self.overdue(record=None)
        assert (found.kill_due, found.kill_in, found.next_state) == (False, None, None)
        assert "nothing ends it: it was not started here" in found.why

    def test_nor_a_foreign_directory_that_the_ledger_knows(self) -> None:
        assert not self.overdue(foreign=True).kill_due

    def test_nor_anybody_where_automatic_kills_are_off(self) -> None:
        found = judge(a_view(age=50 * MINUTE), parse_policy("[heartbeat]\nkill = false"))
        assert (found.kill_due, found.kill_in) == (False, None)
        assert "automatic kills are off" in found.why

    def test_nor_who_is_being_stopped_already(self) -> None:
        assert not self.overdue(phase=Phase.STOPPING).kill_due

    def test_nor_who_cannot_be_looked_at_from_here(self) -> None:
        assert not self.overdue(liveness=Liveness.ELSEWHERE).kill_due

    def test_nor_the_root_even_while_it_runs(self) -> None:
        found = judge(a_root(age=50 * MINUTE, liveness=Liveness.ALIVE))
        assert (found.state, found.kill_due) == (Health.OVERDUE, False)


@pytest.mark.parametrize("liveness", [None, Liveness.DEAD, Liveness.STRANGER])
def test_the_root_without_a_process_is_idle_however_silent(liveness: Liveness | None) -> None:
    found = judge(a_root(age=40 * HOUR, liveness=liveness))
    assert found.state is Health.IDLE
    assert found.kill_in is None


def test_the_root_says_how_its_last_turn_failed() -> None:
    found = judge(a_root(liveness=Liveness.DEAD, exit=an_exit(swarms.ROOT, 2)))
    assert (found.state, "exit code 2" in found.why) == (Health.IDLE, True)


def test_valid_results_make_an_agent_done_though_it_is_silent_and_runs() -> None:
    found = judge(a_view(age=50 * MINUTE, results=results()))
    assert (found.state, found.kill_due) == (Health.DONE, False)
    assert "its process still runs" in found.why


def test_results_that_say_failed_are_a_failure() -> None:
    assert judge(a_view(results=results("failed"))).state is Health.FAILED


@pytest.mark.parametrize("status", ["success", "partial"])
def test_results_are_done_whatever_else_they_say(status: str) -> None:
    assert judge(a_view(results=results(status))).state is Health.DONE


def test_invalid_results_are_not_done() -> None:
    assert judge(a_view(results=invalid_results())).state is Health.FRESH


def test_unread_results_go_stale_after_three_heartbeats() -> None:
    ages = {n: judge(_collected(N - n)).stale_results for n in range(5)}
    assert ages == {0: False, 1: False, 2: False, 3: True, 4: True}


def test_read_results_never_go_stale() -> None:
    found = judge(_collected(N - 9, read_at=NOW.wall - MINUTE, read_by="genesis-01"))
    assert not found.stale_results
    assert "read by genesis-01" in found.why


def _collected(n: int, **fields: Any) -> AgentView:
    return a_view(phase=Phase.ENDED, ending=Ending.DONE, collected_n=n, results=results(), **fields)


@pytest.mark.parametrize(
    ("exit_fields", "state", "words"),
    [
        ({"code": 1}, Health.FAILED, "ended with exit code 1 without results.json"),
        ({"code": 0}, Health.FAILED, "ended with exit code 0 without results.json"),
        ({"code": -9}, Health.FAILED, "was ended by signal 9"),
        ({"code": None, "error": "no such file"}, Health.FAILED, "could not be started: no such file"),
        ({"code": None}, Health.LOST, "how is not known"),
        ({"code": -15, "stopped": True}, Health.LOST, "stopped from outside"),
    ],
)
def test_a_process_that_ended_without_results_has_failed_or_is_lost(
    exit_fields: dict[str, Any], state: Health, words: str
) -> None:
    found = judge(a_view(exit=an_exit("worker-1", **exit_fields), liveness=Liveness.DEAD))
    assert found.state is state
    assert words in found.why


@pytest.mark.parametrize("liveness", [Liveness.DEAD, Liveness.STRANGER])
def test_a_process_that_is_gone_without_a_word_is_lost(liveness: Liveness) -> None:
    assert judge(a_view(liveness=liveness)).state is Health.LOST


def test_a_process_in_another_namespace_is_not_taken_for_gone() -> None:
    assert judge(a_view(liveness=Liveness.ELSEWHERE)).state is Health.FRESH


def test_the_exit_of_a_namesake_says_nothing() -> None:
    stale = replace(an_exit("worker-1"), spawn_id="an earlier spawn")
    assert judge(a_view(exit=stale)).state is Health.FRESH


def test_a_stop_that_was_ordered_shows_as_killed_before_the_ledger_says_so() -> None:
    stopped = an_exit("worker-1", -15, stopped=True)
    view = a_view(phase=Phase.STOPPING, exit=stopped, ended_by="operator", why="too slow", liveness=Liveness.DEAD)
    found = judge(view)
    assert (found.state, found.why) == (Health.KILLED, "is being ended by operator: too slow")


def test_what_the_ledger_let_go_of_stays_as_it_ended() -> None:
    late = a_view(phase=Phase.ENDED, ending=Ending.KILLED, ended_by="engine", why="silent 46m", results=results())
    found = judge(late)
    assert found.state is Health.KILLED
    assert found.why == "ended by engine 10m ago: silent 46m; it left valid results"


def test_a_death_that_was_not_verified_says_so() -> None:
    view = a_view(phase=Phase.ENDED, ending=Ending.KILLED, unverified="a child emptied its environment")
    assert "not verified, so it holds its slot: a child emptied" in judge(view).why


def test_what_cannot_be_read_is_unknown_and_not_taken_for_silence() -> None:
    found = judge(a_view(age=50 * MINUTE, progress=Progress(error="permission denied")))
    assert (found.state, found.kill_due) == (Health.UNKNOWN, False)
    assert found.why == "progress.md cannot be read: permission denied"


def test_queued_comes_first() -> None:
    assert judge(a_view(results=results()), queued=True).state is Health.QUEUED


class TestPauses:
    def test_paused_time_does_not_age(self) -> None:
        view = a_view(age=50 * MINUTE, spawned_ago=2 * HOUR, paused=NOW.awake - 40 * MINUTE)
        found = judge(view)
        assert (found.state, found.age, found.kill_due) == (Health.PAUSED, 10 * MINUTE, False)
        assert "it would be fresh" in found.why

    def test_nor_once_it_goes_on(self) -> None:
        found = judge(a_view(age=50 * MINUTE, spawned_ago=2 * HOUR, paused_total=40 * MINUTE))
        assert (found.state, found.age) == (Health.FRESH, 10 * MINUTE)

    def test_a_pause_before_the_last_update_makes_no_silence_younger(self) -> None:
        view = a_view(age=50 * MINUTE, spawned_ago=9 * HOUR, paused_total=3 * HOUR)
        observed = replace(view.observed, paused=3 * HOUR, changed=view.observed.changed + 1)
        found = judge(replace(view, observed=observed))
        assert found.state is Health.OVERDUE

    def test_a_pause_before_the_spawn_was_ever_answered_counts_in_full(self) -> None:
        found = judge(a_view(age=None, spawned_ago=50 * MINUTE, paused_total=40 * MINUTE))
        assert found.state is Health.STARTING


class TestHolds:
    @pytest.mark.parametrize(("until", "state"), [(N + 2, Health.HELD), (N + 1, Health.HELD), (N, Health.OVERDUE)])
    def test_a_hold_lasts_until_its_heartbeat_has_passed(self, until: int, state: Health) -> None:
        assert judge(a_view(age=50 * MINUTE, held_until=until)).state is state

    def test_a_held_agent_says_until_when_where_the_last_heartbeat_is_known(self) -> None:
        view = a_view(age=50 * MINUTE, held_until=N + 2)
        last = NOW.wall - 5 * MINUTE
        found = verdict(view, NOW, POLICY, heartbeat_n=N, beat_at=last)
        until = spell_clock(last + 2 * POLICY.heartbeat.period, last + 2 * POLICY.heartbeat.period)
        assert found.why.endswith(f"; nothing ends it: held until {until} (2 heartbeats)")
        late = verdict(view, NOW, POLICY, heartbeat_n=N, beat_at=last - 9 * POLICY.heartbeat.period)
        assert late.why.endswith("; nothing ends it: held for 2 heartbeats"), "no time is promised that has passed"

    def test_a_held_agent_says_what_it_would_be(self) -> None:
        found = judge(a_view(age=50 * MINUTE, held_until=N + 1, held_why="long build"))
        assert found.why.endswith("; the limit is 45m; nothing ends it: held for 1 heartbeat: long build")
        assert (found.kill_due, found.kill_in) == (False, None)

    def test_a_hold_hides_no_results(self) -> None:
        assert judge(a_view(held_until=N + 1, results=results())).state is Health.DONE


class TestLooping:
    def test_the_same_sentence_six_times_is_a_loop(self) -> None:
        found = judge(a_view("w", *LOOP))
        assert found.why == 'its last 6 updates say the same: "Still browsing."'
        assert (found.kill_due, found.kill_in) == (False, None)

    def test_five_times_is_not(self) -> None:
        assert judge(a_view("w", *LOOP[:5])).state is Health.FRESH

    def test_case_spaces_times_and_dots_do_not_make_it_another_sentence(self) -> None:
        said = (
            "still browsing",
            "Still  browsing…",
            "STILL BROWSING.",
            "still browsing 09:31",
            "still browsing 9:41:07",
            "2026-02-28 still browsing",
        )
        assert judge(a_view("w", *said)).state is Health.LOOPING

    def test_other_numbers_are_progress(self) -> None:
        assert judge(a_view("w", *(f"{n}00/2000 words done." for n in range(6)))).state is Health.FRESH

    def test_another_count_of_outputs_is_progress(self) -> None:
        assert judge(a_view("w", *LOOP, outputs=range(6))).state is Health.FRESH

    def test_only_the_last_sentences_count(self) -> None:
        assert judge(a_view("w", "Something else.", *LOOP)).state is Health.LOOPING
        assert judge(a_view("w", *LOOP, "Something else.")).state is Health.FRESH

    @pytest.mark.parametrize(
        ("said", "loops"),
        [
            ("a b " * 3, True),
            ("a b " * 12, True),
            ("x a b " + "a b " * 3, True),
            ("b " + "a b " * 3, True),
            ("a b c " * 3, True),
            ("a b c " * 8, True),
            ("c " + "a b c " * 3, True),
            ("a a b " * 3, True),
            ("a b " * 2, False),
            ("a b a b a", False),
            ("a b c " * 2, False),
            ("a b c a b c a b", False),
            ("a b " * 3 + "x", False),
            ("a x " + "a b " * 2, False),
            ("a b c d " * 3, True),
            ("a b c d e " * 3, True),
            ("a b c d e f g h " * 3, True),
            ("a b c d " * 2, False),
            ("a b c d e f g h i " * 3, False),
            ("a b a c a d a e a f", False),
        ],
    )
    def test_failure_3_rounds_of_two_to_eight_sentences_loop_and_others_do_not(self, said: str, loops: bool) -> None:
        words = {
            "a": "Hit the rate limit, sleeping.",
            "b": "Trying again at 09:31.",
            "c": "Page still not there",
            "d": "Changed the proxy.",
            "e": "Asked the operator for help.",
            "f": "Cleared all cookies.",
            "g": "Opened a fresh session.",
            "h": "The login form came up.",
        }
        lines = [words.get(each, f"Something else: {each}.") for each in said.split()]
        assert (judge(a_view("w", *lines)).state is Health.LOOPING) is loops

    def test_a_round_is_told_in_its_own_words(self) -> None:
        found = judge(a_view("w", *("Hit the rate limit.", "Trying again.") * 4))
        assert found.why == 'its last 6 updates go round: "Hit the rate limit.", "Trying again."'

    def test_rounds_whose_numbers_go_forward_are_progress(self) -> None:
        said = [text for n in range(9) for text in (f"Reading page {n}.", "Writing it down.", "Checking it.")]
        assert judge(a_view("w", *said)).state is Health.FRESH

    def test_rounds_whose_numbers_stand_still_are_none(self) -> None:
        said = ("Waiting 60 s for the API.", "429 again, 3 of 10 pages.") * 4
        assert judge(a_view("w", *said)).state is Health.LOOPING

    def test_rounds_with_more_outputs_each_time_are_progress(self) -> None:
        counts = [count for n in range(4) for count in (n, n)]
        assert judge(a_view("w", *("Run the tests.", "Mend it.") * 4, outputs=counts)).state is Health.FRESH

    def test_rounds_are_forgiven_while_outputs_arrive(self) -> None:
        said = ("Run the tests.", "Mend it.") * 4
        assert judge(self.declaring(barren=5 * MINUTE, sentences=said, outputs=7)).state is Health.FRESH

    def test_a_swarm_that_waits_longer_waits_longer_for_rounds_too(self) -> None:
        policy = replace(POLICY, heartbeat=replace(POLICY.heartbeat, loop_sentences=12))
        said = ("Hit the rate limit.", "Trying again.") * 6
        assert verdict(a_view("w", *said[:11]), NOW, policy, heartbeat_n=N).state is Health.FRESH
        assert verdict(a_view("w", *said), NOW, policy, heartbeat_n=N).state is Health.LOOPING

    def test_no_new_output_for_four_periods_is_a_loop(self) -> None:
        found = judge(self.declaring(barren=60 * MINUTE))
        assert found.why == "updates arrive, but no new output for 1h; the limit is 1h"
        assert (found.next_state, found.kill_due) == (Health.INVESTIGATE, False)

    def test_outputs_within_four_periods_are_enough(self) -> None:
        assert judge(self.declaring(barren=59 * MINUTE)).state is Health.FRESH

    def test_an_agent_younger_than_four_periods_has_had_no_time(self) -> None:
        view = self.declaring(barren=390_000.0)
        assert view.record is not None
        young = replace(view, record=replace(view.record, spawned=NOW.awake - 59 * MINUTE))
        assert judge(young).state is Health.FRESH

    def test_without_declared_outputs_none_are_expected(self) -> None:
        view = self.declaring(barren=9 * HOUR)
        assert judge(replace(view, spec=a_spec("w"))).state is Health.FRESH

    def test_sentences_are_forgiven_while_outputs_arrive(self) -> None:
        assert judge(self.declaring(barren=5 * MINUTE, sentences=LOOP, outputs=7)).state is Health.FRESH
        assert judge(self.declaring(barren=20 * MINUTE, sentences=LOOP, outputs=7)).state is Health.LOOPING

    @pytest.mark.parametrize(
        ("minutes", "state"), [(29, Health.LOOPING), (31, Health.INVESTIGATE), (46, Health.OVERDUE)]
    )
    def test_where_updates_stop_silence_decides(self, minutes: float, state: Health) -> None:
        assert judge(a_view("w", *LOOP, age=minutes * MINUTE)).state is state

    def declaring(
        self, *, barren: float, sentences: tuple[str, ...] = ("Page 3.", "Page 4."), outputs: int = 0
    ) -> AgentView:
        view = a_view("w", *sentences, spawned_ago=100 * HOUR, spec=a_spec("w", outputs=("*.md",)))
        assert view.record is not None
        seen = Observed(changed=view.observed.changed, outputs=outputs, outputs_changed=NOW.awake - barren)
        return replace(view, observed=seen, record=replace(view.record, observed=seen))


def test_a_program_that_retries_is_not_ended_for_its_silence() -> None:
    found = judge(a_view(age=50 * MINUTE, activity=ActivityState(retrying="529 overloaded", retries=1)))
    assert (found.state, found.kill_due) == (Health.RETRYING, False)
    assert found.why == "its program says: 529 overloaded, 1 try so far; nothing ends it while it tries"


class TestProblems:
    @pytest.mark.parametrize(
        ("state", "problem"),
        [
            (Health.OVERDUE, True),
            (Health.INVESTIGATE, True),
            (Health.LOOPING, True),
            (Health.UNKNOWN, True),
            (Health.FAILED, True),
            (Health.LOST, True),
            (Health.FRESH, False),
            (Health.LATE, False),
            (Health.STARTING, False),
            (Health.RETRYING, False),
            (Health.DONE, False),
            (Health.KILLED, False),
            (Health.QUEUED, False),
            (Health.PAUSED, False),
            (Health.HELD, False),
            (Health.IDLE, False),
        ],
    )
    def test_some_states_need_a_person(self, state: Health, problem: bool) -> None:
        view = swarms.every_state()[state]
        assert is_problem(judge(view), view) is problem

    def test_a_failure_that_was_read_needs_nobody_any_more(self) -> None:
        view = a_view(phase=Phase.ENDED, ending=Ending.FAILED, read_at=NOW.wall)
        assert not is_problem(judge(view), view)

    def test_stale_results_need_a_person(self) -> None:
        view = _collected(N - 3)
        assert is_problem(judge(view), view)

    def test_a_death_that_was_not_verified_needs_a_person(self) -> None:
        view = a_view(phase=Phase.ENDED, ending=Ending.KILLED, unverified="a child")
        assert is_problem(judge(view), view)

    @pytest.mark.parametrize(
        ("code", "problem"),
        [
            (ProblemCode.INJECTION, True),
            (ProblemCode.OVER_BUDGET, True),
            (ProblemCode.MISSPELT, True),
            (ProblemCode.CLOCK, False),
        ],
    )
    def test_what_the_scan_saw_needs_a_person_unless_it_is_a_note(self, code: ProblemCode, problem: bool) -> None:
        view = a_view(problems=(Problem(code, "text"),))
        assert is_problem(judge(view), view) is problem

    def test_what_an_ended_agent_wrote_needs_nobody_any_more(self) -> None:
        view = a_view(phase=Phase.ENDED, ending=Ending.KILLED, problems=(Problem(ProblemCode.INJECTION, "text"),))
        assert not is_problem(judge(view), view)

    def test_the_worst_sorts_first(self) -> None:
        views = list(swarms.every_state().values())
        ranked = sorted(views, key=lambda view: severity(judge(view), view))
        assert [judge(view).state for view in ranked[:4]] == [
            Health.OVERDUE,
            Health.UNKNOWN,
            Health.LOOPING,
            Health.FAILED,
        ]
        assert {judge(view).state for view in ranked[-2:]} == {Health.DONE, Health.KILLED}

    @given(st.sampled_from(list(Health)), st.sampled_from([None, *ProblemCode]))
    def test_every_problem_sorts_before_everything_that_is_none(self, state: Health, code: ProblemCode | None) -> None:
        view = swarms.every_state()[state]
        view = replace(view, problems=(Problem(code, "text"),) if code else ())
        assert (severity(judge(view), view) < 12) is is_problem(judge(view), view)


awake_times = st.floats(0, 1e9)


@given(
    changed=awake_times,
    spawned=awake_times,
    now=awake_times,
    wall=st.floats(-1e12, 1e12),
    paused=st.none() | awake_times,
    total=st.floats(0, 1e6),
    held=st.none() | st.integers(0, 300),
    alive=st.sampled_from([None, *Liveness]),
)
def test_no_clocks_make_a_negative_age_or_countdown(
    changed: float,
    spawned: float,
    now: float,
    wall: float,
    paused: float | None,
    total: float,
    held: int | None,
    alive: Liveness | None,
) -> None:
    view = a_view(spawned=spawned, paused=paused, paused_total=total, held_until=held, liveness=alive)
    view = replace(view, observed=Observed(changed=changed), changed_at=wall)
    found = judge(view, now=Now(wall, now))
    assert found.why
    assert all(value is None or value >= 0 for value in (found.age, found.in_seconds, found.kill_in))


@given(age=st.floats(0, 1e6), later=st.floats(0, 1e6))
def test_silence_only_ever_makes_it_worse(age: float, later: float) -> None:
    order = [Health.FRESH, Health.LATE, Health.INVESTIGATE, Health.OVERDUE]
    view = a_view(age=age, spawned_ago=2e6)
    sooner, then = judge(view), judge(view, now=Now(NOW.wall, NOW.awake + later))
    assert order.index(then.state) >= order.index(sooner.state)


@given(age=st.floats(0, 44 * MINUTE))
def test_the_countdown_is_kept(age: float) -> None:
    view = a_view(age=age, spawned_ago=2e6)
    found = judge(view)
    assert found.in_seconds is not None
    then = judge(view, now=Now(NOW.wall, NOW.awake + found.in_seconds + 0.001))
    assert then.state is found.next_state


@pytest.mark.parametrize("wall", [0.0, -1.0, 2_145_916_800.0, 4_102_444_800.0, 1e18, -1e18])
def test_the_wall_clock_decides_nothing(wall: float) -> None:
    """CK3: back to 1970, forward to 2038 and 2100, and beyond what a calendar holds."""
    for state, view in swarms.every_state().items():
        assert judge(view, now=Now(wall, NOW.awake)).state is state
        assert judge(replace(view, changed_at=wall)).state is state


def test_an_mtime_in_the_future_makes_nobody_younger() -> None:
    """CK5: what counts is when the change was seen."""
    view = replace(a_view(age=50 * MINUTE), changed_at=NOW.wall + 1e6)
    assert judge(view).state is Health.OVERDUE


def test_what_this_process_saw_counts_before_the_ledger_knows_it() -> None:
    view = a_view(age=50 * MINUTE)
    seen = replace(view, observed=Observed(changed=NOW.awake - MINUTE))
    assert age_of(seen, NOW) == MINUTE


def test_nobody_is_silent_for_longer_than_since_the_spawn() -> None:
    view = replace(a_view(spawned_ago=MINUTE, age=None), observed=Observed(changed=1.0))
    assert age_of(view, NOW) == MINUTE
