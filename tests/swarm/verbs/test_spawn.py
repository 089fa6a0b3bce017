"""Spawning: everything is asked before anything is done, and nothing is left of what fails."""

import os
from pathlib import Path

import pytest

from swarm.errors import NotFound, Refused, SwarmError
from swarm.home.context import Home
from swarm.model.agent import Acceptance
from swarm.model.record import Phase
from swarm.model.requests import SpawnRequest
from swarm.model.values import replace
from swarm.processes.local_runner import LocalRunner
from swarm.protocol.agent_files import read_spec
from swarm.protocol.owned_paths import overlap
from tests.support.homes import LiveHome
from tests.support.wait import wait_for


def refused(home: LiveHome, request: SpawnRequest) -> SwarmError:
    with pytest.raises(SwarmError) as caught:
        home.swarm.spawn(request)
    return caught.value


def test_a_spawned_agent_runs_with_its_spec_and_brief_beside_it(live_home: LiveHome) -> None:
    spawned = live_home.spawn("worker-1", outputs=("*.md",), owns=("site",), accept=(Acceptance("It is live."),))

    assert spawned.agent == "genesis-01/worker-1"
    assert live_home.alive("worker-1")
    spec = read_spec(live_home.agent("worker-1")).value
    assert spec is not None
    assert (spec.id, spec.spawn_id, spec.parent) == (spawned.agent, spawned.spawn_id, "genesis-01")
    assert (spec.outputs, spec.owns, spec.acceptance) == (("*.md",), ("site",), (Acceptance("It is live."),))
    brief = live_home.agent("worker-1").task.read_text()
    assert "Do what the test says." in brief
    assert "1 slot for your entire subtree" in brief
    assert live_home.record("worker-1").phase is Phase.RUNNING
    assert live_home.lines("spawn") == [("spawn", "genesis-01/worker-1", True, "")]


def test_an_agent_is_told_who_it_is(live_home: LiveHome) -> None:
    live_home.spawn("worker-1", "sh", "-c", "env > seen; mv seen env.txt; sleep 300", env={"COLOUR": "blue"})
    said = live_home.agent("worker-1").path / "env.txt"
    wait_for(said.exists, "the agent's environment")

    env = dict(line.partition("=")[::2] for line in said.read_text().splitlines() if "=" in line)
    assert env["SWARM_HOME"] == str(live_home.root)
    assert env["SWARM_AGENT"] == "genesis-01/worker-1"
    assert env["SWARM_SPAWN"] == live_home.record("worker-1").spawn_id
    assert (env["SWARM_PARENT"], env["SWARM_SLOTS"], env["COLOUR"]) == ("genesis-01", "1", "blue")


@pytest.mark.parametrize("name", ["../x", "a//b", ".", "", "a\0b", "x" * 300, "A", "ä", "log", "-x", "a b"])
def test_a_name_that_is_none_is_refused_and_nothing_is_made(live_home: LiveHome, name: str) -> None:
    before = sorted(os.listdir(live_home.layout.agents / "genesis-01"))

    assert refused(live_home, live_home.request(name)).code == "name"
    assert sorted(os.listdir(live_home.layout.agents / "genesis-01")) == before
    assert set(live_home.state.agents) <= {"genesis-01"}


def test_an_id_that_exists_is_refused(live_home: LiveHome) -> None:
    live_home.spawn("worker-1")

    assert refused(live_home, live_home.request("worker-1")).code == "exists"


def test_the_twin_of_a_name_is_refused(live_home: LiveHome) -> None:
    (live_home.layout.agents / "genesis-01" / "Worker-1").mkdir()

    assert refused(live_home, live_home.request("worker-1")).code == "exists"


def test_a_role_that_is_not_there_is_refused_with_those_that_are(live_home: LiveHome) -> None:
    error = refused(live_home, live_home.request("worker-1", role="worekr"))

    assert error.code == "role"
    assert "worker" in str(error)


def test_a_role_path_outside_of_the_home_is_refused(live_home: LiveHome) -> None:
    assert refused(live_home, live_home.request("worker-1", role="../../etc/passwd")).code == "role"


