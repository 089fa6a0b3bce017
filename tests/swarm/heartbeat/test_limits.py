"""Limits, refusals and totals on real agents whose program tells what it uses, at heartbeats and between them."""

import errno
import json
from typing import Any

import pytest

from swarm.errors import Refused
from swarm.heartbeat import monitor
from swarm.heartbeat.lease import beat_when_due
from swarm.model.beat import Beat
from swarm.model.health import Health
from swarm.model.record import Ending, Phase
from swarm.model.snapshot import AgentView
from swarm.rules.costs import spent
from tests.support import crash
from tests.support.homes import PERIOD, LiveHome
from tests.support.wait import wait_for

INIT = {"type": "system", "subtype": "init", "session_id": "s-1", "model": "m-1", "tools": []}
RETRY = {"type": "system", "subtype": "api_retry", "attempt": 4, "max_retries": 10, "error_status": 529}
TALK = """
[programs.talker]
kind = "command"
format = "claude"

[programs.priceless]
kind = "command"
format = "codex"
"""


def result(cost: float, tokens: int, *, bad: str = "") -> dict[str, Any]:
    """How a turn ends: what it used up, and whether it was well."""
    used = {"inputTokens": tokens, "outputTokens": 0, "cacheReadInputTokens": 0, "cacheCreationInputTokens": 0}
    made: dict[str, Any] = {"type": "result", "subtype": "success", "is_error": bool(bad), "result": bad or "All well."}
    return {**made, "total_cost_usd": cost, "modelUsage": {"m-1": {**used, "costUSD": cost, "costBasis": "list"}}}


class Talkers:
    """A home whose agents print what a program would, and live on."""

    def __init__(self, home: LiveHome) -> None:
        self.home = home

    def rules(self, more: str) -> None:
        self.home.rules(more=TALK + more)
        self.home.swarm = self.home.open()

    def start(self, name: str, *lines: dict[str, Any], then: str = "sleep 300", **more: Any) -> AgentView:
        """An agent that prints these lines; its view once it was heard."""
        said = "\n".join(json.dumps(line) for line in (INIT, *lines))
        more = {"program": "talker", **more}
        self.home.spawn(name, "sh", "-c", f'printf "%s\\n" "$1"; {then}', "sh", said, **more)
        return self.seen(name, len(lines))

    def seen(self, name: str, lines: int) -> AgentView:
        def look() -> AgentView | None:
            view = self.home.swarm.snapshot().agent(self.home.id(name))
            heard = self.home.agent(name).stdout.read_bytes().count(b"\n") > lines
            return view if view is not None and view.activity is not None and heard else None

        found = wait_for(look, f"{name} to be heard")
        assert found is not None
        again = self.home.swarm.snapshot().agent(found.id)
        assert again is not None
        return again

    def beat(self, after: float = PERIOD / 2) -> Beat:
        self.home.clock.advance(after)
        return self.home.swarm.beat(by="test", force=True)

    def look(self) -> None:
        """What the owner of the heartbeat does every 15 seconds between two heartbeats."""
        scanner = self.home.swarm.scanner
        monitor.monitor_agents(self.home.home, scanner, scanner.full(), every=0.0)

    def causes(self) -> dict[str, str]:
        return {alert.cause: alert.text for alert in self.home.state.alerts}


@pytest.fixture
def talkers(live_home: LiveHome) -> Talkers:
    made = Talkers(live_home)
    made.rules("")
    return made


def did(record: Beat, action: str) -> list[str]:
    return [each.agent.removeprefix("genesis-01/") for each in record.actions if each.action == action]


ROLE = "[limits.roles.worker]\ncost_usd = 5.0\ntokens = 1000\n"
WHOLE = "[limits]\ncost_usd = 5.0\n"


