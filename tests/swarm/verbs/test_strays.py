"""What the operator does about strays and ghosts: one is ended, one is taken in, one is dismissed and stays so."""

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from swarm.api import Swarm
from swarm.errors import Code, NotFound, PolicyError, Refused
from swarm.model.causes import AlertCause
from swarm.model.record import Phase
from tests.support.homes import LiveHome
from tests.support.strays import id_of, make_claude, strays_of
from tests.support.wait import wait_for


def with_strays(live_home: LiveHome, claude: Path, *names: str, agent: str = "worker-1", **more: object) -> None:
    """Spawns an agent that has started these, and waits until they are seen."""
    begun = "\n".join(f"env -i PATH=$PATH setsid {claude} -p {name} &" for name in names)
    live_home.spawn(agent, "bash", "-c", f"{begun}\nsleep 300", **more)
    wait_for(lambda: set(strays_of(live_home)) >= set(names), "the strays")


def test_a_stray_is_ended_with_all_below_it_and_no_other(live_home: LiveHome, tmp_path: Path) -> None:
    claude = make_claude(tmp_path / "bin")
    with_strays(live_home, claude, "one", "two")
    agent = id_of(live_home, "one")
    assert live_home.swarm.preview_kill([agent], live_home.swarm.snapshot())[0].members == ((agent, "", "stray", None),)
    (ended,) = live_home.swarm.kill([agent.rpartition("/")[2]], reason="it is not needed", grace=0.0).agents
    assert ended.gone
    assert ended.agent == agent
    assert {str(found["command"]).split()[0] for found in ended.found} == {"/bin/sh", "sleep"}
    assert set(strays_of(live_home)) == {"two"}
    assert live_home.alive("worker-1")
    assert live_home.lines("kill") == [("kill", agent, True, "")]
    with pytest.raises(NotFound):
        live_home.swarm.kill([agent])


def test_an_agent_ends_its_own_strays_and_no_others(live_home: LiveHome, tmp_path: Path) -> None:
    claude = make_claude(tmp_path / "bin")
    with_strays(live_home, claude, "one")
    live_home.spawn("other")
    agent = id_of(live_home, "one")
    with pytest.raises(Refused) as refused:
        live_home.open(live_home.actor("other")).kill([agent])
    assert refused.value.code is Code.HIERARCHY
    acts: tuple[Callable[[Swarm], object], ...] = (
        lambda swarm: swarm.dismiss([agent]),
        lambda swarm: swarm.adopt_stray(agent, name="mine"),
    )
    for act in acts:
        with pytest.raises(Refused) as refused:
            act(live_home.open(live_home.actor("worker-1")))
        assert refused.value.code is Code.HIERARCHY
    assert live_home.open(live_home.actor("worker-1")).kill([agent], grace=0.0).gone


def test_what_is_dismissed_stays_so_and_can_be_taken_back(live_home: LiveHome, tmp_path: Path) -> None:
    claude = make_claude(tmp_path / "bin")
    with_strays(live_home, claude, "one", slots=2)
    directory = live_home.agent("worker-1").path / "by-hand"
    directory.mkdir()
    (directory / "progress.md").write_text(f"{time.strftime('%Y-%m-%d %H:%M')} - Working.\n")
    stray, ghost = id_of(live_home, "one"), live_home.id("worker-1/by-hand")
    assert live_home.swarm.snapshot().slots.used == 3
    assert live_home.swarm.dismiss([stray, ghost]) == tuple(sorted((stray, ghost)))

    again = live_home.open()  # another process, and after a heartbeat
    again.beat(by="test", force=True)
    shown = {view.id for view in again.snapshot().agents}
    assert not shown & {stray, ghost}
    assert again.snapshot().slots.used == 1
    (directory / "inner").mkdir()
    (directory / "inner" / "progress.md").write_text(f"{time.strftime('%Y-%m-%d %H:%M')} - Working.\n")
    assert not {view.id for view in again.snapshot().agents if view.id.startswith(ghost)}

    with pytest.raises(Refused) as refused:
        again.dismiss(["worker-1"])
    assert refused.value.code is Code.EXISTS
    again.dismiss([stray, "by-hand"], undo=True)
    assert {stray, ghost} <= {view.id for view in again.snapshot().agents}
    with pytest.raises(NotFound):
        again.dismiss([ghost], undo=True)


def test_a_stray_is_taken_in_where_a_budget_is_found_and_else_runs_on(live_home: LiveHome, tmp_path: Path) -> None:
    claude = make_claude(tmp_path / "bin")
    live_home.rules(slots=2, reserve=0)
    live_home.swarm = live_home.open()
    with_strays(live_home, claude, "one", "two")
    one = id_of(live_home, "one")
    with pytest.raises(Refused) as anew:
        live_home.swarm.adopt_stray(one, name="first")
    assert anew.value.code is Code.ATTACH
    # Without it, worker-1 and its other stray take both slots.
    with pytest.raises(Refused) as full:
        live_home.swarm.adopt_stray(one, name="first", restart=True)
    assert full.value.code is Code.BUDGET
    assert set(strays_of(live_home)) == {"one", "two"}

    live_home.rules(slots=3, reserve=0)
    live_home.open()
    (live_home.root / "swarm.toml").write_text("[slots]\nmaxx = 3\n")
    with pytest.raises(PolicyError):
        live_home.open().adopt_stray(one, name="first", restart=True)
    assert set(strays_of(live_home)) == {"one", "two"}, "no agent is started, so none is ended for it"

    live_home.rules(slots=3, reserve=0)
    live_home.swarm = live_home.open()
    taken = live_home.swarm.adopt_stray(one, name="first", restart=True)
    assert taken.agent == live_home.id("first"), "worker-1 has one slot, so the root gives it"
    assert set(strays_of(live_home)) == {"two"}
    assert live_home.state.agents[taken.agent].phase is Phase.RUNNING
    assert str(claude) in live_home.layout.agent(taken.agent).spec.read_text()
    assert live_home.lines("adopt")[-1] == ("adopt", taken.agent, True, "")
    assert live_home.swarm.snapshot().slots.used == 3


def test_failure_6_the_policy_ends_strays_that_the_heartbeat_before_warned_of(
    live_home: LiveHome, tmp_path: Path
) -> None:
    claude = make_claude(tmp_path / "bin")
    live_home.rules(more='\n[strays]\nthen = "kill"\n')
    live_home.swarm = live_home.open()
    with_strays(live_home, claude, "one", "spared")
    live_home.swarm.beat(by="test", force=True)
    assert set(strays_of(live_home)) == {"one", "spared"}
    alerts = [alert for alert in live_home.state.alerts if alert.cause is AlertCause.STRAY]
    live_home.swarm.acknowledge([alert for alert in alerts if "spared" in alert.text])
    (due,) = [each for each in live_home.swarm.rehearse().plan.actions if each.kind == "end-stray"]
    assert due.agent == id_of(live_home, "one")
    live_home.swarm.beat(by="test", force=True)
    assert set(strays_of(live_home)) == {"spared"}
    live_home.swarm.beat(by="test", force=True)
    left = [alert.agent for alert in live_home.state.alerts if alert.cause is AlertCause.STRAY]
    assert left == [id_of(live_home, "spared")]
