"""When nobody is started: direct spawns are refused, queued ones wait, and the operator may try."""

import pytest

from swarm.admission import spawn_gate
from swarm.errors import Refused
from swarm.model.causes import AlertCause
from swarm.model.record import Phase
from tests.support.homes import PERIOD, LiveHome

OVER = "the swarm: its limit of $100 in 24 hours is used up: $101"
DOWN = "model service refuses: 9 of 10 agents, since 12:31: 529 overloaded"


def stand(home: LiveHome, cause: AlertCause, text: str) -> None:
    assert spawn_gate.update(home.home, {cause: text})


def test_over_the_limit_nobody_spawns_not_even_the_operator(live_home: LiveHome) -> None:
    stand(live_home, AlertCause.SWARM_LIMIT, OVER)
    with pytest.raises(Refused, match="over its limit") as caught:
        live_home.spawn("worker-1")
    assert (caught.value.code, "$101" in caught.value.detail) == ("limit", True)
    assert live_home.lines("spawn") == [("spawn", "genesis-01/worker-1", False, "limit")]
    assert live_home.state.agents == {}
    assert not live_home.agent("worker-1").path.exists()
    check = live_home.swarm.check_spawn(live_home.request("worker-1"))
    assert [one.code for one in check.objections] == ["limit"]


def test_while_the_service_refuses_agents_do_not_spawn_and_the_operator_is_warned(live_home: LiveHome) -> None:
    live_home.spawn("meta", slots=3, role="idea-meta")
    stand(live_home, AlertCause.SERVICE, DOWN)
    meta = live_home.open(live_home.actor("meta"))

    with pytest.raises(Refused) as caught:
        meta.spawn(live_home.request("worker"))

    assert caught.value.code == "service"
    assert live_home.spawn("tried").warnings[-1] == DOWN
    assert live_home.swarm.check_spawn(live_home.request("more")).warnings[-1] == DOWN


def test_who_asks_for_the_queue_waits_in_it_until_a_heartbeat_finds_it_over(live_home: LiveHome) -> None:
    stand(live_home, AlertCause.SWARM_LIMIT, OVER)
    assert live_home.spawn("worker-1", queue=True).queued
    assert live_home.record("worker-1").phase is Phase.QUEUED

    live_home.clock.advance(PERIOD)
    made = live_home.swarm.beat(by="test")

    assert [(one.action, one.agent) for one in made.actions] == [("spawn", "genesis-01/worker-1")]
    assert live_home.alive("worker-1")
    assert live_home.state.alerts == ()


def test_the_alerts_come_and_go_once(live_home: LiveHome) -> None:
    stand(live_home, AlertCause.SERVICE, DOWN)
    revision = live_home.state.revision
    assert not spawn_gate.update(live_home.home, {AlertCause.SERVICE: DOWN})
    assert not spawn_gate.update(
        live_home.home, {AlertCause.SERVICE: "8 of 10", AlertCause.SWARM_LIMIT: OVER}, only_clear=True
    )
    assert live_home.state.revision == revision
    assert spawn_gate.update(live_home.home, {AlertCause.SERVICE: "8 of 10"})
    assert [(alert.text, alert.count) for alert in live_home.state.alerts] == [("8 of 10", 1)]
    assert spawn_gate.update(live_home.home, {})
    assert live_home.state.alerts == ()
