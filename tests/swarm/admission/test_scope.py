"""A held agent gets no way out through what it spawns; an agent of the program claude starts like any other."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from swarm.admission.scope import given_by_held
from swarm.errors import Refused, SwarmError
from swarm.heartbeat.acceptance import run_checks
from swarm.model.agent import Acceptance
from swarm.model.requests import SpawnRequest
from swarm.model.values import replace
from swarm.programs import preflight
from swarm.protocol.agent_files import read_spec
from tests.support.homes import LiveHome
from tests.support.wait import wait_for

STANDS_IN = """#!/bin/sh
# Reads its turns as the program does, and ends when nobody will say anything any more.
read -r first
printf '%s\\n' "$first" > first.json
printf '%s\\0' "$@" > argv
exec cat > /dev/null
"""


@pytest.fixture
def claude_home(live_home: LiveHome, tmp_path: Path) -> LiveHome:
    """A home whose agents run the program claude; a script stands in for the executable."""
    executable = tmp_path / "claude"
    executable.write_text(STANDS_IN)
    executable.chmod(0o755)
    live_home.rules(
        more=f'\n[programs.claude]\nscope = "narrow"\nargv = ["{executable}"]\n[programs.other]\nkind = "claude"\n'
        f'argv = ["{executable}"]\nscope = "narrow"\n'
    )
    live_home.swarm = live_home.open()
    (live_home.root / "site").mkdir()
    return live_home


def spawned(home: LiveHome, name: str, by: str = "", **more: object) -> str:
    request = home.request(name, **{"command": (), "program": "claude", **more})
    swarm = home.open(home.actor(by)) if by else home.swarm
    return swarm.spawn(request).agent


def refused(home: LiveHome, name: str, by: str, **more: object) -> SwarmError:
    with pytest.raises(Refused) as raised:
        spawned(home, name, by, **more)
    return raised.value


@pytest.fixture
def held(claude_home: LiveHome) -> LiveHome:
    """An idea meta that owns site, with room for workers of its own."""
    spawned(claude_home, "idea", role="idea-meta", slots=4, owns=("site",))
    return claude_home


def test_an_agent_of_the_program_starts_with_its_brief_as_the_first_turn(claude_home: LiveHome) -> None:
    spawned(claude_home, "w1")
    agent = claude_home.agent("w1")
    wait_for(lambda: (agent.path / "argv").exists(), "the program to read its first turn")
    turn = json.loads((agent.path / "first.json").read_text())
    assert turn["message"]["content"] == agent.task.read_text()
    argv = (agent.path / "argv").read_text().split("\0")
    assert argv[argv.index("--settings") + 1] == str(agent.settings)
    for path in (agent.settings, agent.mcp, agent.guard, agent.session):
        assert json.loads(path.read_text())
    assert agent.system.read_text()
    assert "Do what the test says" not in " ".join(argv)


def test_a_child_without_paths_of_its_own_is_held_to_its_directory(held: LiveHome) -> None:
    child = spawned(held, "w1", by="idea")
    spec = read_spec(held.layout.agent(child)).value
    assert spec is not None
    assert spec.owns == ("swarm/agents/genesis-01/idea/w1",)
    assert json.loads(held.agent("idea/w1").guard.read_text())["scope"] == "owns"


def test_a_held_child_holds_its_own_children(held: LiveHome) -> None:
    spawned(held, "sub", by="idea", role="idea-meta", slots=2)
    spawned(held, "leaf", by="idea/sub")
    spec = read_spec(held.agent("idea/sub/leaf")).value
    assert spec is not None
    assert spec.owns == ("swarm/agents/genesis-01/idea/sub/leaf",)


def test_a_child_may_be_given_a_part_of_what_its_parent_owns(held: LiveHome) -> None:
    spawned(held, "w1", by="idea", owns=("site/a",))
    assert held.record("idea/w1").owns == ("site/a",)
    assert json.loads(held.agent("idea/w1").guard.read_text())["writable"][1] == str(held.root / "site/a")
    assert refused(held, "w2", "idea", owns=("site/a/b",)).code == "owns"
    assert refused(held, "w3", "idea", owns=("site/a/../../docs",)).code == "scope"
    spawned(held, "w4", by="idea", owns=("site/b",))


def test_nobody_else_is_given_what_somebody_owns(held: LiveHome) -> None:
    assert refused(held, "stranger", "", owns=("site/a",)).code == "owns"
    assert refused(held, "stranger", "", owns=(".",)).code == "owns"


def test_a_child_may_own_what_lies_in_its_parents_directory(held: LiveHome) -> None:
    spawned(held, "w1", by="idea", owns=("swarm/agents/genesis-01/idea/w1/draft",))
    assert refused(held, "w2", "idea", owns=("docs",)).code == "scope"


@pytest.mark.parametrize(
    "more",
    [
        {"command": ("sh", "-c", "true"), "program": ""},
        {"program": "command", "command": ("true",)},
        {"env": {"BASH_ENV": "x"}},
        {"owns": ("docs",)},
        {"owns": ("sites",)},
        {"owns": (".",)},
    ],
)
def test_what_a_held_agent_may_not_do_its_child_may_not_do_for_it(held: LiveHome, more: dict[str, object]) -> None:
    assert refused(held, "w1", "idea", **more).code in ("scope", "owns")
    assert not held.agent("idea/w1").path.exists()


def test_a_check_of_a_held_agent_needs_a_box(held: LiveHome, monkeypatch: pytest.MonkeyPatch) -> None:
    check = (Acceptance("it is", f"touch {held.root}/made"),)
    monkeypatch.setattr(preflight, "no_box", lambda environment: "bwrap is not on PATH")
    assert refused(held, "w1", "idea", accept=check).code == "scope"
    spawned(held, "w1", by="idea", accept=(Acceptance("it is"),))
    spawned(held, "w2", accept=check)


@pytest.mark.skipif(bool(preflight.no_box(os.environ)), reason="no sandbox works here")
def test_a_check_of_a_held_agent_reads_and_does_not_write(held: LiveHome) -> None:
    checks = (
        Acceptance("the page is there", "test -s site/page"),
        Acceptance("it is made", f"echo x > {held.root}/made"),
        Acceptance("it fails", "exit 4"),
    )
    (held.root / "site" / "page").write_text("there")
    spawned(held, "w1", by="idea", accept=checks)
    spec = read_spec(held.agent("idea/w1")).value
    assert spec is not None
    judged = run_checks(held.home, spec, "check-test")
    assert [each.passed for each in judged] == [True, False, False]
    assert judged[2].why.startswith("exit code 4")
    assert not (held.root / "made").exists()


def test_a_check_of_the_operator_runs_as_it_always_did(held: LiveHome) -> None:
    spawned(held, "w1", accept=(Acceptance("it is made", "echo x > made"),))
    spec = read_spec(held.agent("w1")).value
    assert spec is not None
    assert [each.passed for each in run_checks(held.home, spec, "check-test")] == [True]
    assert (held.root / "made").exists()


@pytest.mark.parametrize("giver", ["genesis-01/nobody", "../../x", ""])
def test_a_check_whose_giver_is_unknown_counts_as_of_one_who_is_held(held: LiveHome, giver: str) -> None:
    spec = read_spec(held.agent("idea")).value
    assert spec is not None
    assert given_by_held(held.home, replace(spec, created_by=giver))
    assert given_by_held(held.home, replace(spec, created_by="genesis-01/idea"))
    assert not given_by_held(held.home, replace(spec, created_by="operator"))


def test_the_operator_may_do_all_of_it(held: LiveHome) -> None:
    parent = "genesis-01/idea"
    held.swarm.spawn(
        SpawnRequest(
            "w1", "worker", "Work.", parent=parent, program="command", command=("sleep", "300"), env={"A": "b"}
        )
    )
    assert held.alive("idea/w1")


def test_who_is_not_held_may_spawn_anything(claude_home: LiveHome) -> None:
    spawned(claude_home, "idea", role="idea-meta", slots=4)
    child = spawned(claude_home, "w1", by="idea", command=("sleep", "300"), program="command")
    assert claude_home.alive(child)


def test_a_program_of_another_name_that_holds_is_as_good(held: LiveHome) -> None:
    assert spawned(held, "w1", by="idea", program="other") == "genesis-01/idea/w1"


def test_a_command_for_a_program_that_takes_none_is_refused(claude_home: LiveHome) -> None:
    error = refused(claude_home, "w1", "", command=("ls",))
    assert error.code == "program"
    assert "takes no command" in error.title


def test_starts_of_a_heavy_program_are_spread(claude_home: LiveHome) -> None:
    cores = claude_home.home.runner.cores()
    spawned(claude_home, "w1")
    first = claude_home.state.last_start
    spawned(claude_home, "w2")
    assert claude_home.state.last_start - first >= 0.7 / cores - 1e-6


def test_a_missing_executable_is_refused_with_how_to_install_it(live_home: LiveHome) -> None:
    live_home.rules(more='\n[programs.claude]\nargv = ["no-such-claude"]\n')
    live_home.swarm = live_home.open()
    error = refused(live_home, "w1", "", program="claude")
    assert error.code == "program"
    assert "no-such-claude" in error.title
    assert "npm install" in error.hint


def test_what_holds_less_well_than_it_could_is_said_at_the_spawn(
    claude_home: LiveHome, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    claude_home.rules(more=f'\n[programs.claude]\nargv = ["{tmp_path}/claude"]\nenv = {{ PATH = "{tmp_path}" }}\n')
    monkeypatch.setenv("ANTHROPIC_API_KEY", "a key")
    claude_home.swarm = claude_home.open()
    request = claude_home.request("audit", command=(), program="claude", role="improvement")
    check = claude_home.swarm.check_spawn(request)
    if sys.platform != "darwin":
        assert any("bwrap and socat are not on PATH" in warning for warning in check.warnings)
    checked = (Acceptance("it is there", "true"),)
    plain = claude_home.request("w1", command=(), program="claude", accept=checked)
    assert claude_home.swarm.check_spawn(plain).warnings == ()


@pytest.mark.skipif(shutil.which("bwrap") is None, reason="needs bubblewrap")
def test_an_agent_reports_from_a_shell_that_writes_only_in_its_own_directory(claude_home: LiveHome) -> None:
    spawned(claude_home, "w1")
    agent, record = claude_home.agent("w1"), claude_home.record("w1")
    before = claude_home.layout.events.read_bytes()
    box = ["bwrap", "--ro-bind", "/", "/", "--bind", str(agent.path), str(agent.path), "--dev", "/dev"]
    if subprocess.run([*box, "true"], capture_output=True, check=False).returncode:
        pytest.skip("bubblewrap does not work here")
    who = {"SWARM_HOME": str(claude_home.root), "SWARM_AGENT": record.id, "SWARM_SPAWN": record.spawn_id}
    said = [
        subprocess.run(
            [*box, *(word for name, value in who.items() for word in ("--setenv", name, value)), "swarm-tui", *words],
            capture_output=True,
            check=False,
        )
        for words in (("progress", "In the box."), ("done", "--summary", "It is there."))
    ]
    assert [run.returncode for run in said] == [0, 0], said
    assert "In the box." in agent.progress.read_text()
    assert json.loads(agent.results.read_text())["summary"] == "It is there."
    assert claude_home.layout.events.read_bytes() == before
