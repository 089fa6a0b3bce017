"""Field report, failure 3, on real processes: who loops is told, and ended when it goes on, as the policy says."""

import pytest

from swarm.model.causes import AlertCause
from swarm.model.record import Ending, Phase
from tests.support.homes import PERIOD, LiveHome


def attempts(first: int, count: int = 8) -> str:
    """What an agent that loops writes from this minute on."""
    return "".join(f"2026-02-28 09:{n} - Still browsing, attempt {n}.\n" for n in range(first, first + count))


def loop(home: LiveHome, agent: str, text: str = attempts(10)) -> None:
    """An agent adds to its progress.md; a text is no mutable value."""
    with home.agent(agent).progress.open("a") as file:
        file.write(text)


def beat(home: LiveHome) -> None:
    """The next heartbeat, a period later. It was no gap: the one before was a period ago."""
    home.clock.advance(PERIOD)
    home.swarm.beat(by="test", force=True)


def causes(home: LiveHome) -> set[AlertCause]:
    return {alert.cause for alert in home.state.alerts}


@pytest.mark.parametrize(("then", "ends"), [("stop", True), ("kill", True), ("alert", False)])
def test_failure_3_who_loops_is_told_first_and_ends_after_that_as_the_policy_says(
    live_home: LiveHome, then: str, *, ends: bool
) -> None:
    live_home.rules(more=f'\n[looping]\nthen = "{then}"\n')
    live_home.swarm = live_home.open()
    live_home.spawn("looper")
    live_home.swarm.beat(by="test")
    loop(live_home, "looper")
    beat(live_home)

    inbox = live_home.agent("looper").inbox.read_text()
    assert "You count as looping: its last 8 updates say the same." in inbox
    assert ("you are ended in 30m" in inbox) is ends
    assert "Still browsing" not in inbox, "its own words come back to it in the engine's name"
    assert AlertCause.LOOPING in causes(live_home)
    assert live_home.record("looper").phase is Phase.RUNNING

    for minute in (20, 30):
        loop(live_home, "looper", attempts(minute, 1))
        beat(live_home)

    record = live_home.record("looper")
    assert (record.ending is Ending.KILLED) is ends
    assert live_home.agent("looper").inbox.read_text() == inbox, "it is told once"
    if ends:
        assert "looping, and warned 30m ago: its last 8 updates say the same" in record.why
        assert AlertCause.KILLED in causes(live_home)


def test_failure_3_who_gets_on_after_the_warning_lives_and_is_warned_anew_when_it_loops_again(
    live_home: LiveHome,
) -> None:
    live_home.spawn("worker")
    live_home.swarm.beat(by="test")
    loop(live_home, "worker")
    beat(live_home)
    assert live_home.record("worker").loop_warned is not None

    loop(live_home, "worker", "2026-02-28 09:20 - Found a mirror, 12 of 400 pages are here.\n")
    beat(live_home)
    assert live_home.record("worker").loop_warned is None
    assert AlertCause.LOOPING not in causes(live_home)

    loop(live_home, "worker", attempts(30))
    beat(live_home)
    assert len(live_home.lines("warn")) == 2
    assert live_home.record("worker").phase is Phase.RUNNING


def test_who_is_held_or_acknowledged_is_spared(live_home: LiveHome) -> None:
    for name in ("held", "seen"):
        live_home.spawn(name)
    live_home.swarm.beat(by="test")
    for name in ("held", "seen"):
        loop(live_home, name)
    beat(live_home)
    live_home.swarm.hold(live_home.id("held"), beats=9, why="a long night")
    alert = next(each for each in live_home.state.alerts if each.agent == live_home.id("seen"))
    live_home.swarm.acknowledge([alert])
    for minute in (20, 30, 40):
        for name in ("held", "seen"):
            loop(live_home, name, attempts(minute, 1))
        beat(live_home)
    assert [live_home.record(name).phase for name in ("held", "seen")] == [Phase.RUNNING] * 2
