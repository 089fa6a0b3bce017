"""A model service that refuses real agents: one alert, nobody is started, nobody is lost, and everything goes on."""

import threading

import pytest

from swarm.errors import Refused as SpawnRefused
from swarm.heartbeat import monitor
from swarm.model.causes import AlertCause
from swarm.model.health import Health
from swarm.model.record import Ending, Phase
from swarm.model.service import Trouble, Waiting
from tests.support.homes import PERIOD
from tests.support.model_scripts import Answer, Refuse, Seen, Usage, say, shell
from tests.support.program_home import ENDS_S, ProgramHome
from tests.support.wait import wait_for

PROGRAMS = ("claude",)
NAMES = ("worker-1", "worker-2", "worker-3")
DONE = 'swarm-tui done --summary "it is there"'
HOUR = 3600.0


def alerts(real: ProgramHome) -> list[str]:
    return [alert.cause for alert in real.state.alerts]


def look(real: ProgramHome) -> None:
    """What the owner of the heartbeat does every 15 seconds."""
    real.swarm.settle()
    monitor.monitor_agents(real.home, real.swarm.scanner, real.swarm.snapshot(), every=0.0)


def waits(real: ProgramHome, *names: str) -> None:
    """Their programs have ended for their service, and the ledger knows."""

    def all_of_them() -> bool:
        look(real)
        return all(real.record(name).phase is Phase.WAITING for name in names)

    wait_for(all_of_them, "the agents to wait", ENDS_S)


def test_a_whole_swarm_that_is_refused_raises_one_alert_and_starts_nobody_until_the_service_is_back(
    real: ProgramHome,
) -> None:
    back = threading.Event()

    def script(seen: Seen) -> Answer:
        if not back.is_set():
            return Refuse(500)
        return shell(DONE) if seen.turns == 0 else say("Done.")

    real.use("claude", script, env={"CLAUDE_CODE_MAX_RETRIES": "8"})
    for name in NAMES:
        real.start(name, "claude")
    for name in NAMES:
        real.seen(name, lambda view: view.retries >= 2, "two retries")
    beat = real.swarm.beat(by="test", force=True)
    assert beat.counts.get(Health.RETRYING) == len(NAMES), beat.counts
    assert not beat.passed
    assert alerts(real) == [AlertCause.SERVICE]
    with pytest.raises(SpawnRefused) as refused:
        real.open(real.actor("worker-1")).spawn(real.request("helper"))
    assert refused.value.code == "service"
    back.set()
    for name in NAMES:
        view = real.ended(name)
        assert view.record is not None
        assert view.record.ending is Ending.DONE, (view.record.why, real.said(name))
    real.swarm.beat(by="test", force=True)
    assert AlertCause.SERVICE not in alerts(real)


@pytest.mark.every_version
@pytest.mark.parametrize("worked", [False, True], ids=["at once", "after work"])
def test_an_agent_that_an_overload_ended_goes_on_where_it_was(real: ProgramHome, worked: bool) -> None:
    back = threading.Event()

    def script(seen: Seen) -> Answer:
        if worked and seen.turns == 0:
            return shell("echo the first half")
        if not back.is_set():
            return Refuse(529)
        return say("Done.") if len(seen.results) > worked else shell(DONE)

    real.use("claude", script)
    real.start("worker-1", "claude")
    waits(real, "worker-1")
    waiting = real.record("worker-1").waiting
    assert waiting is not None
    assert (waiting.trouble, waiting.worked) == (Trouble.OVERLOADED, worked)
    assert real.verdict("worker-1").state is Health.WAITING
    assert not real.left()

    back.set()
    real.clock.advance(61)
    look(real)
    view = real.ended("worker-1")

    assert view.record is not None
    assert view.record.ending is Ending.DONE, (view.record.why, real.said("worker-1"))
    last = real.models.seen("claude")[-1]
    assert "Do what the test says." in last.everything, "its brief is in the session"
    assert ("the first half" in last.everything) is worked


