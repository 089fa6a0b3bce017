"""Limits of real Claude Code processes: kept in the middle of a turn, and by the program itself for the root."""

from functools import partial

import pytest

from swarm.heartbeat import monitor
from swarm.lifecycle.messaging import settle_idle_sessions
from swarm.model.record import Ending, Phase
from swarm.model.snapshot import AgentView
from tests.programs.test_claude_talk import DONE, Gate
from tests.support.model_scripts import Answer, Usage, say, shell
from tests.support.program_home import ENDS_S, ProgramHome
from tests.support.wait import wait_for

PROGRAMS = ("claude",)
pytestmark = pytest.mark.every_version


def has_spent(view: AgentView, usd: float) -> bool:
    return (view.cost_usd or 0.0) >= usd


def look(real: ProgramHome) -> None:
    """What the owner of the heartbeat does every 15 seconds."""
    monitor.monitor_agents(real.home, real.swarm.scanner, real.swarm.snapshot(), every=0.0)


def spends(times: int, each: Usage) -> list[Answer]:
    """Works on and on, at the same price a step."""
    return [*[shell("echo expensive", each)] * times, DONE, say("Done.")]


STEP = Usage(8_000, 400, 10_000, 4_000)
"""8 cents of claude-opus-4-8: 4 for what is new, 1 for what is written, 3 for what the cache gives and takes."""
STEP_USD = 0.08


def test_an_agent_is_ended_in_mid_turn_when_what_it_costs_reaches_its_limit(real: ProgramHome) -> None:
    gate = Gate(real.user)
    script = [shell("echo expensive", Usage(200_000, 9000)), gate.call, DONE, say("Done.")]
    unbelted = 'args = ["--max-budget-usd", "9"]'
    real.use("claude", script, settings=unbelted, more="[limits.roles.worker]\ncost_usd = 0.5\n")
    real.start("worker-1", "claude")
    gate.wait()
    look(real)
    record = real.record("worker-1")
    assert (record.phase, record.ending) == (Phase.ENDED, Ending.KILLED), real.said("worker-1")
    assert record.why.startswith("its limit of $0.50 is used up: $")
    assert record.cost_usd == pytest.approx(1.225, abs=0.01), "1.00 for what it read, 0.225 for what it wrote"
    assert not real.left()


def test_what_an_agent_writes_counts_while_its_turn_goes_on(real: ProgramHome) -> None:
    gate = Gate(real.user)
    real.use("claude", [shell("echo long", Usage(1_000, 9_000)), gate.call, DONE, say("Done.")])
    real.start("worker-1", "claude")
    gate.wait()
    look(real)
    view = real.seen("worker-1", lambda view: view.tokens is not None and view.tokens.output >= 9_000, "what it wrote")
    assert view.activity is not None
    assert view.activity.in_turn
    assert view.cost_usd == pytest.approx(0.2306, abs=0.01)
    gate.open.touch()
    assert real.ended("worker-1").tokens is not None


def test_an_agent_stops_near_its_limit_although_nobody_looks_while_it_works(real: ProgramHome) -> None:
    real.use("claude", spends(30, STEP), more="[limits.roles.worker]\ncost_usd = 0.30\n")
    real.start("worker-1", "claude")
    over = real.seen("worker-1", lambda view: view.activity and view.activity.turns, "the end of its turn")
    assert over.cost_usd is not None
    assert 0.30 <= over.cost_usd <= 0.30 + STEP_USD
    look(real)
    wait_for(lambda: real.swarm.settle() or real.record("worker-1").phase is Phase.ENDED, "it to be ended", ENDS_S)
    record = real.record("worker-1")
    assert record.ending in (Ending.KILLED, Ending.FAILED), record.why
    assert "limit" in record.why or "budget" in record.why
    assert record.cost_usd == pytest.approx(over.cost_usd)
    assert real.state.alerts


def test_a_swarm_stops_near_its_limit_with_all_agents_in_the_middle_of_their_turns(real: ProgramHome) -> None:
    waits = [shell(f"while [ ! -e {real.user}/gate-{step} ]; do sleep 0.1; done", STEP) for step in (1, 2)]
    real.use("claude", [*waits, DONE], more="[limits]\ncost_usd = 0.30\n")
    names = [f"worker-{number}" for number in range(3)]
    for name in names:
        real.start(name, "claude")
    for step in (1, 2):
        for name in names:
            real.seen(name, partial(has_spent, usd=(step - 0.4) * STEP_USD), f"its step {step}")
        assert all(real.record(name).live for name in names)
        look(real)
        (real.user / f"gate-{step}").touch()
    for name in names:
        record = real.record(name)
        assert (record.phase, record.ending) == (Phase.ENDED, Ending.KILLED), real.said(name)
        assert record.why.startswith("the swarm: its limit of $0.30 in 24 hours is used up: $")
    # What is promised: the limit, and above it what each living agent uses between two looks. Here that is one request.
    assert 0.30 <= real.swarm.snapshot().cost_usd <= 0.30 + len(names) * STEP_USD
    assert not real.left()


def test_a_model_without_a_known_price_raises_an_alert_at_the_first_look(real: ProgramHome) -> None:
    gate = Gate(real.user)
    real.use("claude", [gate.call, DONE, say("Done.")], more="[limits.roles.worker]\ncost_usd = 5.0\n")
    real.start("worker-1", "claude", model="my-gateway-model")
    gate.wait()
    view = real.seen("worker-1", lambda view: view.tokens is not None and view.tokens.total, "its first tokens")
    assert (view.cost_usd, view.unpriced) == (None, True)
    look(real)
    assert [alert.cause for alert in real.state.alerts] == ["price-unknown"]
    look(real)
    assert [(alert.cause, alert.count) for alert in real.state.alerts] == [("price-unknown", 1)]
    gate.open.touch()
    ended = real.ended("worker-1")
    assert (ended.cost_usd, ended.unpriced) == (None, True), "the program guesses, and a guess is no price"


def test_a_session_that_goes_on_is_not_charged_with_what_it_cost_before(real: ProgramHome) -> None:
    real.use("claude", [say("Not yet.", Usage(10_000, 100))])
    first = real.start("worker-1", "claude")
    real.seen("worker-1", lambda view: view.activity and view.activity.turns, "its first turn")
    real.swarm.kill([first], grace=20.0)
    before = real.record("worker-1").cost_usd
    assert before is not None
    assert before >= 0.05
    results, last = real.agent("worker-1").results, say("Done.", Usage(10_000, 100))
    real.models.play("claude", lambda _: last if results.exists() else DONE)
    real.swarm.respawn(first)
    view = real.ended("worker-1")
    assert view.cost_usd is not None
    assert view.cost_usd == pytest.approx(0.0525 + 0.00075), "what came before stands in another account"


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
