"""Slots: committed up front, taken from the level above, given back by ending; refusals that say who is in the way."""

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from swarm.config.policy import Policy
from swarm.errors import Refused
from swarm.model.health import Health, Verdict
from swarm.model.record import Ending, Phase, Record
from swarm.model.values import replace
from swarm.rules.budgets.slot_tree import SlotTree
from swarm.rules.budgets.slots import Refusal, end_first, refusal, slots
from tests.support.swarms import POLICY, ROOT, a_record, full_id


def records(*some: Record) -> dict[str, Record]:
    return {record.id: record for record in some}


def spawn(
    taken: Mapping[str, Record], agent: str, size: int = 1, policy: Policy = POLICY, **more: Any
) -> Refusal | None:
    agent_id = full_id(agent)
    more.setdefault("parent", agent_id.rpartition("/")[0])
    return refusal(SlotTree(taken, policy.root.id), policy, agent_id=agent_id, slots=size, **more)


def meta(name: str, size: int, **fields: Any) -> Record:
    return a_record(name, role="idea-meta", slots=size, **fields)


def workers(count: int, **fields: Any) -> list[Record]:
    return [a_record(f"worker-{n}", **fields) for n in range(count)]


def ended(record: Record, ending: Ending = Ending.KILLED, **fields: Any) -> Record:
    return replace(record, phase=Phase.ENDED, ending=ending, **fields)


class TestTheTop:
    def test_the_first_ten_of_twelve_slots_are_given_and_two_kept(self) -> None:
        assert spawn(records(*workers(9)), "one-more") is None
        no = spawn(records(*workers(10)), "one-more")
        assert no is not None
        assert no.code == "no-slot"

    def test_the_reserve_is_for_those_who_say_so(self) -> None:
        full = records(*workers(10))
        assert spawn(full, "diagnostic-01", use_reserve=True) is None
        assert spawn(full, "diagnostic-01", 2, use_reserve=True) is None
        no = spawn(full, "diagnostic-01", 3, use_reserve=True)
        assert no is not None
        assert no.code == "reserve"

    def test_a_refusal_names_the_reserve_only_where_it_would_do(self) -> None:
        full = records(*workers(10))
        hints = {size: no.hint for size in (2, 3) if (no := spawn(full, "x", size)) is not None}
        assert "--use-reserve" in hints[2]
        assert "--use-reserve" not in hints[3]

    def test_a_budget_is_committed_whole_before_anybody_uses_it(self) -> None:
        taken = records(meta("idea-alpha", 4), meta("idea-beta", 4))
        assert spawn(taken, "scout-01", 2) is None
        assert spawn(taken, "idea-gamma", 4) is not None

    def test_the_root_holds_no_slot(self) -> None:
        root = a_record(ROOT, role="genesis", slots=12)
        assert slots(records(root), POLICY).committed == 0
        assert spawn(records(root, *workers(9)), "one-more") is None

    def test_who_waits_in_the_queue_holds_none(self) -> None:
        assert spawn(records(*workers(20, phase=Phase.QUEUED)), "one-more") is None

    @pytest.mark.parametrize("phase", [Phase.SPAWNING, Phase.RUNNING, Phase.STOPPING])
    def test_a_slot_is_held_from_the_reservation_to_the_verified_end(self, phase: Phase) -> None:
        assert spawn(records(*workers(10, phase=phase)), "one-more") is not None

    def test_whose_death_was_not_verified_still_holds_its_slot(self) -> None:
        gone = [ended(worker) for worker in workers(10)]
        assert spawn(records(*gone), "one-more") is None
        assert spawn(records(*(replace(worker, unverified="a child") for worker in gone)), "one-more") is not None

    def test_more_than_there_will_ever_be_is_refused_with_that_reason(self) -> None:
        no = spawn({}, "huge", 11)
        assert no is not None
        assert "No ending makes room for 11 slots" in no.hint

    def test_less_than_one_slot_is_none(self) -> None:
        no = spawn({}, "nothing", 0)
        assert no is not None
        assert no.code == "budget"

    def test_a_parent_that_is_no_agent_of_ours_counts_at_the_top(self) -> None:
        assert spawn(records(*workers(10)), "stranger/helper") is not None


