"""Limits of real Claude Code processes: kept in the middle of a turn, and by the program itself for the root."""

import pytest

from swarm.heartbeat import monitor
from swarm.lifecycle.messaging import settle_idle_sessions
from swarm.model.record import Ending, Phase
from tests.programs.test_claude_talk import DONE, Gate
from tests.support.model_scripts import Usage, say, shell
from tests.support.program_home import ENDS_S, ProgramHome
from tests.support.wait import wait_for

PROGRAMS = ("claude",)
pytestmark = pytest.mark.every_version


def look(real: ProgramHome) -> None:
    """What the owner of the heartbeat does every 15 seconds."""
    monitor.monitor_agents(real.home, real.swarm.scanner, real.swarm.snapshot(), every=0.0)


def test_an_agent_is_ended_in_mid_turn_when_what_it_costs_reaches_its_limit(real: ProgramHome) -> None:
    gate = Gate(real.user)
    script = [shell("echo expensive", Usage(200_000, 9000)), gate.call, DONE, say("Done.")]
    real.use("claude", script, more="[limits.roles.worker]\ncost_usd = 0.5\n")
    real.start("worker-1", "claude")
    gate.wait()
    assert real.view("worker-1").cost_usd is None

    look(real)
    priced = real.seen("worker-1", lambda view: view.cost_usd is not None, "its cost to be told")
    assert priced.activity is not None
    assert priced.activity.in_turn
    assert priced.cost_usd is not None
    assert priced.cost_usd > 0.5
    look(real)

    record = real.record("worker-1")
    assert (record.phase, record.ending) == (Phase.ENDED, Ending.KILLED), real.said("worker-1")
    assert record.why.startswith("its limit of $0.50 is used up: $")
    assert record.cost_usd is not None
    assert record.cost_usd == pytest.approx(priced.cost_usd, abs=0.01), "what it is asked for is rounded"
    assert not real.left()


def test_a_root_keeps_to_the_cost_of_a_turn_by_itself_and_says_so(real: ProgramHome) -> None:
    script = [shell("echo expensive", Usage(200_000, 9000)), say("Never reached.")]
    real.use("claude", script, more='[root]\non = true\nprogram = "claude"\ncost_usd = 0.5\n')

    real.swarm.beat(by="test")
    # Nobody tells it that it is over: it waits for words, and whoever watches lets it go.
    ends = real.agent("genesis-01").exit
    wait_for(
        lambda: ends.exists() or settle_idle_sessions(real.home, real.swarm.snapshot().agents),
        "the turn to end",
        ENDS_S,
    )
    wait_for(ends.exists, "the root to be let go", ENDS_S)
    real.swarm.settle()

    record = real.state.agents["genesis-01"]
    assert (record.phase, record.ending) == (Phase.IDLE, Ending.FAILED), record
    assert "budget" in record.why
    assert [alert.cause for alert in real.state.alerts] == ["root-failed"]
    assert not real.left()