def test_an_agent_that_has_used_up_its_limit_is_ended_by_a_heartbeat(talkers: Talkers) -> None:
    talkers.rules(ROLE)
    talkers.start("spender", result(6.0, 10))
    talkers.start("near", result(4.5, 10))
    talkers.start("saver", result(1.0, 10))

    made = talkers.beat()

    assert did(made, "kill") == ["spender"]
    record = talkers.home.record("spender")
    assert (record.phase, record.ending, record.ended_by) == (Phase.ENDED, Ending.KILLED, "engine")
    assert record.why == "its limit of $5 is used up: $6"
    assert talkers.causes() == {
        "limit": "its limit of $5 is used up: $6",
        "limit-near": "$4.50 of its limit of $5 is used",
    }
    assert not talkers.home.alive("spender")
    assert talkers.home.alive("near")
    assert talkers.home.alive("saver")


def test_it_is_ended_between_two_heartbeats_too(talkers: Talkers) -> None:
    talkers.rules(ROLE)
    talkers.start("spender", result(1.0, 2000))
    talkers.start("saver", result(1.0, 10))

    talkers.look()

    assert talkers.home.record("spender").ending is Ending.KILLED
    assert talkers.causes() == {"limit": "its limit of 1k tokens is used up: 2k tokens"}
    assert talkers.home.alive("saver")
    assert talkers.home.state.heartbeat_n == 0


def test_it_is_ended_on_a_disk_that_takes_no_record_of_it_and_recorded_when_there_is_room(talkers: Talkers) -> None:
    talkers.rules(ROLE)
    talkers.start("spender", result(6.0, 10))
    talkers.start("spender-2", result(6.0, 10))

    with crash.failing(0, errno.ENOSPC, lasting=True):
        talkers.look()

    assert not talkers.home.alive("spender")
    assert not talkers.home.alive("spender-2")
    talkers.beat()
    assert talkers.home.record("spender").why == "its limit of $5 is used up: $6"
    assert talkers.home.record("spender").ended_by == "engine"


def test_whoever_owns_the_heartbeat_looks_after_limits(talkers: Talkers) -> None:
    talkers.rules(ROLE)
    talkers.start("spender", result(6.0, 10))
    assert talkers.home.swarm.own_heartbeat("test")

    assert beat_when_due(talkers.home.home, "test", scanner=talkers.home.swarm.scanner) is None

    assert talkers.home.record("spender").ending is Ending.KILLED


def test_a_held_agent_goes_on_and_is_named(talkers: Talkers) -> None:
    talkers.rules(ROLE)
    talkers.start("spender", result(6.0, 10))
    talkers.home.swarm.hold("spender", beats=3, why="it is nearly there")

    made = talkers.beat()
    talkers.look()

    assert did(made, "kill") == []
    assert talkers.home.alive("spender")
    assert "it is held, so it is not ended" in talkers.causes()["limit-near"]


def test_the_swarm_over_its_limit_is_ended_and_stands_still_until_there_is_room(talkers: Talkers) -> None:
    talkers.rules(WHOLE)
    talkers.start("a", result(3.0, 10))
    talkers.start("b", result(2.5, 10))
    talkers.home.spawn("plain")
    talkers.home.spawn("waits", slots=9, queue=True)

    made = talkers.beat()

    assert sorted(did(made, "kill")) == ["a", "b"]
    assert did(made, "skip") == ["waits"]
    assert talkers.home.alive("plain")
    with pytest.raises(Refused, match="over its limit"):
        talkers.home.spawn("more")
    assert (made.tokens, made.cost_usd) == (20, 5.5)

    talkers.rules("[limits]\ncost_usd = 50.0\n")
    again = talkers.beat()

    assert did(again, "spawn") == ["waits"]
    assert "swarm-limit" not in talkers.causes()
    talkers.home.spawn("more", program="command", use_reserve=True)


def test_what_an_agent_used_is_counted_for_good(talkers: Talkers) -> None:
    talkers.start("a", result(3.0, 30), then="exit 1")
    talkers.home.wait_until_ended("a")
    talkers.home.swarm.settle()
    assert (talkers.home.record("a").tokens, talkers.home.record("a").cost_usd) == ((30, 0, 0, 0), 3.0)
    talkers.start("b", result(1.0, 10))

    first = talkers.beat()
    assert (first.tokens, first.cost_usd) == (40, 4.0)
    for _ in range(13):
        last = talkers.beat(PERIOD)

    assert talkers.home.id("a") not in talkers.home.state.agents, "the ledger has let go of it"
    assert (last.tokens, last.cost_usd) == (40, 4.0)
    snapshot = talkers.home.swarm.snapshot()
    assert (snapshot.tokens, snapshot.cost_usd) == (40, 4.0)
    assert spent(snapshot, talkers.home.swarm.now()).cost_per_hour == 0.0