REFUSALS = {
    401: Trouble.LOGIN,
    402: Trouble.CREDIT,
    403: Trouble.LOGIN,
    429: Trouble.LIMIT,
    500: Trouble.OVERLOADED,
    529: Trouble.OVERLOADED,
}


@pytest.mark.every_version
@pytest.mark.parametrize("status", REFUSALS, ids=str)
def test_what_the_service_says_is_the_reason_why_an_agent_waits(real: ProgramHome, status: int) -> None:
    real.use("claude", [Refuse(status)], env={"CLAUDE_CODE_MAX_RETRIES": "1"})
    real.start("worker-1", "claude")
    waits(real, "worker-1")
    waiting = real.record("worker-1").waiting
    assert waiting is not None
    assert waiting.trouble is REFUSALS[status], waiting
    assert real.state.alerts == () or alerts(real) == [AlertCause.SERVICE]


def test_a_service_that_cannot_be_reached_is_waited_for(real: ProgramHome) -> None:
    nowhere = {"ANTHROPIC_BASE_URL": "http://127.0.0.1:9", "CLAUDE_CODE_MAX_RETRIES": "1"}
    real.use("claude", [say("Never reached.")], env=nowhere)
    real.start("worker-1", "claude")
    waits(real, "worker-1")
    waiting = real.record("worker-1").waiting
    assert waiting is not None
    assert waiting.trouble is Trouble.UNREACHABLE


def test_a_request_that_is_at_fault_itself_is_a_failure(real: ProgramHome) -> None:
    real.use("claude", [Refuse(400)])
    real.start("worker-1", "claude")
    view = real.ended("worker-1")
    assert view.record is not None
    assert view.record.ending is Ending.FAILED


@pytest.mark.every_version
def test_twelve_agents_come_through_an_outage_of_their_service(real: ProgramHome) -> None:
    """All are cut off in the middle of their work: nobody is lost or started twice, and what it all cost is told.

    The service goes down, comes back overloaded, and works again; only the pauses between the tries are not waited for.
    """
    names = [f"worker-{number:02d}" for number in range(12)]
    begun, goes_on, back = real.user / "begun", real.user / "goes-on", threading.Event()
    begun.mkdir()
    half = f"touch {begun}/$SWARM_SPAWN; until [ -e {goes_on} ]; do sleep 0.2; done; echo the first half"

    def script(seen: Seen) -> Answer:
        if seen.turns == 0:
            return shell(half, Usage(1000, 100))
        if not back.is_set():
            return Refuse(529)
        return say("Done.") if len(seen.results) > 1 else shell(DONE, Usage(1000, 100))

    real.use("claude", script)
    real.sized(12)
    staggered(real)
    for name in names:
        real.start(name, "claude", task=f"You are {name}.")
    wait_for(lambda: len(list(begun.iterdir())) == len(names), "all of them to be at work", 2 * ENDS_S)
    spawned = {name: real.record(name).spawn_id for name in names}
    began = real.clock.wall()
    real.models.down()
    goes_on.touch()
    waits(real, *names)
    assert {each.trouble for each in waitings(real, names)} == {Trouble.UNREACHABLE}
    beat = real.swarm.beat(by="test", force=True)
    assert not beat.passed
    assert alerts(real) == [AlertCause.SERVICE]
    assert "12 of 12 agents" in real.state.alerts[0].text
    assert real.swarm.snapshot().slots.committed == len(names)
    real.clock.advance(61)
    look(real)
    waits(real, *names)
    real.models.up()
    real.clock.advance(121)
    look(real)
    waits(real, *names)
    assert {(each.tries, each.trouble) for each in waitings(real, names)} == {(2, Trouble.OVERLOADED)}

    back.set()
    real.clock.advance(241)
    assert real.clock.wall() - began > 300
    look(real)
    for name in names:
        view = real.ended(name)
        assert view.record is not None
        assert view.record.ending is Ending.DONE, (view.record.why, real.said(name))
    real.clock.advance(60)
    beat = real.swarm.beat(by="test", force=True)

    assert {name: real.record(name).spawn_id for name in names} == spawned
    for name in names:
        runs = real.agent(name).stdout.read_bytes().count(b'"subtype": "run"')
        assert runs == 4, f"{name} was started {runs} times"
        asked = [seen for seen in real.asked("claude", f"You are {name}.") if seen.turns == 0]
        assert len(asked) == 1, f"the first half of {name} was done {len(asked)} times"
    assert sorted(alerts(real)) == []
    assert beat.passed
    costs = [real.view(name).cost_usd for name in names]
    assert all(cost is not None and cost > 0 for cost in costs), costs
    snapshot = real.swarm.snapshot()
    assert snapshot.cost_usd == pytest.approx(sum(cost or 0.0 for cost in costs))
    assert not any(view.unpriced for view in snapshot.agents)
    assert not real.left()


