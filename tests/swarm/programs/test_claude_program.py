"""How Claude Code is started, held, taken up again and taken over."""

import json
import os
import shlex
import subprocess
import sys
import uuid
from pathlib import Path
from signal import SIGINT
from typing import Any

import pytest

from swarm.config.checked import parse_policy
from swarm.config.policy import ProgramSettings
from swarm.errors import Refused
from swarm.model.agent import AgentSpec, Scope
from swarm.model.launch import Launch
from swarm.model.repository import Worktree
from swarm.model.values import replace
from swarm.platform.own_command import our_shell_words
from swarm.programs import preflight, prompt, sandbox
from swarm.programs.base import Need
from swarm.programs.claude import permissions, stdin_messages
from swarm.programs.environment import inherited
from swarm.programs.registry import new_reader_for, program_for
from swarm.protocol.paths import Layout
from swarm.verbs.init import init

WORKER = AgentSpec("genesis-01/w1", "w1", "worker", "genesis-01", "spawn-1", "Do it.", program="claude", model="opus-9")
BOX = Need("sandbox", ok=True, text="works here")
NO_BOX = Need("sandbox", ok=False, text="bwrap is not on PATH", hint="Install bubblewrap and socat.")


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    root = tmp_path / "home"
    init(root, "claude")
    return Layout(root)


def prepared(layout: Layout, spec: AgentSpec = WORKER, policy: str = "", brief: str = "The brief.") -> Launch:
    return program_for("claude", parse_policy(policy)).prepare(spec, layout, layout.agent(spec.id), brief)


def option(launch: Launch, name: str) -> str:
    return launch.argv[launch.argv.index(name) + 1]


def written(launch: Launch, name: str) -> dict[str, object]:
    (data,) = [data for path, data in launch.files.items() if path.name == name]
    value = json.loads(data)
    assert isinstance(value, dict)
    return value


def decided(
    layout: Layout, spec: AgentSpec, settings: ProgramSettings | None = None, box: Need = BOX
) -> permissions.Scope:
    return permissions.decide(spec, layout, layout.agent(spec.id), settings or ProgramSettings(), box)


# The command line


def test_it_runs_headless_with_a_live_channel(layout: Layout) -> None:
    launch = prepared(layout)
    assert launch.argv[:2] == ("claude", "-p")
    assert (option(launch, "--input-format"), option(launch, "--output-format")) == ("stream-json", "stream-json")
    assert {"--verbose", "--replay-user-messages", "--strict-mcp-config"} <= set(launch.argv)
    assert launch.channel
    assert launch.gentle_signal == SIGINT
    assert not launch.gentle_group


def test_it_says_who_it_is_and_which_model_it_runs(layout: Layout) -> None:
    launch = prepared(layout)
    assert (option(launch, "--name"), option(launch, "--model")) == ("genesis-01/w1", "opus-9")
    assert "--model" not in prepared(layout, replace(WORKER, model="")).argv


def test_its_session_is_chosen_by_us_and_written_down(layout: Layout) -> None:
    launch = prepared(layout)
    assert str(uuid.UUID(launch.session)) == launch.session == option(launch, "--session-id")
    said = written(launch, "session.json")
    assert (said["session"], said["spawn_id"], said["program"]) == (launch.session, "spawn-1", "claude")
    assert prepared(layout).session != launch.session


def test_the_brief_is_never_on_the_command_line(layout: Layout) -> None:
    launch = prepared(layout, brief="SECRET BRIEF")
    assert "SECRET BRIEF" not in " ".join(launch.argv)
    turn = json.loads(launch.first)
    assert (turn["type"], turn["message"]) == ("user", {"role": "user", "content": "SECRET BRIEF"})
    assert launch.first.endswith(b"\n")
    assert launch.first.count(b"\n") == 1


def test_a_brief_that_is_longer_than_a_turn_should_be_is_named_instead_of_said(layout: Layout) -> None:
    task = layout.agent(WORKER.id).task
    for brief in ("x" * stdin_messages.MAX_FIRST, "\n" * 30_000, ""):
        first = prepared(layout, brief=brief).first
        assert len(first) < 1000
        assert str(task) in json.loads(first)["message"]["content"]