def test_a_missing_input_is_refused_with_the_nearest_names(live_home: LiveHome) -> None:
    content = live_home.root / "content"
    content.mkdir()
    (content / "day3-social-march1.md").write_text("x")

    error = refused(live_home, live_home.request("worker-1", inputs=("content/day3-mar1.md",)))

    assert error.code == "input"
    assert "content/day3-social-march1.md" in error.detail


def test_failure_2_an_input_in_which_nothing_stands_is_refused(live_home: LiveHome) -> None:
    (live_home.root / "empty.md").write_text("\n")
    (live_home.root / "notes").mkdir()

    assert "is empty" in refused(live_home, live_home.request("w", inputs=("empty.md",))).title
    error = refused(live_home, live_home.request("w", inputs=("notes",)))
    assert "is a directory" in error.title
    assert error.detail == "Nearest: notes/."
    assert "is an empty directory" in refused(live_home, live_home.request("w", inputs=("notes/",))).title


def test_two_live_agents_may_not_own_overlapping_paths(live_home: LiveHome) -> None:
    live_home.spawn("worker-1", owns=("site/pages",))

    for path in ("site", "site/pages", "site/pages/index.md", "./site//pages/../pages/x", "site/*.md"):
        assert refused(live_home, live_home.request("worker-2", owns=(path,))).code == "owns", path
    live_home.spawn("worker-2", owns=("site/pages-2",))
    live_home.swarm.kill(["worker-1"])
    live_home.spawn("worker-3", owns=("site/pages",))


@pytest.mark.parametrize("path", ["../elsewhere", "/etc", "swarm/state.json", "swarm/agents/genesis-01", ".", ""])
def test_nobody_owns_what_is_the_engines_or_outside_of_the_home(live_home: LiveHome, path: str) -> None:
    assert refused(live_home, live_home.request("worker-1", owns=(path,))).code == "owns"


def test_an_observer_owns_only_its_own_directory(live_home: LiveHome) -> None:
    assert refused(live_home, live_home.request("audit", role="improvement", owns=("site",))).code == "owns"
    live_home.spawn("audit", role="improvement", owns=("swarm/agents/genesis-01/audit/notes",))


def test_paths_overlap_where_one_contains_the_other() -> None:
    assert overlap("a/b", "a")
    assert overlap("a", "a/b")
    assert overlap("a/*.md", "a/x.md")
    assert not overlap("a/b", "a/bc")
    assert not overlap("a", "b")


def test_another_model_than_the_tier_is_refused_unless_mixing_is_allowed(live_home: LiveHome) -> None:
    live_home.rules(more='\n[models]\ntier = "sonnet"\n')
    with pytest.raises(Refused) as caught:
        live_home.open().spawn(live_home.request("w", model="haiku"))
    assert caught.value.code == "model"
    spec = read_spec(live_home.layout.agent(live_home.open().spawn(live_home.request("w")).agent)).value
    assert spec is not None
    assert spec.model == "sonnet"
    live_home.rules(more='\n[models]\ntier = "sonnet"\nallow_mixed = true\n')
    live_home.open().spawn(live_home.request("w-2", model="haiku"))


def test_without_a_tier_the_model_of_the_living_agents_is_it(live_home: LiveHome) -> None:
    live_home.spawn("w", model="sonnet")
    live_home.spawn("same", model="sonnet")
    live_home.spawn("unnamed")
    refusal = refused(live_home, live_home.request("other", model="haiku"))
    assert refusal.code == "model"
    assert "sonnet" in str(refusal)
    live_home.swarm.kill(["w", "same"])
    live_home.spawn("other", model="haiku")


def test_the_model_of_the_policys_program_is_taken_without_naming_it(live_home: LiveHome) -> None:
    more = '\n[programs.mine]\nkind = "command"\nargv = ["sleep", "300"]\nmodel = "sonnet"\n'
    live_home.rules(more=more)
    policy = live_home.root / "swarm.toml"
    policy.write_text(policy.read_text().replace("[spawn]", '[spawn]\nprogram = "mine"'))
    request = replace(live_home.request("w"), command=())
    spec = read_spec(live_home.layout.agent(live_home.open().spawn(request).agent)).value
    assert spec is not None
    assert (spec.program, spec.model) == ("mine", "sonnet")


