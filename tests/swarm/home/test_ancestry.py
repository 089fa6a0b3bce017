"""Who acts is proved by what the caller runs under: who drops an agent's environment, or takes another's, stays it."""

import os
import sys
from pathlib import Path

from swarm.model.actor import Actor
from swarm.model.causes import AlertCause
from tests.support.cli import environment
from tests.support.homes import LiveHome
from tests.support.wait import wait_for

TUI = Path(sys.executable).with_name("swarm-tui")


def runs(live_home: LiveHome, name: str, *lines: str) -> str:
    """Spawns an agent that runs these lines of shell; returns what they print, once they are through."""
    script = "\n".join((f"tui={TUI}", *lines, "touch through", "sleep 300"))
    live_home.spawn(name, "bash", "-c", script, slots=4)
    wait_for((live_home.agent(name).path / "through").exists, f"{name} to be through")
    return live_home.agent(name).stdout.read_text() + live_home.agent(name).stderr.read_text()


def alerts(live_home: LiveHome) -> list[tuple[str, str]]:
    return [(each.agent, each.text) for each in live_home.state.alerts if each.cause is AlertCause.IMPOSTOR]


WAYS = {
    "unset": "env -u SWARM_AGENT -u SWARM_SPAWN",
    "emptied": "env -i HOME=$HOME PATH=$PATH",
    "detached": "setsid env -i PATH=$PATH",
}
BARE = "env -i HOME=$HOME PATH=$PATH"


def test_an_agent_that_drops_its_environment_ends_no_sibling_and_still_acts_for_itself(live_home: LiveHome) -> None:
    live_home.spawn("sibling")
    home = live_home.root
    said = runs(
        live_home,
        "worker-1",
        *(f"{way} $tui -C {home} kill sibling --yes; echo {name} $?" for name, way in WAYS.items()),
        f"(({BARE} setsid $tui -C {home} kill sibling --yes; echo forked $? > forked) &) ; sleep 0.1",
        "while [ ! -s forked ]; do sleep 0.05; done; cat forked",
        f"bash -c 'exec env -i bash -c \"$0 -C {home} kill sibling --yes; echo emptied-shell \\$?\"' $tui",
        f"echo '$1 -C {home} kill sibling --yes; echo tmux $? > tmux' > in-tmux",
        f'{BARE} tmux -f /dev/null -S ./socket new-session -d "bash -s -- $tui < in-tmux"',
        "while [ ! -s tmux ]; do sleep 0.05; done; cat tmux",
        f"{BARE} $tui -C {home} progress 'Still here.'; echo progress $?",
        f"{BARE} $tui -C {home} spawn helper --role worker --task Help. -- sleep 300; echo spawn $?",
    )
    for name in (*WAYS, "forked", "emptied-shell", "tmux"):
        assert f"{name} 3" in said.splitlines(), said
    assert live_home.alive("sibling")
    assert "progress 0" in said, said
    assert "spawn 0" in said, said
    assert live_home.record("worker-1/helper").requested_by == live_home.id("worker-1")
    ((agent, text),) = alerts(live_home)
    assert agent == live_home.id("worker-1")
    assert "had dropped who it is, and was refused: kill" in text
    assert live_home.lines("kill")[-1] == ("kill", live_home.id("sibling"), False, "hierarchy")


def test_an_agent_that_takes_the_environment_of_another_is_refused_with_an_alert(live_home: LiveHome) -> None:
    live_home.spawn("sibling", slots=2)
    other = live_home.actor("sibling")
    as_other = f"env SWARM_AGENT={other.agent} SWARM_SPAWN={other.spawn_id}"
    said = runs(
        live_home,
        "worker-1",
        f"{as_other} $tui spawn mine --role worker --task x -- sleep 300; echo direct $?",
        f"{as_other} bash -c '$0 done --summary over; echo wrapped $?' $tui",
        "$tui spawn own --role worker --task x -- sleep 300; echo own $?",
    )
    assert [line for line in said.splitlines() if line.startswith(("direct", "wrapped"))] == ["direct 3", "wrapped 3"]
    assert "own 0" in said, said
    assert not live_home.agent("sibling").results.exists()
    (found,) = alerts(live_home)
    assert found[0] == live_home.id("worker-1")
    assert f"said that it is {other.agent}, and was refused: done" in found[1]


def test_a_child_is_itself_before_its_start_is_recorded_and_after_its_keeper_was_killed(live_home: LiveHome) -> None:
    """In both its own keeper is not among the heads above it, and that of its parent is."""
    spawn = f"{TUI} spawn $name --role worker --task x -- sleep 300; echo $? > said-$name"
    script = f"name=early; {spawn}; while [ ! -e go ]; do sleep 0.05; done; name=late; {spawn}; sleep 300"
    runs(live_home, "worker-1", f"$tui spawn child --slots 3 --role worker --task x -- bash -c '{script}'")
    child = live_home.agent("worker-1/child")

    def said(name: str) -> str:
        path = child.path / f"said-{name}"
        return wait_for(lambda: path.read_text().strip() if path.exists() else "", f"the {name} answer")

    assert said("early") == "0", child.stderr.read_text()
    keeper = live_home.record("worker-1/child").keeper
    assert keeper is not None
    os.kill(keeper.pid, 9)
    (child.path / "go").touch()
    assert said("late") == "0", child.stderr.read_text()
    assert live_home.record("worker-1/child/late").requested_by == live_home.id("worker-1/child")
    assert alerts(live_home) == []


def test_the_operator_is_the_operator(live_home: LiveHome) -> None:
    from swarm.home.actor import calling

    layout, actor = calling(str(live_home.root), environment(), live_home.root, "kill")
    assert layout.root == live_home.root
    assert actor == Actor()