def test_no_session_of_its_own_project_or_user_reaches_an_agent(layout: Layout) -> None:
    launch = prepared(layout)
    assert option(launch, "--setting-sources") == ""
    assert option(prepared(layout, policy="[programs.claude]\ninherit = true\n"), "--setting-sources") == "user"
    assert launch.env["CLAUDE_CODE_DISABLE_CLAUDE_MDS"] == "1"


def test_the_operators_own_settings_never_widen_a_scope(layout: Layout) -> None:
    policy = '[programs.claude]\ninherit = true\nscope = "narrow"\n'
    launch = prepared(layout, replace(WORKER, scope=Scope.OBSERVE), policy)
    assert option(launch, "--setting-sources") == ""
    assert "inherit" in launch.warnings[0]
    assert prepared(layout, policy=policy).warnings == ()


SIDE_DOORS = {"Agent", "Workflow", "SendMessage", "ListAgents", "CronCreate", "ScheduleWakeup", "Monitor"}


@pytest.mark.parametrize("more", [{}, {"owns": ("site",)}, {"scope": Scope.OBSERVE}])
def test_the_tools_that_an_agent_is_offered_are_named_one_by_one(layout: Layout, more: dict[str, Any]) -> None:
    offered = option(prepared(layout, replace(WORKER, **more)), "--tools").split(",")
    assert "Read" in offered
    assert "default" not in offered
    assert not SIDE_DOORS & set(offered)


def test_swarm_toml_offers_further_tools_to_agents_that_are_not_held(layout: Layout) -> None:
    policy = '[programs.claude]\nscope = "narrow"\ntools = ["ScheduleWakeup"]\n'
    free = prepared(layout, policy=policy)
    assert option(free, "--tools").endswith(",ScheduleWakeup")
    assert "ScheduleWakeup" in json.dumps(written(free, "settings.json")["permissions"])
    held = prepared(layout, replace(WORKER, owns=("site",)), policy)
    assert "ScheduleWakeup" not in option(held, "--tools").split(",")


def test_swarm_toml_changes_the_executable_and_adds_words_and_our_options_stay(layout: Layout) -> None:
    policy = '[programs.claude]\nargv = ["nice", "claude-next"]\nargs = ["--max-turns", "9"]\nmodel = "m"\n'
    launch = prepared(layout, policy=policy)
    assert launch.argv[:3] == ("nice", "claude-next", "-p")
    assert launch.argv[-2:] == ("--max-turns", "9")
    assert option(launch, "--session-id") == launch.session


def test_a_program_of_another_name_may_be_claude(layout: Layout) -> None:
    policy = parse_policy('[programs.mine]\nkind = "claude"\nargv = ["my-claude"]\n')
    program = program_for("mine", policy)
    assert (program.name, program.kind, program.channel) == ("mine", "claude", True)
    assert program.prepare(WORKER, layout, layout.agent(WORKER.id), "b").argv[0] == "my-claude"


@pytest.mark.parametrize(("args", "limit"), [([], "2.5"), (["--max-budget-usd", "9"], "9")])
def test_it_keeps_to_a_limit_in_dollars_and_to_that_of_swarm_toml_first(
    layout: Layout, args: list[str], limit: str
) -> None:
    program = program_for("claude", parse_policy(f"[programs.claude]\nargs = {json.dumps(args)}\n"))
    agent = layout.agent(WORKER.id)
    begun = program.limited_to(2.5).prepare(WORKER, layout, agent, "b")
    resumed = program.limited_to(2.5).resume(WORKER, layout, agent, "s", "more")
    assert resumed is not None
    for launch in (begun, resumed):
        assert launch.argv.count("--max-budget-usd") == 1
        assert option(launch, "--max-budget-usd") == limit
    assert ("--max-budget-usd" in program.prepare(WORKER, layout, agent, "b").argv) == bool(args)


