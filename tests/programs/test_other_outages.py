"""Codex, Gemini and OpenCode meet with trouble of their service: they wait, and go on when it is over."""

import threading

import pytest

from swarm.heartbeat import monitor
from swarm.model.causes import AlertCause
from swarm.model.health import Health
from swarm.model.record import Ending, Phase
from swarm.model.service import Trouble
from tests.support.homes import PERIOD
from tests.support.model_scripts import Answer, Refuse, Seen, say, shell
from tests.support.program_home import ENDS_S, ProgramHome, needs
from tests.support.wait import wait_for

PROGRAMS = ()
DONE = shell('swarm-tui done --summary "it is there"')
TROUBLES = {
    "codex": (503, Trouble.OVERLOADED),
    "gemini": (401, Trouble.LOGIN),
    "opencode": (401, Trouble.LOGIN),
}
"""A refusal after which each ends within seconds; of others some try again for minutes."""


@pytest.mark.parametrize("worked", [False, True], ids=["at once", "after work"])
@pytest.mark.parametrize("other", TROUBLES)
def test_it_waits_for_its_service_and_goes_on_where_it_was(real: ProgramHome, other: str, worked: bool) -> None:
    needs(other)
    back = threading.Event()
    status, trouble = TROUBLES[other]

    def script(seen: Seen) -> Answer:
        if worked and seen.turns == 0:
            return shell("echo the first half")
        if not back.is_set():
            return Refuse(status)
        return say("Done.") if real.agent("worker-1").results.exists() else DONE

    def look() -> bool:
        real.swarm.settle()
        monitor.monitor_agents(real.home, real.swarm.scanner, real.swarm.snapshot(), every=0.0)
        return real.record("worker-1").phase is Phase.WAITING

    real.use(other, script)
    real.start("worker-1", other, task="The word is plover.")
    wait_for(look, f"{other} to wait", ENDS_S)
    waiting = real.record("worker-1").waiting
    assert waiting is not None
    assert (waiting.trouble, waiting.worked) == (trouble, worked), waiting
    assert real.verdict("worker-1").state is Health.WAITING

    back.set()
    real.clock.advance(61)
    look()
    view = real.ended("worker-1")

    assert view.record is not None
    assert view.record.ending is Ending.DONE, (view.record.why, real.said("worker-1"))
    last = real.models.seen(other)[-1]
    assert "The word is plover." in last.everything
    assert ("the first half" in last.everything) is worked


def test_codex_without_a_network_waits_for_it_and_goes_on_in_the_same_run(real: ProgramHome) -> None:
    """Its own "waiting for network" is an outage like any other: one alert, nothing is started, nobody is ended."""
    needs("codex")
    names = ("worker-1", "worker-2")
    begun, goes_on = real.user / "begun", real.user / "goes-on"
    begun.mkdir()
    half = f"touch {begun}/$SWARM_SPAWN; until [ -e {goes_on} ]; do sleep 0.2; done; echo the first half"

    def script(seen: Seen) -> Answer:
        return shell(half) if seen.turns == 0 else DONE if len(seen.results) == 1 else say("Done.")

    real.use("codex", script)
    real.sized(2)
    for name in names:
        real.start(name, "codex")
    wait_for(lambda: len(list(begun.iterdir())) == len(names), "both to be at work", ENDS_S)
    real.models.down()
    goes_on.touch()
    for name in names:
        real.seen(name, lambda view: view.retries >= 2, "two retries")
    real.start("worker-3", "codex", queue=True)

    for _ in range(4):
        real.clock.advance(PERIOD)
        beat = real.swarm.beat(by="test", force=True)
        assert not beat.passed
        assert {(each.agent, each.action) for each in beat.actions} == {
            ("", "alert"),
            (real.id("worker-3"), "skip"),
        }
    (alert,) = real.state.alerts
    assert alert.cause is AlertCause.SERVICE
    assert alert.text.startswith("model service refuses: 2 of 2 agents")
    assert {real.verdict(name).state for name in names} == {Health.RETRYING}
    real.models.up()
    for name in names:
        view = real.ended(name)
        assert view.record is not None
        assert view.record.ending is Ending.DONE, (view.record.why, real.said(name))
        assert real.agent(name).stdout.read_bytes().count(b'"subtype": "run"') == 1
    real.clock.advance(PERIOD)
    beat = real.swarm.beat(by="test", force=True)
    assert (real.id("worker-3"), "spawn") in {(each.agent, each.action) for each in beat.actions}
    assert real.state.alerts == ()


def test_gemini_that_tries_again_by_itself_for_an_hour_is_said_to_wait_and_no_heartbeat_ends_it(
    real: ProgramHome,
) -> None:
    needs("gemini")
    back = threading.Event()

    def script(seen: Seen) -> Answer:
        if not back.is_set():
            return Refuse(503)
        return say("Done.") if real.agent("worker-1").results.exists() else DONE

    real.use("gemini", script)
    real.start("worker-1", "gemini")
    wait_for(lambda: len(real.models.seen("gemini")) > 1, "its second try", ENDS_S)
    said = real.agent("worker-1").stdout.read_bytes()

    real.clock.advance(180)
    verdict = real.verdict("worker-1")
    assert verdict.state is Health.RETRYING
    assert verdict.why.startswith("waiting for the model for 3m")
    for _ in range(4):
        real.clock.advance(PERIOD)
        beat = real.swarm.beat(by="test", force=True)
        assert [each.action for each in beat.actions if each.agent == real.id("worker-1")] == ["alert"]
        assert beat.counts == {Health.IDLE: 1, Health.RETRYING: 1}
    assert real.agent("worker-1").stdout.read_bytes() == said, "it says nothing of its tries"
    back.set()
    view = real.ended("worker-1")

    assert view.record is not None
    assert view.record.ending is Ending.DONE, (view.record.why, real.said("worker-1"))
    assert view.record.waiting is None, "it was never started again"
