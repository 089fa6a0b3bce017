"""Programs: what is run, in which environment, and where."""

import os
import shutil
import sys
from pathlib import Path

import pytest

from swarm.config.checked import parse_policy
from swarm.config.policy import Policy
from swarm.errors import Refused
from swarm.model.agent import AgentSpec
from swarm.model.launch import Launch
from swarm.model.values import replace
from swarm.programs.environment import compose, inherited
from swarm.programs.registry import CODING, program_for
from swarm.protocol.paths import Layout

SPEC = AgentSpec("genesis-01/scout", "scout", "scout", "genesis-01", "spawn-1", "look around", slots=2, argv=("true",))


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    return Layout(tmp_path)


def prepared(spec: AgentSpec, layout: Layout, policy: Policy | None = None) -> Launch:
    program = program_for(spec.program, policy or Policy())
    return program.prepare(spec, layout, layout.agent(spec.id))


def spec_with(**changes: object) -> AgentSpec:
    from swarm.model.values import replace

    return replace(SPEC, **changes)  # type: ignore[arg-type] # the tests name fields of the spec


def test_a_command_is_run_as_the_spec_has_it(layout: Layout) -> None:
    launch = prepared(spec_with(argv=("echo", "a b", "$HOME")), layout)
    assert (launch.argv, launch.spawn_id) == (("echo", "a b", "$HOME"), "spawn-1")


def test_a_spec_without_a_command_runs_the_policys(layout: Layout) -> None:
    policy = parse_policy('[programs.command]\nargv = ["./agent.sh", "-v"]\n')
    assert prepared(spec_with(argv=()), layout, policy).argv == ("./agent.sh", "-v")
    assert prepared(SPEC, layout, policy).argv == ("true",)


def test_without_any_command_it_is_refused_with_what_to_write(layout: Layout) -> None:
    with pytest.raises(Refused, match="what to run") as raised:
        prepared(spec_with(argv=()), layout)
    assert raised.value.code == "program"
    assert "[programs.command]" in raised.value.hint


def test_a_nul_in_a_command_is_refused(layout: Layout) -> None:
    with pytest.raises(Refused, match="NUL"):
        prepared(spec_with(argv=("echo", "a\0b")), layout)


def test_an_agent_works_in_its_own_directory_unless_the_spec_says_where(layout: Layout) -> None:
    assert prepared(SPEC, layout).cwd == layout.agent(SPEC.id).path
    assert prepared(spec_with(cwd="src/app"), layout).cwd == layout.root / "src" / "app"


def test_swarm_toml_defines_further_programs_of_the_kind_command(layout: Layout) -> None:
    policy = parse_policy('[programs.aider]\nkind = "command"\nargv = ["aider", "--yes"]\nenv = { COLOUR = "no" }\n')
    launch = prepared(spec_with(program="aider", argv=()), layout, policy)
    assert (launch.argv, launch.env["COLOUR"]) == (("aider", "--yes"), "no")


def test_an_unknown_program_is_refused_with_those_that_there_are() -> None:
    policy = parse_policy('[programs.aider]\nkind = "command"\n')
    with pytest.raises(Refused, match="aider, claude, codex, command") as raised:
        program_for("adier", policy)
    assert raised.value.code == "program"


@pytest.mark.parametrize("name", CODING)
def test_coding_agents_are_known_by_name_and_start_with_a_brief(name: str, layout: Layout) -> None:
    program = program_for(name, Policy())
    launch = program.prepare(replace(SPEC, program=name, argv=()), layout, layout.agent(SPEC.id), "The brief.")
    assert (program.name, program.kind, launch.argv[0]) == (name, name, name)
    assert not any("The brief." in word for word in launch.argv)
    told = launch.first if launch.stdin is None else launch.files[launch.stdin]
    assert b"The brief." in told
    assert program.start_cost_s > 0.1


def test_a_command_has_no_session_to_resume(layout: Layout) -> None:
    assert program_for("command", Policy()).resume(SPEC, layout, layout.agent(SPEC.id), "", "go on") is None


def test_an_agent_is_told_who_it_is(layout: Layout) -> None:
    assert dict(prepared(SPEC, layout).env) == {
        "SWARM_SPAWN": "spawn-1",
        "SWARM_HOME": str(layout.root),
        "SWARM_AGENT": "genesis-01/scout",
        "SWARM_PARENT": "genesis-01",
        "SWARM_SLOTS": "2",
        "SWARM_TUI": str(Path(sys.executable).with_name("swarm-tui")),
    }


def test_the_marker_comes_first_where_scans_find_it_soonest(layout: Layout) -> None:
    assert next(iter(prepared(SPEC, layout).environment)) == "SWARM_SPAWN"


def test_nobody_but_the_engine_says_who_an_agent_is(layout: Layout) -> None:
    made = compose(SPEC, layout, {"SWARM_AGENT": "genesis-01", "KEY": "policy"}, {"SWARM_SPAWN": "x", "KEY": "spec"})
    assert (made["SWARM_AGENT"], made["SWARM_SPAWN"], made["KEY"]) == ("genesis-01/scout", "spawn-1", "spec")


def test_where_the_operator_stands_is_not_inherited() -> None:
    assert inherited({"PWD": "/home/me", "OLDPWD": "/", "HOME": "/home/me"}) == {"HOME": "/home/me"}


def test_what_marks_a_surrounding_session_is_not_inherited() -> None:
    operator = {
        "PATH": "/bin",
        "ANTHROPIC_API_KEY": "k",
        "CLAUDECODE": "1",
        "CLAUDE_CODE_SESSION_ID": "s",
        "CLAUDE_CODE_ENTRYPOINT": "cli",
        "CLAUDE_PROJECT_DIR": "/p",
        "CLAUDE_CONFIG_DIR": "/c",
        "AI_AGENT": "x",
        "SWARM_AGENT": "other",
        "SWARM_ANYTHING": "y",
    }
    assert inherited(operator) == {"PATH": "/bin", "ANTHROPIC_API_KEY": "k", "CLAUDE_CONFIG_DIR": "/c"}


def test_the_operators_environment_lies_below_the_agents(layout: Layout, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLOUR", "operator")
    monkeypatch.setenv("ONLY_HERE", "yes")
    environment = prepared(spec_with(env={"COLOUR": "spec"}), layout).environment
    assert (environment["COLOUR"], environment["ONLY_HERE"]) == ("spec", "yes")
    assert environment["PATH"].startswith(os.environ["PATH"])


def test_an_agent_finds_our_command_also_where_the_operator_called_it_by_its_path(
    layout: Layout, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "/usr/bin:/bin")
    path = prepared(SPEC, layout).environment["PATH"]
    assert path == f"/usr/bin:/bin:{Path(sys.executable).parent}"
    assert shutil.which("swarm-tui", path=path) == str(Path(sys.executable).with_name("swarm-tui"))


def test_a_command_of_ours_that_is_on_the_operators_path_stays_the_one(
    layout: Layout, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    theirs = tmp_path / "bin" / "swarm-tui"
    theirs.parent.mkdir()
    theirs.touch(0o755)
    monkeypatch.setenv("PATH", f"{theirs.parent}:/bin")
    assert prepared(SPEC, layout).environment["PATH"] == f"{theirs.parent}:/bin"