class TestSubtrees:
    def test_a_deeper_spawn_takes_from_the_budget_above_it_and_from_nobody_else(self) -> None:
        taken = records(meta("idea-alpha", 4), *workers(6))
        assert spawn(taken, "idea-alpha/worker-1") is None

    def test_four_slots_are_the_meta_and_three_workers(self) -> None:
        taken = records(meta("idea-alpha", 4), *(a_record(f"idea-alpha/worker-{n}") for n in range(3)))
        no = spawn(taken, "idea-alpha/worker-4")
        assert no is not None
        assert no.code == "budget"
        assert "4 of the 4" in no.detail

    def test_a_child_takes_its_whole_budget(self) -> None:
        taken = records(meta("idea-alpha", 4), meta("idea-alpha/sub", 2))
        assert spawn(taken, "idea-alpha/worker-1") is None
        assert spawn(taken, "idea-alpha/worker-1", 2) is not None

    def test_three_levels_share_one_budget(self) -> None:
        taken = records(meta("a", 4), meta("a/b", 3), meta("a/b/c", 2))
        assert spawn(taken, "a/b/c/d") is None
        assert spawn(taken, "a/b/d") is not None
        assert spawn(taken, "a/d") is not None

    def test_an_ended_child_gives_its_slots_back_to_its_parent(self) -> None:
        taken = records(meta("a", 2), ended(a_record("a/one")))
        assert spawn(taken, "a/two") is None

    def test_a_child_that_ended_commits_what_its_own_children_hold(self) -> None:
        taken = records(meta("a", 4), ended(meta("a/b", 3)), a_record("a/b/c"))
        assert spawn(taken, "a/d", 2) is None
        assert spawn(taken, "a/d", 3) is not None

    def test_a_finished_parent_commits_what_its_children_hold(self) -> None:
        done = ended(meta("idea-alpha", 4), Ending.DONE)
        taken = records(done, a_record("idea-alpha/worker-1"), a_record("idea-alpha/worker-2"))
        board = slots(taken, POLICY)
        assert (board.committed, board.used, board.free) == (2, 2, 8)

    def test_a_finished_parent_has_no_budget_to_give(self) -> None:
        no = spawn(records(ended(meta("a", 4), Ending.DONE)), "a/b")
        assert no is not None
        assert (no.code, "does not run" in no.title) == ("budget", True)

    def test_what_no_ending_below_could_make_room_for_says_so(self) -> None:
        no = spawn(records(meta("a", 2)), "a/b", 2)
        assert no is not None
        assert no.hint == "genesis-01/a would have to be spawned with at least 3 slots."

    def test_who_is_spawned_again_over_children_that_still_run_must_have_room_for_them(self) -> None:
        taken = records(ended(meta("a", 4)), a_record("a/b"), a_record("a/c"), *workers(7))
        hints = {size: no.hint if (no := spawn(taken, "a", size)) is not None else "" for size in (2, 3, 4)}
        assert hints[2] == "End them first, or spawn it with at least 3 slots."
        assert hints[3] == ""
        assert hints[4] != ""

    def test_directories_that_only_group_do_not_count(self) -> None:
        taken = records(meta("a", 2), a_record("a/group/b", parent=full_id("a")))
        assert spawn(taken, "a/c", parent=full_id("a")) is not None

    def test_the_reserve_does_not_stretch_a_parents_budget(self) -> None:
        assert spawn(records(meta("a", 1)), "a/b", use_reserve=True) is not None


class TestDepth:
    def test_the_fifth_level_is_one_too_deep(self) -> None:
        taken = records(*(meta("/".join("abcd"[: n + 1]), 9 - n) for n in range(4)))
        assert spawn(records(*list(taken.values())[:3]), "a/b/c/d") is None
        no = spawn(taken, "a/b/c/d/e")
        assert no is not None
        assert no.code == "depth"

    def test_depth_counts_agents_and_not_directories(self) -> None:
        taken = records(meta("g/g/g/a", 3, parent=ROOT))
        assert spawn(taken, "g/g/g/a/g/g/b", parent=full_id("g/g/g/a")) is None


@pytest.mark.parametrize("closed", ["a", "a/b", "a/b/c", ROOT])
def test_nothing_is_spawned_below_what_is_being_stopped(closed: str) -> None:
    taken = records(meta("a", 4), meta("a/b", 3))
    no = spawn(taken, "a/b/c", closed=frozenset({full_id(closed)}))
    assert no is not None
    assert (no.code, full_id(closed) in no.title) == ("paused-branch", True)


def test_what_is_being_stopped_elsewhere_hinders_nobody() -> None:
    taken = records(meta("a", 4), meta("b", 3))
    assert spawn(taken, "a/c", closed=frozenset({full_id("b"), full_id("a/d")})) is None