def test_a_program_that_is_not_on_path_is_refused(live_home: LiveHome) -> None:
    assert refused(live_home, live_home.request("w", "no-such-program-anywhere")).code == "program"
    assert refused(live_home, live_home.request("w", "/no/such/program")).code == "program"
    assert refused(live_home, live_home.request("w", program="claude", command=())).code == "program"
    assert not live_home.agent("w").path.exists()


def test_nothing_is_left_of_a_start_that_fails(live_home: LiveHome) -> None:
    script = live_home.root / "broken"
    script.write_bytes(b"#!/no/such/interpreter\n")
    script.chmod(0o755)

    error = refused(live_home, live_home.request("worker-1", str(script)))

    assert error.code == "start"
    assert not live_home.agent("worker-1").path.exists()
    assert live_home.id("worker-1") not in live_home.state.agents
    assert live_home.swarm.snapshot().slots.committed == 0
    assert live_home.lines("spawn") == [("spawn", "genesis-01/worker-1", False, "start")]


def test_a_command_line_that_is_too_long_is_refused_without_a_trace(live_home: LiveHome) -> None:
    error = refused(live_home, live_home.request("worker-1", "sleep", "1" * (4 << 20)))

    assert error.code == "brief"
    assert not live_home.agent("worker-1").path.exists()


def test_three_failed_starts_stop_a_spec_for_a_while(live_home: LiveHome) -> None:
    script = live_home.root / "broken"
    script.write_bytes(b"#!/no/such/interpreter\n")
    script.chmod(0o755)
    codes = [refused(live_home, live_home.request("worker-1", str(script))).code for _ in range(4)]

    assert codes == ["start", "start", "start", "crash-loop"]
    assert [alert.cause for alert in live_home.state.alerts] == ["crash-loop"]
    live_home.spawn("worker-2")
    live_home.clock.advance(901)
    live_home.spawn("worker-1")


def test_an_agent_spawns_only_directly_below_itself(live_home: LiveHome) -> None:
    live_home.spawn("idea-a", role="idea-meta", slots=4)
    live_home.spawn("idea-b", role="idea-meta", slots=4)
    agent = live_home.open(live_home.actor("idea-a"))

    assert agent.spawn(live_home.request("worker-1")).agent == "genesis-01/idea-a/worker-1"
    for parent in ("genesis-01", "idea-b", "idea-a/worker-1"):
        with pytest.raises(Refused) as caught:
            agent.spawn(live_home.request("worker-2", parent=parent))
        assert caught.value.code == "hierarchy"


def test_the_word_of_an_earlier_spawn_of_the_same_id_counts_nothing(live_home: LiveHome) -> None:
    live_home.spawn("idea-a", role="idea-meta", slots=4)
    late = live_home.actor("idea-a")
    live_home.swarm.kill(["idea-a"])
    live_home.swarm.respawn("idea-a")

    with pytest.raises(Refused) as caught:
        live_home.open(late).spawn(live_home.request("worker-1"))
    assert caught.value.code == "hierarchy"


def test_nobody_is_spawned_below_an_agent_that_has_ended_or_waits(live_home: LiveHome) -> None:
    live_home.rules(slots=2, reserve=0)
    swarm = live_home.open()
    swarm.spawn(live_home.request("a", role="idea-meta", slots=2))
    swarm.spawn(live_home.request("b", role="idea-meta", slots=2, queue=True))
    assert live_home.record("b").phase is Phase.QUEUED
    with pytest.raises(Refused) as waiting:
        swarm.spawn(live_home.request("c", parent="b"))
    swarm.kill(["a"])
    with pytest.raises(Refused) as ended:
        swarm.spawn(live_home.request("c", parent="a"))

    assert (waiting.value.code, ended.value.code) == ("hierarchy", "hierarchy")


def test_an_unknown_parent_is_not_found(live_home: LiveHome) -> None:
    with pytest.raises(NotFound):
        live_home.spawn("worker-1", parent="nobody")


