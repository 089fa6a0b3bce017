"""How Codex, Gemini and OpenCode are started, taken up again and taken over; and how they are held."""

import json
import os
import re
import tomllib
from pathlib import Path
from signal import SIGINT
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from swarm.config.checked import parse_policy
from swarm.config.policy import Policy
from swarm.errors import Refused
from swarm.model.activity import Kind
from swarm.model.agent import AgentSpec, Scope
from swarm.model.launch import Launch
from swarm.model.values import replace
from swarm.programs.base import Program
from swarm.programs.codex.program import _toml
from swarm.programs.registry import new_reader_for, program_for
from swarm.protocol.paths import AgentDir, Layout
from tests.support.recordings import read, reader_named

SLOW = re.compile(r"\([^)]*[*+?{].*\)[*+?{]")
"""What Gemini takes for a pattern that could take long."""
OTHERS = ("codex", "gemini", "opencode")
SPEC = AgentSpec("genesis-01/w", "w", "worker", "genesis-01", "spawn-1", "Write.", model="some/model-1")
BRIEF = "# Brief\n\nThe word is plover.\n"


@pytest.fixture(params=OTHERS)
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def layout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Layout:
    monkeypatch.delenv("OPENCODE_CONFIG_CONTENT", raising=False)
    roles = tmp_path / "roles"
    roles.mkdir()
    (roles / "_shared-rules.md").write_text("Never lie.")
    (roles / "worker.md").write_text("You write pages.")
    return Layout(tmp_path)


def program(name: str, text: str = "") -> Program:
    return program_for(name, parse_policy(text) if text else Policy())


def agent_of(layout: Layout) -> AgentDir:
    return layout.agent(SPEC.id)


def started(name: str, layout: Layout, text: str = "", **changes: Any) -> Launch:
    return program(name, text).prepare(replace(SPEC, **changes), layout, agent_of(layout), BRIEF)


def value_of(launch: Launch, key: str) -> Any:
    """The value that Codex is given for a setting."""
    given = [word.removeprefix(f"{key}=") for word in launch.argv if word.startswith(f"{key}=")]
    return tomllib.loads(f"value = {given[-1]}")["value"] if given else None


def config_of(launch: Launch) -> dict[str, Any]:
    """What OpenCode is configured with."""
    made: dict[str, Any] = json.loads(launch.env["OPENCODE_CONFIG_CONTENT"])
    return made


def test_the_brief_goes_in_by_a_file_with_rules_and_role_and_never_by_argv(name: str, layout: Layout) -> None:
    launch = started(name, layout)
    agent = agent_of(layout)
    assert launch.stdin == agent.brief
    assert not any("plover" in word for word in launch.argv)
    told = launch.files[agent.brief].decode()
    places = [told.index(words) for words in ("genesis-01/w", "Never lie.", "You write pages.", "The word is plover.")]
    assert places == sorted(places)
    assert not launch.channel
    assert launch.gentle_signal == SIGINT


def test_swarm_toml_changes_executable_arguments_environment_and_model(name: str, layout: Layout) -> None:
    text = f'[programs.{name}]\nargv = ["nice", "mine"]\nargs = ["--further"]\nenv = {{ COLOUR = "red" }}\n'
    launch = started(name, layout, text)
    assert launch.argv[:2] == ("nice", "mine")
    assert launch.argv[-1] == "--further"
    assert launch.env["COLOUR"] == "red"
    assert launch.argv[launch.argv.index("-m") + 1] == "some/model-1"
    assert "-m" not in started(name, layout, model="").argv
    assert started(name, layout).argv[0] == name


def test_another_name_of_the_same_kind_is_the_same_program(layout: Layout) -> None:
    mine = program("mine", '[programs.mine]\nkind = "codex"\n')
    assert (mine.name, mine.kind) == ("mine", "codex")
    assert mine.prepare(SPEC, layout, agent_of(layout), BRIEF).argv[:2] == ("codex", "exec")


def test_a_run_begins_with_a_mark_that_its_reader_understands(name: str, layout: Layout) -> None:
    (run,) = read(reader_named(name), [started(name, layout).mark.rstrip(b"\n")])
    assert (run.kind, run.key, run.model) == (Kind.RUN, "spawn-1", "some/model-1")