def staggered(real: ProgramHome) -> None:
    """Starts come one after another, as outside of tests."""
    path = real.root / "swarm.toml"
    path.write_text(path.read_text().replace("stagger = false", "stagger = true"))
    real.swarm = real.open()


def waitings(real: ProgramHome, names: list[str]) -> list[Waiting]:
    """How they wait for their service."""
    return [waiting for name in names if (waiting := real.record(name).waiting) is not None]


@pytest.mark.every_version
def test_a_limit_that_names_its_end_in_five_hours_is_waited_for_and_then_it_goes_on(real: ProgramHome) -> None:
    """The account of a subscription: its service says when it may be used again."""
    back = threading.Event()
    resets = real.clock.wall() + 5 * HOUR

    def script(seen: Seen) -> Answer:
        if seen.turns == 0:
            return shell("echo the first half")
        if not back.is_set():
            return Refuse(429, headers=limited_until(resets))
        return say("Done.") if len(seen.results) > 1 else shell(DONE)

    url = real.models.url("claude")
    login = {"ANTHROPIC_BASE_URL": url, "CLAUDE_CODE_OAUTH_TOKEN": "sk-ant-oat01-not-a-real-token-of-anybody"}
    real.use("claude", script, env=login, logged_in=False)
    real.start("worker-1", "claude")
    waits(real, "worker-1")
    waiting = real.record("worker-1").waiting
    assert waiting is not None
    assert (waiting.trouble, waiting.named) == (Trouble.LIMIT, True), (waiting, real.said("worker-1"))
    assert waiting.next_at == pytest.approx(resets, abs=60)
    for _ in range(19):  # heartbeats go on all the time, and nothing is tried
        real.clock.advance(PERIOD)
        beat = real.swarm.beat(by="test", force=True)
        look(real)
        assert not beat.passed
        assert real.record("worker-1").phase is Phase.WAITING
    assert alerts(real) == [AlertCause.SERVICE]

    back.set()
    real.clock.advance(PERIOD + 60)
    beat = real.swarm.beat(by="test", force=True)
    view = real.ended("worker-1")

    assert (real.id("worker-1"), "take-up") in {(each.agent, each.action) for each in beat.actions}
    assert view.record is not None
    assert view.record.ending is Ending.DONE, (view.record.why, real.said("worker-1"))
    assert "the first half" in real.models.seen("claude")[-1].everything
    assert real.agent("worker-1").stdout.read_bytes().count(b'"subtype": "run"') == 2
    real.clock.advance(PERIOD)
    assert real.swarm.beat(by="test", force=True).passed
    assert alerts(real) == []


def limited_until(wall: float) -> dict[str, str]:
    """What the service of a subscription says beside its 429. wall: seconds at which the limit ends."""
    return {
        "anthropic-ratelimit-unified-status": "rejected",
        "anthropic-ratelimit-unified-representative-claim": "five_hour",
        "anthropic-ratelimit-unified-reset": str(int(wall)),
        "anthropic-ratelimit-unified-5h-status": "rejected",
        "anthropic-ratelimit-unified-5h-reset": str(int(wall)),
        "anthropic-ratelimit-unified-5h-utilization": "1.0",
    }
