"""Which verdicts are asked again when the clock ticks: what is in sight always, the rest in turn and in time."""

from swarm.model.health import Health
from swarm.model.time import Now
from swarm.model.values import replace
from swarm.rules.plan import verdicts
from swarm_tui.app.verdict_cache import OLDEST_S, VerdictCache
from tests.support.swarms import MINUTE, NOW, POLICY, a_snapshot, a_view, full_id


def later(seconds: float) -> Now:
    return Now(NOW.wall + seconds, NOW.awake + seconds)


def test_what_is_in_sight_ages_with_every_tick() -> None:
    book, snapshot = VerdictCache(POLICY), a_snapshot(a_view("seen"), a_view("unseen"))
    book.update(snapshot, NOW)
    found = book.tick(snapshot, later(0.5), {full_id("seen")})
    assert found[full_id("seen")].age == MINUTE + 0.5
    assert found[full_id("unseen")].age == MINUTE


def test_out_of_sight_no_age_is_older_than_a_few_seconds() -> None:
    book, snapshot = VerdictCache(POLICY), a_snapshot(*(a_view(f"worker-{n}") for n in range(9)))
    book.update(snapshot, NOW)
    for second in range(1, 30):
        found = book.tick(snapshot, later(second), ())
        ages = [found[full_id(f"worker-{n}")].age for n in range(9)]
        assert all(age is not None and MINUTE + second - age < OLDEST_S for age in ages)


def test_a_state_changes_in_time_out_of_sight() -> None:
    limit = POLICY.heartbeat.period
    book, snapshot = VerdictCache(POLICY), a_snapshot(a_view("worker-1", age=limit - 0.5))
    assert book.update(snapshot, NOW)[full_id("worker-1")].state is Health.FRESH
    assert book.tick(snapshot, later(0.25), ())[full_id("worker-1")].state is Health.FRESH
    assert book.tick(snapshot, later(0.75), ())[full_id("worker-1")].state is Health.LATE


def test_another_heartbeat_asks_for_all() -> None:
    book, snapshot = VerdictCache(POLICY), a_snapshot(a_view("worker-1"))
    book.update(snapshot, NOW)
    beaten = replace(snapshot, heartbeat_n=snapshot.heartbeat_n + 1)
    assert book.tick(beaten, later(0.5), ())[full_id("worker-1")].age == MINUTE + 0.5


def test_agents_that_come_and_go_leave_the_verdicts_of_a_fresh_look() -> None:
    book = VerdictCache(POLICY)
    views = [a_view(f"worker-{n}", age=n * MINUTE) for n in range(6)]
    for kept in (
        views,
        views[1:],
        [*views[2:], views[0]],
        views[:3],
        [*views[:2], a_view("other", age=9 * MINUTE)],
        [],
    ):
        snapshot = a_snapshot(*kept)
        assert book.update(snapshot, NOW) == verdicts(snapshot, POLICY, NOW)
        assert book.tick(snapshot, NOW, ()) == verdicts(snapshot, POLICY, NOW)


def test_what_was_handed_out_stays_as_it_was() -> None:
    book, snapshot = VerdictCache(POLICY), a_snapshot(a_view("worker-1"))
    first = book.update(snapshot, NOW)
    before = dict(first)
    book.tick(snapshot, later(100))
    assert first == before