def test_a_refusal_can_be_raised_as_it_is() -> None:
    no = spawn(records(*workers(10)), "one-more")
    assert no is not None
    error = Refused(*no)
    assert (error.code, error.exit_status) == ("no-slot", 3)
    assert all(error.as_json().values())


class TestGhosts:
    def test_what_was_not_spawned_through_the_engine_counts(self) -> None:
        board = slots(records(meta("a", 2), a_record("a/b")), POLICY, {full_id("a"): 3})
        assert (board.committed, board.used) == (5, 5)

    def test_within_the_budget_a_ghost_takes_a_slot_that_was_committed_already(self) -> None:
        board = slots(records(meta("a", 4)), POLICY, {full_id("a"): 1})
        assert (board.committed, board.used) == (4, 2)

    def test_a_ghost_below_nobody_counts_at_the_top(self) -> None:
        board = slots({}, POLICY, {"": 1, "nobody/we-know": 1})
        assert (board.committed, board.used, board.cells) == (2, 2, (("", "ghost", True),) * 2)


class TestTheBoard:
    def test_a_cell_a_slot_used_before_unused_in_the_order_of_the_spawns(self) -> None:
        board = slots(
            records(
                meta("idea-b", 3, spawned_ago=50),
                a_record("idea-b/worker-1", spawned_ago=90),
                a_record("scout-01", role="scout", slots=2, spawned_ago=100),
            ),
            POLICY,
        )
        scout, idea = full_id("scout-01"), full_id("idea-b")
        assert board.cells == (
            (scout, "scout", True),
            (scout, "scout", False),
            (idea, "idea-meta", True),
            (idea, "idea-meta", True),
            (idea, "idea-meta", False),
        )
        assert board.by_role == {"scout": 2, "idea-meta": 3}

    def test_figures_of_an_empty_swarm(self) -> None:
        board = slots({}, POLICY)
        assert (board.max, board.reserve, board.committed, board.used, board.free) == (12, 2, 0, 0, 10)

    def test_the_reserve_in_use_leaves_nothing_free_and_never_less(self) -> None:
        assert slots(records(*workers(12)), POLICY).free == 0


def test_a_meter_counts_the_agent_itself_and_what_its_children_commit() -> None:
    taken = records(meta("a", 4), meta("a/b", 2), ended(a_record("a/c")))
    assert SlotTree(taken, "").taken(full_id("a")) == 3


def judged(**states: Health) -> dict[str, Verdict]:
    return {full_id(agent): Verdict(state, "why", age=60.0) for agent, state in states.items()}


class TestWhoIsEndedFirst:
    def test_stuck_ones_first_then_the_useless_then_the_late_and_the_healthy_last(self) -> None:
        order = [
            Health.OVERDUE,
            Health.FAILED,
            Health.LOOPING,
            Health.INVESTIGATE,
            Health.UNKNOWN,
            Health.DONE,
            Health.LATE,
            Health.RETRYING,
            Health.FRESH,
            Health.PAUSED,
            Health.HELD,
        ]
        verdicts = judged(**{f"w{n}": state for n, state in enumerate(reversed(order))})
        taken = records(*(a_record(agent) for agent in verdicts))
        found = end_first(taken, verdicts, POLICY, parent=ROOT)
        assert [one.state for one in found] == order

    def test_a_death_that_was_not_verified_comes_right_after_the_overdue(self) -> None:
        taken = records(a_record("w1"), a_record("w2"), ended(a_record("w3"), unverified="a child"))
        verdicts = judged(w1=Health.LOOPING, w2=Health.OVERDUE, w3=Health.KILLED)
        found = end_first(taken, verdicts, POLICY, parent=None)
        assert [one.id for one in found] == [full_id("w2"), full_id("w3"), full_id("w1")]

    def test_among_equals_the_older_silence_comes_first(self) -> None:
        ages = {"w1": 50.0, "w2": 70.0, "w3": 60.0}
        verdicts = {full_id(agent): Verdict(Health.OVERDUE, "", age=age) for agent, age in ages.items()}
        found = end_first(records(*map(a_record, ages)), verdicts, POLICY, parent=ROOT)
        assert [one.id for one in found] == [full_id("w2"), full_id("w3"), full_id("w1")]

    def test_only_the_level_that_is_full_is_named(self) -> None:
        taken = records(meta("a", 2), a_record("a/b"), a_record("w"))
        verdicts = judged(a=Health.FRESH, w=Health.FRESH) | {full_id("a/b"): Verdict(Health.OVERDUE, "")}
        assert {one.id for one in end_first(taken, verdicts, POLICY, parent=ROOT)} == {
            full_id("a"),
            full_id("w"),
        }
        assert [one.id for one in end_first(taken, verdicts, POLICY, parent=full_id("a"))] == [full_id("a/b")]

    def test_below_one_that_ended_its_children_are_named(self) -> None:
        taken = records(ended(meta("a", 4), Ending.DONE), a_record("a/b"))
        found = end_first(taken, {}, POLICY, parent=ROOT)
        assert [(one.id, one.frees) for one in found] == [(full_id("a/b"), 1)]

    def test_each_says_what_it_frees(self) -> None:
        taken = records(meta("a", 4), *workers(5))
        found = {one.id: one.frees for one in end_first(taken, {}, POLICY, parent=ROOT)}
        assert found[full_id("a")] == 4
        assert found[full_id("worker-0")] == 1

    def test_the_refusal_names_the_first_of_them(self) -> None:
        taken = records(*workers(10))
        verdicts = {full_id("worker-7"): Verdict(Health.OVERDUE, "", age=2820.0)}
        no = spawn(taken, "x", verdicts=verdicts)
        assert no is not None
        assert no.hint.startswith("Could be ended: genesis-01/worker-7 (overdue, 47m since its last update, frees 1), ")