def test_without_a_price_it_is_said_once_and_tokens_count(talkers: Talkers) -> None:
    talkers.rules(ROLE)
    used = {"input_tokens": 100, "cached_input_tokens": 0, "output_tokens": 5}
    begun: dict[str, Any] = {"type": "thread.started", "thread_id": "t-1"}
    view = talkers.start("w", begun, {"type": "turn.completed", "usage": used}, program="priceless")
    assert (view.tokens is not None, view.cost_usd) == (True, None)

    talkers.beat()
    talkers.beat()

    [alert] = talkers.home.state.alerts
    assert (alert.cause, alert.agent, alert.count) == ("price-unknown", "", 2)


def test_a_swarm_that_is_refused_gets_one_alert_and_starts_nobody(talkers: Talkers) -> None:
    for name in ("a", "b", "c"):
        talkers.start(name, RETRY)
    talkers.home.spawn("plain")
    talkers.home.spawn("waits", slots=9, queue=True)

    made = talkers.beat()

    assert list(talkers.causes()) == ["service"]
    assert talkers.causes()["service"].startswith("model service refuses: 3 of 3 agents, since ")
    assert did(made, "skip") == ["waits"]
    view = talkers.home.swarm.snapshot().agent("genesis-01/a")
    assert view is not None
    assert talkers.home.swarm.verdicts(talkers.home.swarm.snapshot())[view.id].state is Health.RETRYING
    agent = talkers.home.open(talkers.home.actor("plain"))
    with pytest.raises(Refused) as caught:
        agent.spawn(talkers.home.request("below"))
    assert caught.value.code == "service"

    for _ in range(4):
        last = talkers.beat(PERIOD)
    assert [agent for agent in did(last, "kill") if agent != "plain"] == []
    assert all(talkers.home.alive(name) for name in ("a", "b", "c"))


def test_a_refusal_is_noticed_and_its_end_too_between_two_heartbeats(talkers: Talkers) -> None:
    talkers.start("a", RETRY)
    talkers.start("b", RETRY)

    talkers.look()
    assert list(talkers.causes()) == ["service"]

    talkers.home.swarm.kill(["b"])
    talkers.look()
    assert talkers.causes() == {}


def test_nothing_is_committed_where_all_is_well(talkers: Talkers) -> None:
    talkers.rules(ROLE)
    talkers.start("saver", result(1.0, 10))
    revision = talkers.home.state.revision

    for _ in range(3):
        talkers.look()

    assert talkers.home.state.revision == revision


def test_a_root_whose_turn_costs_too_much_is_stopped_alone(talkers: Talkers) -> None:
    said = "\\n".join(json.dumps(line) for line in (INIT, result(2.5, 10)))
    command = json.dumps(["sh", "-c", "printf '%s\\n' \"$1\"; sleep 300", "sh", said.replace("\\n", "\n")])
    talkers.rules(
        f'[root]\non = true\nprogram = "mind"\ncost_usd = 2.0\n'
        f'[programs.mind]\nkind = "command"\nformat = "claude"\nargv = {command}\n'
    )
    talkers.home.spawn("plain")
    talkers.home.swarm.beat(by="test")
    view = wait_for(lambda: _priced(talkers, "genesis-01"), "the root to tell its cost")
    assert view is not None
    assert view.cost_usd == 2.5

    talkers.look()

    record = talkers.home.state.agents["genesis-01"]
    assert (record.phase, record.ending, record.cost_usd) == (Phase.IDLE, Ending.KILLED, 2.5)
    assert record.why == "its turn's limit of $2 is used up: $2.50"
    assert talkers.home.alive("plain")
    talkers.beat()
    assert talkers.home.state.agents["genesis-01"].phase is Phase.RUNNING, "another turn has its own money"


def _priced(talkers: Talkers, agent: str) -> AgentView | None:
    view = talkers.home.swarm.snapshot().agent(agent)
    return view if view is not None and view.cost_usd is not None else None