def test_a_session_goes_on_with_words_on_standard_input(name: str, layout: Layout) -> None:
    agent = agent_of(layout)
    launch = program(name).resume(SPEC, layout, agent, "abc-1", "Go on, please.")
    assert launch is not None
    assert launch.files[agent.brief] == b"Go on, please."
    words = {"codex": ("exec", "resume", "abc-1"), "gemini": ("--resume", "abc-1"), "opencode": ("-s", "abc-1")}[name]
    at = launch.argv.index(words[0])
    assert launch.argv[at : at + len(words)] == words
    assert json.loads(launch.files[agent.session])["session"] == "abc-1"


def test_a_session_goes_on_in_a_terminal_under_the_same_scope(name: str, layout: Layout) -> None:
    (layout.root / "site").mkdir()
    launch = program(name).take_over(replace(SPEC, owns=("site",)), layout, agent_of(layout), "abc-1")
    assert launch is not None
    words = {"codex": ("resume", "abc-1"), "gemini": ("--resume", "abc-1"), "opencode": ("-s", "abc-1")}[name]
    assert [word for word in launch.argv[1:4] if word != "--no-daemon"][:2] == list(words)
    assert not {"exec", "run", "--json", "--format", "--output-format", "-"} & set(launch.argv)
    if name == "codex":
        assert value_of(launch, "sandbox_mode") == "workspace-write"
    elif name == "gemini":
        assert "auto_edit" in launch.argv
    else:
        assert config_of(launch)["permission"]["bash"] == "deny"


def test_gemini_knows_its_session_before_it_starts(layout: Layout) -> None:
    launch = started("gemini", layout)
    assert launch.session == launch.argv[launch.argv.index("--session-id") + 1]
    chosen = json.loads(launch.files[agent_of(layout).session])
    assert (chosen["session"], chosen["spawn_id"], chosen["program"]) == (launch.session, "spawn-1", "gemini")
    assert launch.session != started("gemini", layout).session
    assert launch.gentle_group
    assert launch.env["GEMINI_CLI_NO_RELAUNCH"] == "true"


