"""Coding agents that the ledger does not know stand in the tree and count, however they were started."""

import os
import subprocess
from pathlib import Path

import pytest

from swarm.errors import Code, Refused
from swarm.model.causes import AlertCause, ProblemCode
from swarm.model.stray import Tie
from tests.support.homes import LiveHome
from tests.support.strays import WAYS, make_claude, strays_of
from tests.support.wait import wait_for


def test_failure_6_what_an_agent_starts_beside_the_engine_stands_below_it_and_counts_at_every_level(
    live_home: LiveHome, tmp_path: Path
) -> None:
    claude = make_claude(tmp_path / "bin")
    live_home.rules(slots=9, reserve=1)
    live_home.swarm = live_home.open()
    live_home.spawn("meta", role="idea-meta", slots=7)
    ways = "\n".join(way.format(claude=claude) for way in WAYS.values())
    live_home.spawn("deep", "bash", "-c", f"{ways}\nsleep 300", parent="meta", slots=2)
    deep = live_home.id("meta/deep")
    wait_for(lambda: strays_of(live_home) == dict.fromkeys(WAYS, deep), "all of them to be seen")

    views = {view.id: view for view in live_home.swarm.snapshot().agents}
    assert views[deep].used == 5
    assert ProblemCode.OVER_BUDGET in {problem.code for problem in views[deep].problems}
    stray = next(view for view in views.values() if view.stray is not None and "emptied" in view.description)
    assert stray.stray is not None
    assert stray.stray.tie is Tie.DESCENT
    assert stray.id == f"{deep}/@claude-{stray.stray.process.pid}"
    assert stray.stray.started_at > 0
    assert str(claude) in stray.stray.command

    # meta has 7: itself, and five below; one is left. The top has 8 to give, of which meta holds 7.
    with pytest.raises(Refused) as none_deep:
        live_home.spawn("more", parent="meta/deep")
    assert none_deep.value.code is Code.BUDGET
    live_home.spawn("one", parent="meta")
    with pytest.raises(Refused) as none_left:
        live_home.spawn("two", parent="meta")
    assert none_left.value.code is Code.BUDGET
    assert live_home.swarm.snapshot().slots.free == 1
    live_home.spawn("top")
    with pytest.raises(Refused) as full:
        live_home.spawn("full")
    assert full.value.code is Code.NO_SLOT

    live_home.swarm.beat(by="test", force=True)
    raised = {alert.agent for alert in live_home.state.alerts if alert.cause is AlertCause.STRAY}
    assert raised == {view.id for view in views.values() if view.stray is not None}


def test_an_agents_own_program_and_its_parts_are_no_strays(live_home: LiveHome, tmp_path: Path) -> None:
    claude = make_claude(tmp_path / "bin")
    live_home.spawn("foreground", "bash", "-c", f"{claude} -p work; true")
    live_home.spawn("piped", "bash", "-c", f"{claude} -p work | cat")
    live_home.spawn("itself", str(claude), "-p", "work")
    live_home.spawn("server", "bash", "-c", f"{claude} mcp serve & sleep 300")
    live_home.spawn("tools", "bash", "-c", "sleep 300 & cat /dev/zero > /dev/null & sleep 300")
    live_home.spawn("planted", "bash", "-c", f"{claude} -p planted & sleep 300")
    live_home.spawn("forger", "bash", "-c", f"SWARM_SPAWN=of-another SWARM_HOME=/ {claude} -p forged & sleep 300")
    planted = {"planted": live_home.id("planted"), "forged": live_home.id("forger")}
    wait_for(lambda: strays_of(live_home).keys() >= planted.keys(), "the planted ones to be seen")
    assert strays_of(live_home) == planted


def test_a_marker_that_the_ledger_does_not_vouch_for_and_an_agents_directory_give_strays_away(
    live_home: LiveHome, tmp_path: Path
) -> None:
    claude = make_claude(tmp_path / "bin")
    live_home.spawn("worker-1")
    own = live_home.agent("worker-1").path
    marked = {"SWARM_HOME": str(live_home.root), "SWARM_SPAWN": "of-nobody", "SWARM_AGENT": live_home.id("worker-1")}
    nowhere = {"PATH": os.environ["PATH"]}
    elsewhere = {"SWARM_HOME": str(tmp_path), "SWARM_SPAWN": "of-another-home"}
    begun = [
        subprocess.Popen(["sleep", "301"], env={**nowhere, **marked}, start_new_session=True),
        subprocess.Popen([claude, "-p", "placed"], env=nowhere, cwd=own, start_new_session=True),
        subprocess.Popen([claude, "-p", "of-the-operator"], env=nowhere, cwd=tmp_path, start_new_session=True),
        subprocess.Popen([claude, "-p", "of-another"], env={**nowhere, **elsewhere}, start_new_session=True),
    ]
    try:
        expected = {"301": live_home.id("worker-1"), "placed": live_home.id("worker-1")}
        wait_for(lambda: strays_of(live_home) == expected, "both to be seen, and no other")
    finally:
        for each in begun:
            each.kill()
            each.wait()
    assert strays_of(live_home) == {}


def test_failure_6_documents_below_an_agent_are_no_agents_until_something_bears_it_out(
    live_home: LiveHome, tmp_path: Path
) -> None:
    claude = make_claude(tmp_path / "bin")
    live_home.spawn(
        "dev", "bash", "-c", f"while [ ! -e go ]; do sleep 0.05; done; cd hand && {claude} -p by-hand & sleep 300"
    )
    own = live_home.agent("dev").path
    for name, file, text in (
        ("shop/docs", "task.md", "Fix the login form.\n"),
        ("notes", "progress.md", "# Progress\n\n- [x] scaffold\n"),
        ("old", "progress.md", "2026-02-28 09:33 - Working.\n"),
        ("bench", "results.json", '{"p50_ms": 12.5}'),
        ("hand", "task.md", "Look at the third page.\n"),
    ):
        (own / name).mkdir(parents=True)
        (own / name / file).write_text(text)
    dev = live_home.id("dev")

    def shown() -> set[str]:
        return {view.id for view in live_home.swarm.snapshot().agents if view.id.startswith(dev + "/")}

    assert shown() == set()
    assert live_home.swarm.snapshot().slots.used == 1
    (own / "go").touch()
    wait_for(lambda: shown() == {f"{dev}/hand"}, "a process to bear it out, as one agent and not two")
    assert live_home.swarm.snapshot().slots.used == 2
