"""How long an agent waits for its service: pauses that grow and end, times that a service names, whatever they are."""

from hypothesis import given
from hypothesis import strategies as st

from swarm.config.policy import Service
from swarm.model.activity import ActivityState, TurnEnd
from swarm.model.service import Trouble, Waiting
from swarm.model.time import Now
from swarm.rules.service_wait import MAX_NAMED_S, is_due, refusal_of, wait_after, waiting_words

NOW = Now(wall=1_772_271_660.0, awake=400_000.0)
SERVICE = Service()
REFUSED = TurnEnd(ok=False, why="529", trouble=Trouble.OVERLOADED)


def later(now: Now, seconds: float) -> Now:
    return Now(now.wall + seconds, now.awake + seconds)


def test_pauses_double_up_to_the_longest_and_end_with_a_person() -> None:
    now, waiting, pauses = NOW, None, []
    while True:
        waiting = wait_after(waiting, REFUSED, now, SERVICE, answered=False)
        if waiting.next_try is None:
            break
        pauses.append(waiting.next_try - now.awake)
        now = later(now, pauses[-1])
    assert pauses[:6] == [60.0, 120.0, 240.0, 480.0, 900.0, 900.0]
    assert sum(pauses) >= SERVICE.give_up_after > sum(pauses[:-1])
    assert "nothing takes it up or ends it by itself" in waiting_words(waiting, now)


def test_a_named_time_is_not_counted_against_its_patience() -> None:
    limit = TurnEnd(ok=False, why="limit", trouble=Trouble.LIMIT, until=NOW.wall + 5 * 3600.0)
    waiting = wait_after(None, limit, NOW, SERVICE, answered=False)
    then = later(NOW, 5 * 3600.0 + 20.0)
    assert not is_due(waiting, later(NOW, 5 * 3600.0))
    assert is_due(waiting, then)
    again = wait_after(waiting, REFUSED, then, SERVICE, answered=False)
    assert again.next_try is not None
    assert again.since == waiting.since


def test_only_a_failed_turn_with_a_trouble_is_a_refusal() -> None:
    assert refusal_of(ActivityState(turn_end=REFUSED)) is REFUSED
    for end in (None, TurnEnd(ok=True), TurnEnd(ok=False, why="400"), TurnEnd(ok=True, trouble=Trouble.LIMIT)):
        assert refusal_of(ActivityState(turn_end=end)) is None
    assert refusal_of(None) is None


times = st.floats(-1e12, 1e12)
ends = st.builds(
    TurnEnd,
    ok=st.just(value=False),
    why=st.text(max_size=20),
    trouble=st.sampled_from(Trouble),
    until=st.none() | times,
)


@given(st.lists(st.tuples(ends, st.booleans(), st.floats(0, 1e6)), min_size=1, max_size=40), st.floats(0, 1e9))
def test_whatever_a_service_names_the_next_try_is_near_enough_or_a_persons(
    ways: list[tuple[TurnEnd, bool, float]], wall: float
) -> None:
    now = Now(wall, 0.0)
    waiting: Waiting | None = None
    for end, answered, passes in ways:
        now = later(now, passes)
        waiting = wait_after(waiting, end, now, SERVICE, answered=answered)
        assert (waiting.next_try is None) is (waiting.next_at is None)
        if waiting.next_try is not None:
            assert 0 < waiting.next_try - now.awake <= MAX_NAMED_S + 15.0
            assert not is_due(waiting, now)
            assert is_due(waiting, later(now, waiting.next_try - now.awake))
        assert waiting.since <= now.awake
        assert waiting_words(waiting, now)