def test_an_ended_session_is_taken_up_with_new_words(layout: Layout) -> None:
    program = program_for("claude", parse_policy(""))
    launch = program.resume(WORKER, layout, layout.agent(WORKER.id), "sid-1", "Go on.")
    assert launch is not None
    assert option(launch, "--resume") == "sid-1" == launch.session
    assert "--session-id" not in launch.argv
    asks, words = map(json.loads, launch.first.splitlines())
    assert asks["request"]["subtype"] == "get_session_cost", "its totals may go on from those of the last run"
    assert words["message"]["content"] == "Go on."
    assert written(launch, "session.json")["session"] == "sid-1"


def test_a_person_takes_a_session_over_under_the_same_scope(layout: Layout) -> None:
    program = program_for("claude", parse_policy('[programs.claude]\nscope = "narrow"\n'))
    observer = replace(WORKER, scope=Scope.OBSERVE)
    agent = layout.agent(WORKER.id)
    launch = program.take_over(observer, layout, agent, "sid-1")
    headless = program.prepare(observer, layout, agent, "b")
    assert launch is not None
    assert option(launch, "--resume") == "sid-1"
    assert "-p" not in launch.argv
    assert not launch.channel
    same = ("--permission-mode", "--tools", "--settings", "--setting-sources")
    assert [option(launch, name) for name in same] == [option(headless, name) for name in same]
    assert written(launch, "settings.json")["permissions"] == written(headless, "settings.json")["permissions"]


def test_a_person_is_not_asked_for_results_at_the_end_of_each_turn(layout: Layout) -> None:
    program = program_for("claude", parse_policy(""))
    launch = program.take_over(WORKER, layout, layout.agent(WORKER.id), "sid-1")
    assert launch is not None
    hooks = written(launch, "settings.json")["hooks"]
    assert isinstance(hooks, dict)
    assert set(hooks) == {"PreToolUse", "PostToolUse", "SessionStart", "SessionEnd"}


def test_a_run_begins_with_a_mark_for_its_readers(layout: Layout) -> None:
    mark = json.loads(prepared(layout).mark)
    assert {name: mark[name] for name in ("type", "subtype", "spawn_id")} == {
        "type": "swarm",
        "subtype": "run",
        "spawn_id": "spawn-1",
    }
    assert isinstance(mark["at"], float)


# What is said to it


def test_a_message_carries_its_id() -> None:
    program = program_for("claude", parse_policy(""))
    assert json.loads(program.say("Stop\nthere", "m-1a2b3c"))["message"]["content"] == "[m-1a2b3c] Stop\nthere"
    assert program.say("a\nb").count(b"\n") == 1


def test_one_sub_agent_is_stopped_and_the_whole_is_ended_by_requests() -> None:
    program = program_for("claude", parse_policy(""))
    stop = json.loads(program.stop_subagent("task-7"))
    assert (stop["type"], stop["request"]) == ("control_request", {"subtype": "stop_task", "task_id": "task-7"})
    ends = [json.loads(line) for line in program.ask_to_end().splitlines()]
    assert [end["request"]["subtype"] for end in ends] == ["interrupt", "end_session"]
    assert len({stop["request_id"], *(end["request_id"] for end in ends)}) == 3


def test_words_that_are_no_unicode_reach_it_as_valid_lines() -> None:
    assert json.loads(stdin_messages.user("a\udce9b\x00c"))["message"]["content"] == "a?b\x00c"


# Environment


def test_it_is_told_nothing_but_its_model_service_and_starts_with_our_tools(layout: Layout) -> None:
    env = prepared(layout).env
    wanted = ("CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC", "DISABLE_AUTOUPDATER", "MCP_CONNECTION_NONBLOCKING")
    assert [env[name] for name in wanted] == ["1", "1", "0"]


def test_what_swarm_toml_sets_wins_over_what_is_recommended(layout: Layout) -> None:
    policy = '[programs.claude]\nenv = { DISABLE_AUTOUPDATER = "0", CLAUDE_CODE_SESSION_X = "on purpose" }\n'
    env = prepared(layout, policy=policy).environment
    assert (env["DISABLE_AUTOUPDATER"], env["CLAUDE_CODE_SESSION_X"]) == ("0", "on purpose")


