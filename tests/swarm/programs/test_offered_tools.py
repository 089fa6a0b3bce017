"""Which tools Codex, Gemini and OpenCode are told to offer their agents."""

import json
import os
import tomllib
from pathlib import Path
from typing import Any

import pytest

from swarm.config.checked import parse_policy
from swarm.model.agent import AgentSpec, Scope
from swarm.model.launch import Launch
from swarm.model.values import replace
from swarm.programs.codex.tools import project_configs, servers_off
from swarm.programs.registry import program_for
from swarm.protocol.paths import Layout

OTHERS = ("codex", "gemini", "opencode")
SPEC = AgentSpec("genesis-01/w", "w", "worker", "genesis-01", "spawn-1", "Write.")


@pytest.fixture(params=OTHERS)
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def layout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Layout:
    monkeypatch.setenv("HOME", str(tmp_path / "user"))
    for variable in ("OPENCODE_CONFIG_CONTENT", "CODEX_HOME"):
        monkeypatch.delenv(variable, raising=False)
    return Layout(tmp_path / "home")


def offered(name: str, layout: Layout, text: str = "", **changes: Any) -> dict[str, bool]:
    """The tools that are said to be on or off, each by its name; `*` for all that are not named."""
    spec = replace(SPEC, **changes)
    launch: Launch = program_for(name, parse_policy(text)).prepare(spec, layout, layout.agent(spec.id), "# Brief\n")
    if name == "codex":
        settings = [word.partition("=") for word in launch.argv if word.startswith(("features.", "agents.", "tools."))]
        return {key: value == "true" for key, _, value in settings}
    if name == "gemini":
        rules = tomllib.loads(launch.files[layout.agent(spec.id).run / "gemini.toml"].decode())["rule"]
        plain = sorted((rule for rule in rules if "argsPattern" not in rule), key=lambda rule: rule["priority"])
        return {
            f"mcp_{rule['mcpName']}_*" if "mcpName" in rule else tool: rule["decision"] == "allow"
            for rule in plain
            for tool in rule["toolName"]
        }
    permission = json.loads(launch.env["OPENCODE_CONFIG_CONTENT"])["agent"]["swarm"]["permission"]
    return {"*" if tool == "***" else tool: how not in ("deny", "ask") for tool, how in permission.items()}


def test_all_that_is_not_on_the_list_is_off_where_the_program_takes_a_list(layout: Layout) -> None:
    for name in ("gemini", "opencode"):
        assert offered(name, layout)["*"] is False
        assert next(iter(offered(name, layout).items())) == ("*", False), "the first rule, so that it decides last"


def test_what_starts_an_agent_of_the_programs_own_or_goes_on_by_itself_is_off_in_codex(layout: Layout) -> None:
    off = offered("codex", layout)
    assert not any(off.values())
    assert {"features.multi_agent", "agents.enabled", "features.goals", "features.apps"} <= off.keys()


def test_an_agent_that_is_held_has_no_shell_where_nothing_holds_one(layout: Layout) -> None:
    for name, shell in (("gemini", "run_shell_command"), ("opencode", "bash")):
        assert offered(name, layout)[shell]
        assert not offered(name, layout, scope=Scope.OBSERVE).get(shell, False)


def test_further_tools_of_swarm_toml_are_for_agents_that_are_not_held(name: str, layout: Layout) -> None:
    text = f'[programs.{name}]\ntools = ["goals"]\n'
    which = "features.goals" if name == "codex" else "goals"
    assert offered(name, layout, text).get(which, name == "codex"), "Codex is left to its own settings there"
    assert not offered(name, layout, text, scope=Scope.OBSERVE).get(which, False)


def test_opencode_denies_last_what_its_own_tables_allow_first(layout: Layout, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENCODE_CONFIG_CONTENT", json.dumps({"permission": {"bash": "allow", "mine_*": "allow"}}))
    launch = program_for("opencode", parse_policy("")).prepare(SPEC, layout, layout.agent(SPEC.id), "# Brief\n")
    made = json.loads(launch.env["OPENCODE_CONFIG_CONTENT"])
    assert made["default_agent"] == "swarm"
    assert "mine_*" not in made["agent"]["swarm"]["permission"]
    assert made["permission"]["bash"] == "allow"


def test_mcp_servers_of_codex_are_off_but_for_ours_and_those_that_stay(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text(
        '[mcp_servers.docs]\ncommand = "docs"\nenv = { KEY = "secret" }\n'
        '[mcp_servers."the web"]\nurl = "https://web/?key=secret"\n[mcp_servers.swarm]\ncommand = "x"\n'
        '[mcp_servers.kept]\ncommand = "y"\n'
    )
    made = servers_off([path, tmp_path / "none.toml"], "swarm", ("mcp__kept", "goals"))
    servers = made["mcp_servers"]
    assert isinstance(servers, dict)
    assert {name: server["enabled"] for name, server in servers.items()} == {"docs": False, "the web": False}
    assert "secret" not in repr(made), "everybody reads a command line"


@pytest.mark.parametrize("text", ["mcp_servers = 3\n", "[mcp_servers", "mcp_servers.a = 1\n", "\x00", ""])
def test_a_config_file_of_codex_that_is_no_config_names_no_servers(tmp_path: Path, text: str) -> None:
    (tmp_path / "config.toml").write_text(text)
    assert servers_off([tmp_path / "config.toml"], "swarm") == {}


def test_a_shell_of_codex_that_is_held_is_closed_off_from_terminals_and_daemons(
    layout: Layout, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    terminals = tmp_path / "t" / f"tmux-{os.getuid()}"
    terminals.mkdir(parents=True)
    monkeypatch.setenv("TMUX_TMPDIR", str(tmp_path / "t"))
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    spec = replace(SPEC, scope=Scope.OBSERVE)
    launch = program_for("codex", parse_policy("")).prepare(spec, layout, layout.agent(spec.id), "# Brief\n")
    key = "permissions.swarm.filesystem="
    (given,) = [word.removeprefix(key) for word in launch.argv if word.startswith(key)]
    places = tomllib.loads(f"value = {given}")["value"]
    assert places[str(terminals)] == "deny"
    assert str(tmp_path) not in places, "its home lies in there"


def test_servers_that_a_project_of_codex_names_are_off_as_well(layout: Layout, tmp_path: Path) -> None:
    place = tmp_path / "home" / "site" / ".codex"
    place.mkdir(parents=True)
    (place / "config.toml").write_text('[mcp_servers.theirs]\ncommand = "x"\n')
    assert place / "config.toml" in project_configs(tmp_path / "home" / "site" / "deep")
    program = program_for("codex", parse_policy(""))
    launch = program.prepare(replace(SPEC, cwd="site"), layout, layout.agent(SPEC.id), "# Brief\n")
    (given,) = [word for word in launch.argv if word.startswith("mcp_servers=")]
    assert tomllib.loads(given)["mcp_servers"]["theirs"]["enabled"] is False


@pytest.mark.parametrize("kind", [*OTHERS, "command"])
def test_a_program_that_tells_of_no_sub_agents_says_that_it_gives_none(kind: str, layout: Layout) -> None:
    program = program_for(kind, parse_policy('[programs.command]\nargv = ["true"]\n'))
    agent = layout.agent(SPEC.id)
    (warning,) = program.prepare(replace(SPEC, subagents=2), layout, agent, "# Brief\n").warnings
    assert warning.startswith(f"{kind} tells of no sub-agents")
    assert program.prepare(SPEC, layout, agent, "# Brief\n").warnings == ()
