"""The allocation: what a role may hold at most, what is kept for it, and what that leaves to the others."""

from collections.abc import Mapping

import pytest

from swarm.config.checked import parse_policy
from swarm.config.policy import Policy
from swarm.model.beat import ActionKind
from swarm.model.causes import AlertCause
from swarm.model.record import Phase, Record
from swarm.rules.budgets.slot_tree import SlotTree
from swarm.rules.budgets.slots import Refusal, refusal, slots
from swarm.rules.plan import plan
from tests.support.swarms import NOW, POLICY, a_record, a_snapshot, a_view, full_id

POLICY_OF_SCOUTS = parse_policy("[slots.roles.scout]\nmax = 4\nguaranteed = 2\n")


def records(*some: Record) -> dict[str, Record]:
    return {record.id: record for record in some}


def workers(count: int) -> list[Record]:
    return [a_record(f"worker-{n}") for n in range(count)]


def scout(name: str) -> Record:
    return a_record(name, role="scout", slots=2)


def spawn(
    taken: Mapping[str, Record], role: str, size: int, *, name: str = "new", use_reserve: bool = False
) -> Refusal | None:
    policy: Policy = POLICY_OF_SCOUTS
    agent = full_id(name)
    return refusal(
        SlotTree(taken, policy.root.id),
        policy,
        parent=agent.rpartition("/")[0],
        agent_id=agent,
        slots=size,
        role=role,
        use_reserve=use_reserve,
    )


def test_a_role_holds_no_more_than_its_maximum_at_any_depth() -> None:
    one = records(scout("scout-1"), a_record("idea", role="idea-meta", slots=4))
    assert spawn(one, "scout", 2) is None
    two = one | records(scout("idea/scout-2"))
    no = spawn(two, "scout", 2)
    assert no is not None
    assert no.code == "allocation"
    assert "scout holds 4 of the 4" in no.detail
    assert "scout-1" in no.hint
    assert spawn(two, "worker", 1) is None
    helper = records(scout("scout-1"), a_record("scout-1/helper", role="scout"))
    assert spawn(helper, "scout", 2) is None, "what runs in a scout's own budget is not counted twice"


def test_what_is_guaranteed_to_a_role_is_left_to_it() -> None:
    assert spawn(records(*workers(7)), "worker", 1) is None
    no = spawn(records(*workers(8)), "worker", 1)
    assert no is not None
    assert no.code == "no-slot"
    assert "2 kept for scout" in no.detail
    assert spawn(records(*workers(8)), "scout", 2) is None
    filled = records(*workers(7), scout("scout-1"))
    assert spawn(filled, "worker", 1) is None, "a guarantee that is taken keeps nothing more"
    over = spawn(records(*workers(8), scout("scout-1")), "worker", 1)
    assert over is not None
    assert "scout-1" not in over.hint, "its end would leave its slots to scouts"


def test_the_reserve_takes_no_guaranteed_slot_and_a_guarantee_stands_beside_the_reserve() -> None:
    full = records(*workers(8))
    assert spawn(full, "diagnostic", 2, use_reserve=True) is None
    no = spawn(full, "diagnostic", 3, use_reserve=True)
    assert no is not None
    assert no.code == "reserve"
    in_use = full | records(a_record("diagnostic-1", role="diagnostic", slots=2, reserve=True))
    assert spawn(in_use, "scout", 2) is None
    edited = records(*workers(10))  # they were spawned before the guarantee was written down
    assert spawn(edited, "scout", 2) is not None, "the reserve is not the guarantee"


def test_what_is_kept_is_not_free() -> None:
    found = slots(records(*workers(3)), POLICY_OF_SCOUTS)
    assert (found.free, found.kept) == (5, {"scout": 2})
    found = slots(records(scout("scout-1")), POLICY_OF_SCOUTS)
    assert (found.free, found.kept) == (8, {})


def test_who_has_a_guarantee_does_not_wait_behind_who_has_none() -> None:
    waiting = [
        a_view("late", phase=Phase.QUEUED, age=None),
        a_view("scout-9", role="scout", slots=2, phase=Phase.QUEUED, age=None),
        a_view("later", phase=Phase.QUEUED, age=None),
    ]
    crowd = [a_view(f"worker-{n}", age=60.0) for n in range(8)]
    snapshot = a_snapshot(*crowd, *waiting, policy=POLICY_OF_SCOUTS, queue=tuple(view.id for view in waiting))
    kinds = {action.agent: action.kind for action in plan(snapshot, POLICY_OF_SCOUTS, NOW).actions}
    assert [kinds[view.id] for view in waiting] == [ActionKind.SKIP, ActionKind.SPAWN, ActionKind.SKIP]


@pytest.mark.parametrize(
    ("count", "text"), [(10, ""), (11, "1 of the 2 slots in reserve are in use"), (12, "2 of the 2")]
)
def test_a_reserve_in_use_is_an_alert_that_names_who_took_it(count: int, text: str) -> None:
    crowd = [a_view(f"worker-{n}", age=60.0, reserve=n >= 10) for n in range(count)]
    said = [one.reason for one in plan(a_snapshot(*crowd), POLICY, NOW).actions if one.cause is AlertCause.RESERVE]
    assert len(said) == bool(text)
    if text:
        assert said[0].startswith(text)
        assert "genesis-01/worker-10" in said[0]