def test_logins_and_limits_of_the_operator_are_inherited_and_marks_of_a_session_are_not() -> None:
    kept = {"CLAUDE_CODE_OAUTH_TOKEN": "t", "CLAUDE_CODE_USE_BEDROCK": "1", "CLAUDE_CODE_MAX_RETRIES": "2", "PATH": "/"}
    marks = ("CLAUDECODE", "CLAUDE_CODE_ENTRYPOINT", "CLAUDE_CODE_SSE_PORT", "CLAUDE_CODE_CHILD_SESSION", "AI_AGENT")
    assert inherited({**kept, **dict.fromkeys(marks, "1")}) == kept


def test_what_would_switch_the_hooks_off_is_not_inherited() -> None:
    assert inherited({"CLAUDE_CODE_SIMPLE": "1", "CLAUDE_CODE_SAFE_MODE": "1"}) == {}


# Its files


def test_its_system_prompt_holds_the_shared_rules_and_its_role(layout: Layout) -> None:
    launch = prepared(layout)
    text = launch.files[layout.agent(WORKER.id).system].decode()
    assert option(launch, "--append-system-prompt-file") == str(layout.agent(WORKER.id).system)
    assert layout.shared_rules.read_text().strip() in text
    assert layout.role("worker").read_text().strip() in text
    assert "mcp__swarm__" in text


def test_the_roots_manual_is_the_roots_alone(layout: Layout) -> None:
    (layout.root / "CLAUDE.md").write_text("THE MANUAL OF THE ROOT")
    root = replace(WORKER, id="genesis-01", name="genesis-01", role="genesis", parent=None)
    assert b"THE MANUAL OF THE ROOT" in prepared(layout, root).files[layout.agent("genesis-01").system]
    assert not any(b"THE MANUAL OF THE ROOT" in data for data in prepared(layout).files.values())


def test_a_huge_role_is_cut(layout: Layout) -> None:
    layout.role("worker").write_text("x" * 5_000_000)
    assert len(prepared(layout).files[layout.agent(WORKER.id).system]) < prompt.MAX_BYTES + 100_000


def test_its_tools_are_our_verbs_as_the_agent_itself(layout: Layout) -> None:
    servers = written(prepared(layout), "mcp.json")["mcpServers"]
    assert isinstance(servers, dict)
    assert list(servers) == ["swarm"]
    server = servers["swarm"]
    assert os.path.isabs(server["command"])
    assert server["args"][-1] == "mcp"
    assert (server["env"]["SWARM_AGENT"], server["env"]["SWARM_SPAWN"]) == ("genesis-01/w1", "spawn-1")


def test_without_mcp_no_server_is_given(layout: Layout) -> None:
    launch = prepared(layout, policy="[programs.claude]\nmcp = false\n")
    assert "--mcp-config" not in launch.argv
    assert "--strict-mcp-config" in launch.argv
    assert not any(path.name == "mcp.json" for path in launch.files)


def hook_of(launch: Launch, event: str) -> dict[str, object]:
    hooks = written(launch, "settings.json")["hooks"]
    assert isinstance(hooks, dict)
    ((entry),) = hooks[event]
    ((hook),) = entry["hooks"]
    assert isinstance(hook, dict)
    return hook


def test_each_hook_calls_this_installation(layout: Layout) -> None:
    launch = prepared(layout)
    for event, word in (("PreToolUse", "guard"), ("PostToolUse", "after"), ("Stop", "stop"), ("SessionEnd", "end")):
        command = str(hook_of(launch, event)["command"]).removesuffix(" || exit 2")
        assert os.path.isabs(shlex.split(command)[0])
        assert shlex.split(command)[-2:] == ["hook", word]
    assert hook_of(launch, "StopFailure") == hook_of(launch, "Stop")


@pytest.mark.parametrize("end", ["exit 1", "exit 137", "kill -9 $$", "exec /nowhere/at/all"])
def test_a_guard_that_breaks_refuses_the_tool(layout: Layout, end: str, tmp_path: Path) -> None:
    command = str(hook_of(prepared(layout), "PreToolUse")["command"])
    broken = tmp_path / "broken"
    broken.write_text(f"#!/bin/sh\n{end}\n")
    broken.chmod(0o755)
    ours = shlex.split(command.removesuffix(" || exit 2"))[0]
    ran = subprocess.run(["sh", "-c", command.replace(ours, str(broken))], capture_output=True, check=False)
    assert command.endswith(" || exit 2")
    assert ran.returncode == 2