def test_our_server_comes_with_who_calls_and_with_what_its_children_need(
    name: str, layout: Layout, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("A_LOGIN", "secret-of-the-operator")
    launch = started(name, layout)
    assert "secret-of-the-operator" not in " ".join([*launch.argv, *launch.env.values()])
    assert not any(b"secret-of-the-operator" in data for data in launch.files.values())
    if name == "codex":
        assert value_of(launch, "mcp_servers.swarm.env")["SWARM_SPAWN"] == "spawn-1"
        assert value_of(launch, "mcp_servers.swarm.args")[-1] == "mcp"
        assert "A_LOGIN" in value_of(launch, "mcp_servers.swarm.env_vars")
        assert "SWARM_SPAWN" not in value_of(launch, "mcp_servers.swarm.env_vars")
    elif name == "gemini":
        settings = json.loads(launch.files[agent_of(layout).path / ".gemini" / "settings.json"])
        server = settings["mcpServers"]["swarm"]
        assert (server["env"]["SWARM_SPAWN"], server["env"]["A_LOGIN"]) == ("spawn-1", "$A_LOGIN")
        assert server["args"][-1] == "mcp"
    else:
        server = config_of(launch)["mcp"]["swarm"]
        assert server["environment"]["SWARM_SPAWN"] == "spawn-1"
        assert server["command"][-1] == "mcp"


def test_without_mcp_no_server_is_given(name: str, layout: Layout) -> None:
    launch = started(name, layout, f"[programs.{name}]\nmcp = false\n")
    assert not any("mcp_servers" in word for word in launch.argv)
    assert not any(path.parent.name == ".gemini" for path in launch.files)
    assert name != "opencode" or "mcp" not in config_of(launch)
    assert b"MCP" not in launch.files[agent_of(layout).brief]


def test_gemini_writes_no_settings_into_a_directory_that_is_not_the_agents(layout: Layout) -> None:
    (layout.root / "project").mkdir()
    launch = started("gemini", layout, cwd="project")
    assert launch.cwd == layout.root / "project"
    assert all(path.is_relative_to(agent_of(layout).run) for path in launch.files)


def test_a_held_agent_is_held_and_any_other_is_not(name: str, layout: Layout) -> None:
    (layout.root / "site").mkdir()
    free, held = started(name, layout), started(name, layout, owns=("site",))
    own, site = str(agent_of(layout).path), str(layout.root / "site")
    told = held.files[agent_of(layout).brief].decode()
    assert f"You can write here and nowhere else: `{own}`, `{site}`." in told
    assert "nowhere else" not in free.files[agent_of(layout).brief].decode()
    if name == "codex":
        assert value_of(free, "sandbox_mode") == "danger-full-access"
        assert value_of(held, "sandbox_mode") == "workspace-write"
        assert value_of(held, "sandbox_workspace_write.writable_roots") == [own, site]
        assert value_of(held, "sandbox_workspace_write.exclude_slash_tmp") is True
        assert value_of(held, "default_permissions") == "swarm"
        places = value_of(held, "permissions.swarm.filesystem")
        assert (places[":root"], places[own], places[site]) == ("read", "write", "write")
        assert (places[f"{own}/.run"], places[f"{own}/.run/tmp"], places[f"{own}/task.md"]) == ("read", "write", "read")
        assert value_of(free, "default_permissions") is None
        assert held.env["TMPDIR"] == str(agent_of(layout).run / "tmp")
        assert held.warnings == (
            "Codex takes no list of allowed tools: what a newer release adds is offered to w too.",
        )
        return
    assert "it gets no shell" in held.warnings[0]
    assert "You have no shell" in told
    if name == "gemini":
        assert "yolo" in free.argv
        assert "auto_edit" in held.argv
        rules = tomllib.loads(held.files[agent_of(layout).run / "gemini.toml"].decode())["rule"]
        denied = [re.compile(rule["argsPattern"]) for rule in rules if "argsPattern" in rule]
        assert not [rule for rule in denied if SLOW.search(rule.pattern)]  # else the program drops the whole file
        for path, ours in (
            *((f"{own}/agent.json", True), ("agent.json", True), ("./.run/x", True), ('a"b/../.run/x', True)),
            *(("log/stdout", True), ("x/../task.md", True), (f"{site}/page.md", False), ("my-agent.json", False)),
        ):
            asked = json.dumps({"content": "see .run/ and agent.json", "file_path": path}, separators=(",", ":"))
            assert any(rule.search(asked) for rule in denied) is ours, path
        assert held.argv[held.argv.index("--include-directories") + 1] == site
    else:
        permission = config_of(held)["permission"]
        assert permission["bash"] == "deny"
        assert permission["edit"][f"{site[1:]}/*"] == "allow"
        assert next(iter(permission["edit"].items())) == ("***", "deny")
        assert "bash" not in config_of(free)["permission"]


def test_an_agent_that_observes_is_held_to_its_own_directory(name: str, layout: Layout) -> None:
    launch = started(name, layout, scope=Scope.OBSERVE, cwd="roles")
    own = str(agent_of(layout).path)
    assert str(launch.cwd) == own
    if name == "codex":
        assert value_of(launch, "sandbox_workspace_write.writable_roots") == [own]
    elif name == "gemini":
        assert "--include-directories" not in launch.argv
    else:
        allowed = [key for key, rule in config_of(launch)["permission"]["edit"].items() if rule == "allow"]
        assert all(own[1:] in key or os.path.realpath(own)[1:] in key for key in allowed)


@pytest.mark.parametrize("refusing", ["codex", "gemini"])
def test_what_is_no_directory_cannot_be_held(refusing: str, layout: Layout) -> None:
    (layout.root / "page.md").write_text("x")
    for owned, why in (("page.md", "is a file"), ("later", "is not there yet")):
        with pytest.raises(Refused, match=why) as refused:
            started(refusing, layout, owns=(owned,))
        assert refused.value.code == "scope"


@pytest.mark.parametrize("bare", ["gemini", "opencode"])
def test_a_sandbox_that_is_asked_for_and_not_there_is_refused(bare: str, layout: Layout) -> None:
    text = f'[programs.{bare}]\nscope = "sandbox"\n'
    with pytest.raises(Refused, match="none that could be used") as refused:
        started(bare, layout, text, scope=Scope.OBSERVE)
    assert refused.value.code == "scope"
    assert not started(bare, layout, text).warnings


def test_opencode_names_paths_as_seen_from_the_repository_it_works_in(layout: Layout) -> None:
    (layout.root / ".git").mkdir()
    (layout.root / "site").mkdir()
    edit = config_of(started("opencode", layout, owns=("site",)))["permission"]["edit"]
    assert edit["site/*"] == "allow"
    assert edit["swarm/agents/genesis-01/w/*"] == "allow"
    assert edit["swarm/agents/genesis-01/w/.run/*"] == "deny"
    assert list(edit.values()).index("allow") > list(edit).index("***")


def test_opencode_keeps_what_the_operator_configures_and_our_rules_come_last(
    layout: Layout, monkeypatch: pytest.MonkeyPatch
) -> None:
    (layout.root / "site").mkdir()
    mine = {"provider": {"p": {}}, "permission": {"edit": {"***": "allow", "*": "allow"}, "bash": {"*": "allow"}}}
    monkeypatch.setenv("OPENCODE_CONFIG_CONTENT", json.dumps(mine))
    made = config_of(started("opencode", layout, owns=("site",)))
    assert made["provider"] == {"p": {}}
    assert made["permission"]["bash"] == "deny"
    assert list(made["permission"]["edit"].items())[:2] == [("*", "allow"), ("***", "deny")]
    monkeypatch.setenv("OPENCODE_CONFIG_CONTENT", "{ // a remark\n}")
    with pytest.raises(Refused, match="not plain JSON"):
        started("opencode", layout)


def test_opencode_refuses_a_path_that_means_more_than_itself(layout: Layout) -> None:
    (layout.root / "a*").mkdir()
    with pytest.raises(Refused, match="cannot be named"):
        started("opencode", layout, owns=("a*",))


def test_what_it_needs_is_found_or_named_with_how_to_get_it(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for variable in list(os.environ):
        if variable.endswith(("_API_KEY", "_HOME")) or "GOOGLE" in variable:
            monkeypatch.delenv(variable)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    found, login = program(name).needs()[:2]
    assert (found.ok, login.ok, found.required, login.required) == (False, False, True, False)
    assert "npm install -g" in found.hint
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / name).write_text("#!/bin/sh\n")
    (tmp_path / "bin" / name).chmod(0o755)
    places = {
        "codex": ".codex/auth.json",
        "gemini": ".gemini/oauth_creds.json",
        "opencode": ".local/share/opencode/auth.json",
    }
    place = tmp_path / places[name]
    place.parent.mkdir(parents=True)
    place.write_text("not to be read")
    place.chmod(0)
    found, login = program(name).needs()[:2]
    assert found.ok
    assert login.ok
    assert login.text == f"{place} is there"


def test_it_says_how_it_holds_agents_to_their_scope(name: str) -> None:
    need = next(need for need in program(name).needs() if need.name == "scope")
    assert need.ok
    assert not need.required
    assert ("its own sandbox" if name == "codex" else "no shell") in need.text


def test_what_has_no_channel_says_nothing_into_it(name: str) -> None:
    made = program(name)
    assert not made.channel
    assert made.say("x") == made.stop_subagent("k") == made.ask_to_end() == made.ask_what_it_costs() == b""


def test_a_command_with_a_format_is_read_in_that_language(layout: Layout) -> None:
    text = '[programs.mine]\nkind = "command"\nformat = "gemini"\nargv = ["mine"]\n'
    made = program("mine", text)
    launch = made.prepare(SPEC, layout, agent_of(layout))
    new_reader = new_reader_for("mine", parse_policy(text))
    assert new_reader is not None
    assert [each.kind for each in read(new_reader(), [launch.mark.rstrip(b"\n")])] == [Kind.RUN]
    assert new_reader_for("command", parse_policy(text)) is None
    assert program("command").prepare(replace(SPEC, argv=("true",)), layout, agent_of(layout)).mark == b""


@given(st.recursive(st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=8))
def test_any_value_is_written_as_toml_means_it(value: object) -> None:
    assert tomllib.loads(f"value = {_toml(value)}")["value"] == value
