"""Tending: a program that waits for words which nobody will say is asked once, then let go."""

import sys

import pytest

from swarm.lifecycle.messaging import settle_idle_sessions
from swarm.model.record import Ending
from swarm.model.snapshot import AgentView
from swarm.model.values import replace
from swarm.programs.fold import EMPTY, fold
from swarm.protocol.paths import AgentDir
from tests.support.chatting import chat, lines, told, with_chatter
from tests.support.homes import LiveHome
from tests.support.recordings import reader_named
from tests.support.wait import wait_for

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="looks into /proc")


def seen(home: LiveHome, name: str = "worker-1") -> list[AgentView]:
    """A scan's view of it, with what its output adds up to by now."""
    view = home.swarm.snapshot().agent(home.id(name))
    assert view is not None
    reader = reader_named("claude")
    state = EMPTY
    for line in home.agent(name).stdout.read_bytes().split(b"\n"):
        for activity in reader.feed(line):
            state = fold(state, activity, home.clock.wall())
    return [replace(view, activity=state)]


def turns(agent: AgentDir) -> int:
    return len(lines(agent, "result"))


def test_results_that_are_missing_are_asked_for_once_and_then_it_is_let_go(live_home: LiveHome) -> None:
    with_chatter(live_home)
    agent = chat(live_home)
    wait_for(lambda: turns(agent) == 1, "its turn to end")
    before = seen(live_home)

    assert settle_idle_sessions(live_home.home, before) == (live_home.id("worker-1"),)
    assert settle_idle_sessions(live_home.open().home, before) == (), "another process sees that it was asked"
    wait_for(lambda: turns(agent) == 2, "its second turn to end")
    assert "results.json is missing" in told(agent)[1]
    assert settle_idle_sessions(live_home.home, seen(live_home)) == (live_home.id("worker-1"),)

    live_home.wait_until_ended("worker-1")
    live_home.swarm.settle()
    assert live_home.record("worker-1").ending is Ending.FAILED
    assert [line[0] for line in live_home.lines() if line[0] in ("ask", "let-go")] == ["ask", "let-go"]


def test_who_has_written_results_is_let_go(live_home: LiveHome) -> None:
    with_chatter(live_home)
    agent = chat(live_home, task="Write !results at once.")
    wait_for(lambda: turns(agent) == 1, "its turn to end")

    settle_idle_sessions(live_home.home, seen(live_home))

    live_home.wait_until_ended("worker-1")
    live_home.swarm.settle()
    assert live_home.record("worker-1").ending is Ending.DONE
    assert len(told(agent)) == 1, "nothing was asked"


def test_a_failed_turn_is_an_end_and_not_asked_about(live_home: LiveHome) -> None:
    with_chatter(live_home)
    agent = chat(live_home, task="!fail")
    wait_for(lambda: turns(agent) == 1, "its turn to end")

    settle_idle_sessions(live_home.home, seen(live_home))

    live_home.wait_until_ended("worker-1")
    live_home.swarm.settle()
    record = live_home.record("worker-1")
    assert (record.ending, record.exit_code) == (Ending.FAILED, 1)
    assert len(told(agent)) == 1


def test_who_is_at_work_paused_or_has_sub_agents_is_left_alone(live_home: LiveHome) -> None:
    with_chatter(live_home)
    busy = chat(live_home, task="!sleep")
    helped = chat(live_home, "worker-2", task="Start an !agent")
    resting = chat(live_home, "worker-3")
    wait_for(lambda: turns(helped) and turns(resting), "their turns to end")
    live_home.swarm.pause("worker-3")
    views = [*seen(live_home), *seen(live_home, "worker-2"), *seen(live_home, "worker-3")]

    assert settle_idle_sessions(live_home.home, views) == ()
    assert not lines(busy, "result")


def test_a_message_that_waits_is_brought_before_anything_is_asked(live_home: LiveHome) -> None:
    with_chatter(live_home)
    agent = chat(live_home)
    wait_for(lambda: turns(agent) == 1, "its turn to end")
    live_home.swarm.pause("worker-1")
    left = live_home.swarm.message("worker-1", "write !results now")
    live_home.swarm.resume("worker-1")

    settle_idle_sessions(live_home.home, seen(live_home))

    wait_for(lambda: turns(agent) == 2, "its second turn")
    assert left.id in told(agent)[1]
    settle_idle_sessions(live_home.home, seen(live_home))
    live_home.wait_until_ended("worker-1")
    live_home.swarm.settle()
    assert live_home.record("worker-1").ending is Ending.DONE


def test_programs_without_a_channel_are_none_of_its_business(live_home: LiveHome) -> None:
    live_home.spawn("worker-1")
    assert settle_idle_sessions(live_home.home, live_home.swarm.snapshot().agents) == ()


def test_a_heartbeat_does_it(live_home: LiveHome) -> None:
    with_chatter(live_home)
    agent = chat(live_home)
    wait_for(lambda: turns(agent) == 1, "its turn to end")

    live_home.swarm.beat(by="test")
    wait_for(lambda: turns(agent) == 2, "its second turn to end")
    live_home.swarm.beat(by="test", force=True)

    live_home.wait_until_ended("worker-1")
    live_home.swarm.settle()
    assert live_home.record("worker-1").ending is Ending.FAILED


def test_who_waits_for_a_shell_in_its_background_is_not_ended_with_it(live_home: LiveHome) -> None:
    with_chatter(live_home)
    agent = chat(live_home, task="Begin a long !shell")
    wait_for(lambda: turns(agent) == 1, "its turn to end")

    assert settle_idle_sessions(live_home.home, seen(live_home)) == ()
    live_home.swarm.message("worker-1", "It is !over")
    wait_for(lambda: turns(agent) == 2, "its second turn to end")
    assert settle_idle_sessions(live_home.home, seen(live_home)) == (live_home.id("worker-1"),)
    wait_for(lambda: turns(agent) == 3, "its third turn to end")
    assert "results.json is missing" in told(agent)[2]


def test_a_shell_in_the_background_does_not_keep_who_has_written_results(live_home: LiveHome) -> None:
    with_chatter(live_home)
    agent = chat(live_home, task="Begin a long !shell and write !results")
    wait_for(lambda: turns(agent) == 1, "its turn to end")

    assert settle_idle_sessions(live_home.home, seen(live_home)) == (live_home.id("worker-1"),)

    live_home.wait_until_ended("worker-1")