def test_parents_in_a_ring_are_counted_and_not_followed_for_ever() -> None:
    ring = records(
        a_record("a", parent=full_id("b")), a_record("b", parent=full_id("a")), a_record("c", parent=full_id("c"))
    )
    slot_tree = SlotTree(ring, ROOT)
    assert (slot_tree.committed(), slot_tree.used()) == (3, 3)
    assert list(slot_tree.chain(full_id("a")))


NAMES = [
    full_id(path) for path in ("a", "b", "a/a", "a/b", "b/a", "a/a/a", "a/a/b", "a/a/a/a", "b/a/c", "c", "a/a/a/a/a")
]
steps = st.lists(
    st.tuples(st.sampled_from(NAMES), st.sampled_from(["spawn", "reserve", "end", "queue"]), st.integers(1, 6)),
    max_size=40,
)


@given(steps)
def test_whatever_is_spawned_and_ended_no_level_ever_holds_more_than_it_has(
    plan: list[tuple[str, str, int]],
) -> None:
    taken: dict[str, Record] = {}
    for agent, act, size in plan:
        record = taken.get(agent)
        if act == "end":
            if record is not None:
                taken[agent] = ended(record)
        elif (record is None or not record.holds_slot) and agent.rpartition("/")[0] in (ROOT, *taken):
            reserve = act == "reserve"
            new = a_record(agent, slots=size, phase=Phase.QUEUED if act == "queue" else Phase.RUNNING)
            if act == "queue" or spawn(taken, agent, size, use_reserve=reserve) is None:
                taken[agent] = new
        _holds(taken)


def _holds(taken: Mapping[str, Record]) -> None:
    board = slots(taken, POLICY)
    assert board.used <= board.committed <= POLICY.slots.max
    assert len(board.cells) == board.committed == sum(board.by_role.values())
    assert sum(used for *_, used in board.cells) == board.used
    slot_tree = SlotTree(taken, "")
    for record in taken.values():
        if record.holds_slot:
            running = sum(one.holds_slot for one in taken.values() if (one.id + "/").startswith(record.id + "/"))
            assert running <= record.slots
            assert slot_tree.taken(record.id) <= record.slots


@given(steps)
def test_books_kept_up_say_what_books_made_anew_say(plan: list[tuple[str, str, int]]) -> None:
    kept = SlotTree({}, ROOT)
    taken: dict[str, Record] = {}
    for agent, act, size in plan:
        if agent.rpartition("/")[0] not in (ROOT, *taken):
            continue  # the ledger never has a child before its parent
        phase = {"end": Phase.ENDED, "queue": Phase.QUEUED}.get(act, Phase.RUNNING)
        taken[agent] = a_record(agent, slots=size, phase=phase)
        kept.put(taken[agent])
    anew = SlotTree(taken, ROOT)
    for agent in ("", *taken):
        assert (kept.committed(agent), kept.used(agent)) == (anew.committed(agent), anew.used(agent))
        assert (kept.taken(agent), kept.depth(agent)) == (anew.taken(agent), anew.depth(agent))