def test_the_budget_of_a_subtree_holds_for_everything_in_it(live_home: LiveHome) -> None:
    live_home.spawn("idea-a", role="idea-meta", slots=3)
    agent = live_home.open(live_home.actor("idea-a"))
    agent.spawn(live_home.request("worker-1"))
    agent.spawn(live_home.request("worker-2"))

    with pytest.raises(Refused) as caught:
        agent.spawn(live_home.request("worker-3"))
    assert caught.value.code == "budget"


def test_the_reserve_is_only_for_those_who_ask_for_it(live_home: LiveHome) -> None:
    live_home.rules(slots=3, reserve=2)
    swarm = live_home.open()
    swarm.spawn(live_home.request("worker-1"))
    with pytest.raises(Refused) as caught:
        swarm.spawn(live_home.request("worker-2"))
    assert caught.value.code == "no-slot"
    assert "worker-1" in caught.value.hint

    swarm.spawn(live_home.request("worker-2", use_reserve=True))
    swarm.spawn(live_home.request("worker-3", use_reserve=True))
    with pytest.raises(Refused) as caught:
        swarm.spawn(live_home.request("worker-4", use_reserve=True))
    assert caught.value.code == "reserve"


def test_depth_is_limited(live_home: LiveHome) -> None:
    parent = None
    for number in range(1, 5):
        spawned = live_home.spawn(f"level-{number}", parent=parent, slots=6 - number)
        parent = spawned.agent
    assert refused(live_home, live_home.request("level-5", parent=parent)).code == "depth"


def test_what_ended_unnoticed_gives_its_slot_to_the_next_spawn(live_home: LiveHome) -> None:
    live_home.rules(slots=1, reserve=0)
    swarm = live_home.open()
    swarm.spawn(live_home.request("worker-1", "true"))
    live_home.wait_until_ended("worker-1")

    swarm.spawn(live_home.request("worker-2"))

    assert live_home.record("worker-1").phase is Phase.ENDED


def test_a_check_says_everything_that_is_wrong_and_does_nothing(live_home: LiveHome) -> None:
    request = live_home.request("A b", role="nobody", inputs=("gone.md",), owns=("/etc",), slots=50)

    check = live_home.swarm.check_spawn(request)

    assert {(each.field, each.code) for each in check.objections} == {
        ("name", "name"),
        ("role", "role"),
        ("inputs", "input"),
        ("owns", "owns"),
        ("slots", "no-slot"),
    }
    assert live_home.lines("spawn") == []


def test_a_check_names_who_could_be_ended(live_home: LiveHome) -> None:
    live_home.rules(slots=1, reserve=0)
    swarm = live_home.open()
    swarm.spawn(live_home.request("worker-1"))

    check = swarm.check_spawn(live_home.request("worker-2"))

    assert [each.code for each in check.objections] == ["no-slot"]
    assert [(one.agent, one.frees) for one in check.candidates] == [("genesis-01/worker-1", 1)]


def test_a_check_of_a_good_spawn_says_what_is_left_after_it(live_home: LiveHome) -> None:
    check = live_home.swarm.check_spawn(live_home.request("worker-1", slots=3))

    assert (check.agent, check.slots, check.objections, check.free_after) == ("genesis-01/worker-1", 3, (), 7)


def test_a_spawn_without_room_waits_and_a_heartbeat_starts_it(live_home: LiveHome) -> None:
    live_home.rules(slots=1, reserve=0)
    swarm = live_home.open()
    swarm.spawn(live_home.request("worker-1"))
    assert swarm.spawn(live_home.request("worker-2", queue=True)).queued
    assert not live_home.agent("worker-2").path.exists()
    swarm.kill(["worker-1"])

    beat = swarm.beat(by="test")

    assert live_home.alive("worker-2")
    assert ("spawn", "genesis-01/worker-2") in [(each.action, each.agent) for each in beat.actions]
    assert live_home.state.queue == ()


def test_a_queued_spawn_goes_on_waiting_while_there_is_no_room(live_home: LiveHome) -> None:
    live_home.rules(slots=1, reserve=0)
    swarm = live_home.open()
    swarm.spawn(live_home.request("worker-1"))
    swarm.spawn(live_home.request("worker-2", queue=True))

    swarm.beat(by="test")

    assert live_home.record("worker-2").phase is Phase.QUEUED
    assert live_home.state.queue[0].id == "genesis-01/worker-2"


