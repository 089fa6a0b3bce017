"""Which verdicts are asked again when the clock ticks: what is in sight always, the rest in turn and in time."""

from swarm.model.health import Health
from swarm.model.time import Now
from swarm.model.values import replace
from swarm.rules.verdicts import verdicts
from swarm_tui.app.verdict_cache import OLDER_SHARE, OLDEST_S, VerdictCache
from tests.support.swarms import MINUTE, NOW, POLICY, a_snapshot, a_view, full_id
from widgets.cells import short_duration


def later(seconds: float) -> Now:
    return Now(NOW.wall + seconds, NOW.awake + seconds)


def test_what_is_in_sight_ages_with_every_tick() -> None:
    book, snapshot = VerdictCache(POLICY), a_snapshot(a_view("seen", age=5), a_view("unseen", age=5))
    book.update(snapshot, NOW)
    found = book.tick(snapshot, later(1), {full_id("seen")})
    assert found[full_id("seen")].age == 6
    assert found[full_id("unseen")].age == 5


def test_out_of_sight_no_age_looks_older_than_a_few_seconds() -> None:
    ages = {full_id(f"worker-{n}"): 50.0 + n for n in range(9)}
    book, snapshot = VerdictCache(POLICY), a_snapshot(*(a_view(f"worker-{n}", age=50.0 + n) for n in range(9)))
    book.update(snapshot, NOW)
    for second in range(1, 90):
        found = book.tick(snapshot, later(second), ())
        for agent, age in ages.items():
            true = age + second
            seconds = range(round(OLDEST_S + OLDER_SHARE * true))
            assert short_duration(found[agent].age or 0) in {short_duration(true - ago) for ago in seconds}


def test_in_sight_an_age_is_never_late_and_what_looks_the_same_is_the_same_object() -> None:
    agent, limit = full_id("worker-1"), POLICY.heartbeat.period
    book, snapshot = VerdictCache(POLICY), a_snapshot(a_view("worker-1", age=60.0))
    said, view = book.update(snapshot, NOW), snapshot.agent(agent)
    assert view is not None
    changes = 0
    for second in range(1, round(limit)):
        found = book.tick(snapshot, later(second), {agent})
        exact = book.judge(view, later(second))
        assert short_duration(found[agent].age or 0) == short_duration(60.0 + second)
        assert (found[agent].state, found[agent].why) == (exact.state, exact.why)
        assert exact.age == 60.0 + second
        changes += found[agent] is not said[agent]
        said = found
    assert changes < limit / 10


def test_a_state_changes_in_time_out_of_sight() -> None:
    limit = POLICY.heartbeat.period
    book, snapshot = VerdictCache(POLICY), a_snapshot(a_view("worker-1", age=limit - 0.5))
    assert book.update(snapshot, NOW)[full_id("worker-1")].state is Health.FRESH
    assert book.tick(snapshot, later(0.25), ())[full_id("worker-1")].state is Health.FRESH
    assert book.tick(snapshot, later(0.75), ())[full_id("worker-1")].state is Health.LATE


def test_another_heartbeat_asks_for_all() -> None:
    book, snapshot = VerdictCache(POLICY), a_snapshot(a_view("worker-1", age=5))
    book.update(snapshot, NOW)
    beaten = replace(snapshot, heartbeat_n=snapshot.heartbeat_n + 1)
    assert book.tick(beaten, later(1), ())[full_id("worker-1")].age == 6


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