def test_the_guard_knows_where_an_agent_may_write(layout: Layout) -> None:
    owner = replace(WORKER, owns=("site",))
    guard = written(prepared(layout, owner, '[programs.claude]\nscope = "narrow"\n'), "guard.json")
    assert (guard["agent"], guard["spawn_id"], guard["scope"]) == (owner.id, "spawn-1", "owns")
    assert guard["writable"] == [str(layout.agent(owner.id).path), str(layout.root / "site")]
    protected = guard["protected"]
    assert isinstance(protected, list)
    assert {str(layout.state), str(layout.events), str(layout.agent(owner.id).run)} <= set(protected)


# Scope


def test_who_is_not_held_may_do_its_work_and_not_the_engines(layout: Layout) -> None:
    made = decided(layout, WORKER, box=NO_BOX)
    assert (made.held, made.mode, made.sandbox, made.warnings) == ("", "dontAsk", None, ())
    assert {"Bash", "Edit", "Write", "mcp__swarm"} <= set(made.allow)
    assert f"Edit(/{layout.events})" in made.deny
    assert f"Edit(/{layout.agent(WORKER.id).run}/**)" in made.deny


@pytest.mark.parametrize("box", [BOX, NO_BOX])
@pytest.mark.parametrize("settings", [ProgramSettings(), ProgramSettings(scope="narrow")])
@pytest.mark.parametrize("spec", [replace(WORKER, scope=Scope.OBSERVE), replace(WORKER, owns=("site/a",))])
def test_who_is_held_never_has_a_way_to_write_anywhere(
    layout: Layout, spec: AgentSpec, settings: ProgramSettings, box: Need
) -> None:
    made = decided(layout, spec, settings, box)
    own = str(layout.agent(spec.id).path)
    places = (own, str(layout.root / "site/a")) if spec.owns else (own,)
    edits = [rule for rule in made.allow if rule.startswith("Edit(")]
    assert edits == [f"Edit(/{place}{rest})" for place in places for rest in ("", "/**")]
    assert made.mode == "dontAsk"
    assert not {"Edit", "Write", "NotebookEdit"} & set(made.allow)
    assert ("Bash" in made.allow) is (made.sandbox is not None)


def test_a_sandbox_fails_closed_and_exempts_no_command(layout: Layout) -> None:
    made = decided(layout, replace(WORKER, owns=("site",)))
    assert made.sandbox is not None
    assert made.sandbox["enabled"] is made.sandbox["failIfUnavailable"] is True
    assert made.sandbox["allowUnsandboxedCommands"] is False
    assert "excludedCommands" not in made.sandbox
    network = made.sandbox["network"]
    assert isinstance(network, dict)
    assert "allowAllUnixSockets" not in network
    files = made.sandbox["filesystem"]
    assert isinstance(files, dict)
    assert files["allowWrite"] == [f"/{path}" for path in made.writable]
    assert f"/{layout.agent(WORKER.id).run}" in files["denyWrite"]


def test_a_sandbox_is_told_nothing_of_files_that_are_not_there_yet(layout: Layout) -> None:
    """It would make them, empty, and the engine would take an agent for ended."""
    made = decided(layout, replace(WORKER, owns=("site",)))
    agent = layout.agent(WORKER.id)
    for path in (agent.exit, agent.ended):
        assert str(path) not in f"{made.sandbox} {made.deny}"
        assert path in made.protected
        assert f"Edit(/{path})" in decided(layout, replace(WORKER, owns=("site",)), box=NO_BOX).deny