def test_a_directory_behind_a_link_is_refused(live_home: LiveHome, tmp_path: Path) -> None:
    live_home.spawn("idea-a", role="idea-meta", slots=3)
    victim = tmp_path / "victim"
    victim.mkdir()
    place = live_home.agent("idea-a").path
    os.rename(place, place.with_name("away"))
    place.symlink_to(victim)
    try:
        assert refused(live_home, live_home.request("worker-1", parent="genesis-01/idea-a")).code == "damaged"
        assert os.listdir(victim) == []
        assert live_home.id("idea-a/worker-1") not in live_home.state.agents
    finally:
        place.unlink()
        os.rename(place.with_name("away"), place)


def test_stuck_agents_make_room_in_one_step(live_home: LiveHome) -> None:
    live_home.rules(slots=2, reserve=0)
    swarm = live_home.open()
    swarm.spawn(live_home.request("stuck"))
    live_home.clock.advance(3000)
    swarm.spawn(live_home.request("healthy"))

    spawned = swarm.spawn(live_home.request("urgent", kill_stuck=True))

    assert spawned.ended_first == ("genesis-01/stuck",)
    assert live_home.alive("urgent")
    assert live_home.alive("healthy")
    assert not live_home.alive("stuck")
    assert [line[:2] for line in live_home.lines() if line[0] != "notify"][-2:] == [
        ("kill", "genesis-01/stuck"),
        ("spawn", "genesis-01/urgent"),
    ]


def test_nobody_is_ended_for_a_spawn_that_is_refused_anyway(live_home: LiveHome) -> None:
    live_home.rules(slots=1, reserve=0)
    swarm = live_home.open()
    swarm.spawn(live_home.request("stuck"))
    live_home.clock.advance(3000)

    for wrong in ({"inputs": ("gone.md",)}, {"slots": 2}, {"role": "nobody"}):
        with pytest.raises(Refused):
            swarm.spawn(live_home.request("urgent", kill_stuck=True, **wrong))
    assert live_home.alive("stuck")


def test_nobody_healthy_is_ended_to_make_room(live_home: LiveHome) -> None:
    live_home.rules(slots=1, reserve=0)
    swarm = live_home.open()
    swarm.spawn(live_home.request("healthy"))

    with pytest.raises(Refused) as caught:
        swarm.spawn(live_home.request("urgent", kill_stuck=True))
    assert caught.value.code == "no-slot"
    assert live_home.alive("healthy")
    assert not live_home.agent("urgent").path.exists()


def test_named_agents_make_room_in_one_step(live_home: LiveHome) -> None:
    live_home.rules(slots=2, reserve=0)
    swarm = live_home.open()
    swarm.spawn(live_home.request("first"))
    swarm.spawn(live_home.request("second"))

    swarm.spawn(live_home.request("urgent", slots=2, kill_first=("first", "second")))

    assert live_home.alive("urgent")
    assert swarm.snapshot().slots.committed == 2


def test_a_death_that_cannot_be_verified_makes_no_room(live_home: LiveHome, monkeypatch: pytest.MonkeyPatch) -> None:
    live_home.rules(slots=1, reserve=0)
    swarm = live_home.open()
    swarm.spawn(live_home.request("first"))
    stop = LocalRunner.stop

    def unsure(self: LocalRunner, *words: object) -> object:
        return stop(self, *words)._replace(unverified="a detached process cannot be excluded")  # type: ignore[arg-type]

    monkeypatch.setattr(LocalRunner, "stop", unsure)
    with pytest.raises(Refused) as caught:
        swarm.spawn(live_home.request("urgent", kill_first=("first",)))

    assert caught.value.code == "no-slot"
    assert not live_home.agent("urgent").path.exists()
    assert live_home.record("first").holds_slot
    assert live_home.record("first").phase is Phase.ENDED


def test_a_home_opened_read_only_spawns_nobody(live_home: LiveHome) -> None:
    viewer = type(live_home.swarm)(Home.open(live_home.root, read_only=True))

    with pytest.raises(Refused) as caught:
        viewer.spawn(live_home.request("worker-1"))
    assert caught.value.code == "read-only"