@pytest.mark.parametrize("root", [True, False])
def test_root_has_its_rights_taken_before_its_sandbox(
    layout: Layout, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, root: bool
) -> None:
    bin_ = tmp_path / "bin"
    bin_.mkdir()
    for name in ("bwrap", "socat"):
        (bin_ / name).write_text("#!/bin/sh\n")
        (bin_ / name).chmod(0o755)
    monkeypatch.setattr(sandbox, "root_on_linux", lambda: root)
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(preflight, "_tried", {})
    monkeypatch.setenv("PATH", f"{bin_}:/bin")
    launch = prepared(layout, replace(WORKER, owns=("site",)))
    ours = layout.agent(WORKER.id).run / "bin"
    assert (ours / "bwrap" in launch.files) is root
    assert launch.environment["PATH"].startswith(f"{ours}:{bin_}") is root
    assert not any(path.parent == ours for path in prepared(layout).files)
    if root:
        assert launch.mode_of(ours / "bwrap") == 0o700
        assert str(bin_ / "bwrap").encode() in launch.files[ours / "bwrap"]
    assert launch.mode_of(layout.agent(WORKER.id).settings) == 0o600


def test_nobody_inherits_what_stands_before_anothers_path() -> None:
    path = "/home/swarm/agents/genesis-01/w1/.run/bin:/usr/bin:/bin"
    assert inherited({"PATH": path})["PATH"] == "/usr/bin:/bin"


def test_it_reads_what_it_prints() -> None:
    new_reader = new_reader_for("claude", parse_policy(""))
    assert new_reader is not None
    assert new_reader().feed(b'{"type":"system","subtype":"init","session_id":"s-1","model":"m"}')


def test_without_a_sandbox_an_observer_has_no_shell(layout: Layout) -> None:
    made = decided(layout, replace(WORKER, scope=Scope.OBSERVE), box=NO_BOX)
    assert not any(rule.startswith("Bash") for rule in made.allow)
    assert "Bash" not in made.tools
    assert {"Read", "Grep", "Glob", "Write", "Edit"} <= set(made.tools)
    assert "bwrap is not on PATH" in made.warnings[0]


def test_without_a_sandbox_and_without_our_tools_an_observer_can_still_report(layout: Layout) -> None:
    made = decided(layout, replace(WORKER, scope=Scope.OBSERVE), ProgramSettings(mcp=False), NO_BOX)
    assert "Bash" in made.tools
    assert {rule for rule in made.allow if rule.startswith("Bash")} == {
        f"Bash({word} {verb}:*)"
        for word in ["swarm-tui", our_shell_words()]
        for verb in (
            *("progress", "done", "status", "read", "message", "spawn", "kill", "log", "events", "diff", "merge"),
            *("handover", "accept", "reject", "results", "alerts"),
        )
    }


def test_a_narrow_shell_calls_our_verbs_and_what_swarm_toml_adds(layout: Layout) -> None:
    made = decided(
        layout, replace(WORKER, owns=("site",)), ProgramSettings(scope="narrow", bash=("npm test", "make *"))
    )
    shell = [rule for rule in made.allow if rule.startswith("Bash")]
    assert shell[-2:] == ["Bash(npm test)", "Bash(make *)"]
    ours = ("Bash(swarm-tui ", f"Bash({our_shell_words()} ")
    assert all(rule.startswith(ours) for rule in shell[:-2])
    assert not any("init" in rule or "demo" in rule or "run" in rule for rule in shell[:-2])
    assert made.sandbox is None
    assert made.warnings == ()


def test_a_sandbox_that_is_asked_for_and_missing_refuses_the_spawn(layout: Layout) -> None:
    with pytest.raises(Refused, match="bwrap is not on PATH") as raised:
        decided(layout, replace(WORKER, scope=Scope.OBSERVE), ProgramSettings(scope="sandbox"), NO_BOX)
    assert raised.value.code == "scope"
    assert "bubblewrap" in raised.value.hint
    assert decided(layout, WORKER, ProgramSettings(scope="sandbox"), NO_BOX).held == ""


def test_a_path_that_no_rule_can_name_is_refused_instead_of_half_held(layout: Layout) -> None:
    with pytest.raises(Refused, match="cannot be named") as raised:
        decided(layout, replace(WORKER, owns=("site/*.html",)))
    assert raised.value.code == "scope"


def test_a_held_agent_starts_where_it_may_write(layout: Layout) -> None:
    own = layout.agent(WORKER.id).path
    narrow = '[programs.claude]\nscope = "narrow"\n'
    assert prepared(layout, replace(WORKER, scope=Scope.OBSERVE, cwd="src"), narrow).cwd == own
    assert prepared(layout, replace(WORKER, owns=("src",), cwd="src/a"), narrow).cwd == layout.root / "src/a"
    assert prepared(layout, replace(WORKER, cwd="src"), narrow).cwd == layout.root / "src"


def test_the_roles_are_the_roots_to_change_unless_a_spawn_gives_them_away(layout: Layout) -> None:
    root = replace(WORKER, id="genesis-01", parent=None)
    rule = f"Edit(/{layout.roles}/**)"
    assert rule in decided(layout, WORKER).deny
    assert rule not in decided(layout, root).deny
    assert layout.roles not in decided(layout, replace(WORKER, owns=("roles",))).protected


# Worktrees

TREE = Worktree("/repo/.git", "swarm/worktrees/w1", "swarm/w1", "0" * 40, "main", "/repo")
IN_TREE = replace(WORKER, cwd=TREE.path, worktree=TREE)


def test_an_agent_that_owns_paths_of_its_worktree_may_write_all_of_it_and_where_git_commits(layout: Layout) -> None:
    spec = replace(IN_TREE, owns=(f"{TREE.path}/src",))
    scope = decided(layout, spec)
    whole = layout.root / TREE.path
    assert scope.writable == (layout.agent(spec.id).path, whole)
    assert scope.sandbox is not None
    files = scope.sandbox["filesystem"]
    assert isinstance(files, dict)
    assert {
        f"/{whole}",
        "//repo/.git/objects",
        "//repo/.git/worktrees/w1",
        "//repo/.git/refs/heads/swarm",
        "//repo/.git/logs/refs/heads/swarm",
    } <= set(files["allowWrite"])
    assert "//repo/.git" not in files["allowWrite"]
    settings = {f"//repo/.git/worktrees/w1/{name}" for name in ("commondir", "gitdir", "config.worktree")}
    assert settings <= set(files["denyWrite"])
    assert not any("repo/.git" in rule for rule in scope.allow), "its file tools have no business there"
    launch = prepared(layout, spec)
    assert launch.cwd == whole
    assert written(launch, "guard.json")["worktree"] == str(whole)


def test_an_observer_only_reads_in_its_worktree(layout: Layout) -> None:
    spec = replace(IN_TREE, scope=Scope.OBSERVE)
    scope = decided(layout, spec)
    assert scope.writable == (layout.agent(spec.id).path,)
    assert scope.sandbox is not None
    assert "repo/.git" not in str(scope.sandbox["filesystem"])
    assert prepared(layout, spec).cwd == layout.agent(spec.id).path


def test_an_agent_that_is_not_held_works_in_its_worktree(layout: Layout) -> None:
    assert prepared(layout, IN_TREE).cwd == layout.root / TREE.path


@pytest.mark.skipif(sys.platform == "darwin", reason="its sandbox shows no files that are not there")
def test_git_of_a_held_agent_adds_nothing_that_only_its_sandbox_shows(
    layout: Layout, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "git").mkdir()
    (tmp_path / "git" / "ignore").write_text("*.swp")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.setattr(preflight, "sandbox", lambda _: BOX)
    for name, value in (("COUNT", "1"), ("KEY_0", "user.name"), ("VALUE_0", "Operator")):
        monkeypatch.setenv(f"GIT_CONFIG_{name}", value)
    launch = prepared(layout, replace(IN_TREE, owns=(TREE.path,)))
    (excluded,) = [path for path in launch.files if path.name == "git-exclude"]
    assert launch.env["GIT_CONFIG_COUNT"] == "2", "what the operator has set holds, too"
    assert (launch.env["GIT_CONFIG_KEY_1"], launch.env["GIT_CONFIG_VALUE_1"]) == ("core.excludesFile", str(excluded))
    assert launch.files[excluded].startswith(b"*.swp\n")
    assert b"/.mcp.json\n" in launch.files[excluded]
    assert "GIT_CONFIG_COUNT" not in prepared(layout, IN_TREE).env
