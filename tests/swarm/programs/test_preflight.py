"""What a program needs is looked at before its start: found, version, login, sandbox."""

import shutil
import sys
from pathlib import Path

import pytest

from swarm.config.checked import parse_policy
from swarm.programs import preflight
from swarm.programs.claude.program import Claude
from swarm.programs.registry import program_for
from swarm.verbs.doctor import examine
from tests.support.homes import LiveHome


@pytest.fixture(autouse=True)
def _tried_by_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(preflight, "_tried", {})


def script(path: Path, body: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(0o755)
    return path


def test_an_executable_is_found_on_path_or_by_its_path(tmp_path: Path) -> None:
    tool = script(tmp_path / "bin" / "tool", "true")
    found = preflight.found("tool", {"PATH": str(tool.parent)}, hint="Install it.")
    assert (found.ok, found.text) == (True, str(tool))
    assert preflight.found(str(tool), {}, hint="").ok


@pytest.mark.parametrize("word", ["nothing-of-this-name", "./nothing", "/etc"])
def test_what_is_not_there_is_said_with_how_to_get_it(word: str) -> None:
    need = preflight.found(word, {"PATH": "/bin"}, hint="Install it.")
    assert (need.ok, need.required, need.hint) == (False, True, "Install it.")
    assert word in need.text


def test_a_version_is_a_number_in_what_it_answers(tmp_path: Path) -> None:
    tool = script(tmp_path / "tool", 'echo "tool-cli 12.3.4-beta (Something)"')
    assert preflight.version(str(tool), {}) == "12.3.4-beta"


def test_a_version_is_asked_once_until_the_file_changes(tmp_path: Path) -> None:
    tool = script(tmp_path / "tool", f"echo x >> {tmp_path}/asked; echo 1.0")
    assert [preflight.version(str(tool), {}) for _ in range(3)] == ["1.0"] * 3
    assert (tmp_path / "asked").read_text() == "x\n"
    script(tool, "echo 2.0")
    assert preflight.version(str(tool), {}) == "2.0"


@pytest.mark.parametrize("body", ["exit 1", "echo nothing to say", "echo 1.0; exit 3", "kill -9 $$", "sleep 60"])
def test_what_says_no_version_is_no_trouble(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, body: str) -> None:
    monkeypatch.setattr(preflight, "VERSION_S", 0.5)
    assert preflight.version(str(script(tmp_path / "tool", f"exec {body}" if body[0] == "s" else body)), {}) == ""
    assert preflight.version(str(tmp_path / "missing"), {}) == ""


def test_a_version_is_asked_without_the_operators_keys(tmp_path: Path) -> None:
    tool = script(tmp_path / "tool", 'env | grep -q KEY && echo 6.6.6 || echo "1.0"')
    assert preflight.version(str(tool), {"PATH": "/usr/bin:/bin", "SOME_KEY": "secret"}) == "1.0"


def test_a_login_shows_by_a_variable_or_a_file_and_neither_is_read(tmp_path: Path) -> None:
    file = tmp_path / "credentials"
    file.write_text("secret")
    file.chmod(0o000)
    by_file = preflight.logged_in("tool", ("TOOL_KEY",), (file,), {})
    by_variable = preflight.logged_in("tool", ("TOOL_KEY",), (), {"TOOL_KEY": "secret"})
    none = preflight.logged_in("tool", ("TOOL_KEY",), (tmp_path / "no",), {"TOOL_KEY": ""})
    assert (by_file.ok, by_variable.ok, none.ok) == (True, True, False)
    assert by_variable.text == "TOOL_KEY is set"
    assert "secret" not in f"{by_file}{by_variable}{none}"
    assert "TOOL_KEY" in none.hint
    assert not none.required


@pytest.mark.skipif(sys.platform == "darwin", reason="the sandbox of macOS needs no helpers")
def test_a_sandbox_without_its_helpers_says_what_to_install(tmp_path: Path) -> None:
    need = preflight.sandbox({"PATH": str(tmp_path)})
    assert not need.ok
    assert "bwrap and socat are not on PATH" in need.text
    assert "apt install bubblewrap socat" in need.hint


@pytest.mark.skipif(sys.platform == "darwin", reason="the sandbox of macOS needs no helpers")
def test_a_sandbox_that_is_there_and_does_not_work_is_found_out_by_trying(tmp_path: Path) -> None:
    script(tmp_path / "socat", "true")
    script(tmp_path / "bwrap", 'echo "No permissions to create new namespace" >&2; exit 1')
    need = preflight.sandbox({"PATH": str(tmp_path)})
    assert not need.ok
    assert "No permissions to create new namespace" in need.text


@pytest.mark.skipif(sys.platform == "darwin", reason="the sandbox of macOS needs no helpers")
def test_a_trial_that_hangs_ends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(preflight, "TRY_S", 0.5)
    script(tmp_path / "socat", "true")
    script(tmp_path / "bwrap", "exec sleep 60")
    assert not preflight.sandbox({"PATH": f"{tmp_path}:/bin:/usr/bin"}).ok


@pytest.mark.skipif(sys.platform == "darwin", reason="the sandbox of macOS needs no helpers")
def test_a_sandbox_is_tried_once_while_it_works(tmp_path: Path) -> None:
    script(tmp_path / "socat", "true")
    script(tmp_path / "bwrap", f"echo x >> {tmp_path}/tried")
    for _ in range(3):
        assert preflight.sandbox({"PATH": f"{tmp_path}:/bin"}).ok
    assert (tmp_path / "tried").read_text() == "x\n"


@pytest.mark.skipif(shutil.which("bwrap") is None or shutil.which("socat") is None, reason="needs bubblewrap and socat")
def test_the_trial_asks_for_what_a_sandbox_needs() -> None:
    """What works here and what does not is the machine's; that it answers in words is ours."""
    need = preflight.sandbox({"PATH": "/usr/local/bin:/usr/bin:/bin"})
    assert need.text == "works here" if need.ok else "does not work here" in need.text


def test_claude_says_what_it_needs_in_one_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tool = script(tmp_path / "bin" / "my-claude", "echo 2.1.197")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("ANTHROPIC_API_KEY", raising=False)
    policy = parse_policy(f'[programs.claude]\nargv = ["{tool}"]\n')
    needs = {need.name: need for need in program_for("claude", policy).needs()}
    assert needs[str(tool)].ok
    assert not needs["login"].ok
    (tmp_path / ".claude").mkdir()
    (tmp_path / ".claude" / ".credentials.json").touch()
    assert {need.name: need for need in program_for("claude", policy).needs()}["login"].ok
    assert [need.name for need in needs.values() if need.required] == [str(tool)]


def test_a_login_that_swarm_toml_sets_counts() -> None:
    policy = parse_policy('[programs.claude]\nenv = { ANTHROPIC_BASE_URL = "http://x", ANTHROPIC_AUTH_TOKEN = "t" }\n')
    needs = {need.name: need for need in program_for("claude", policy).needs()}
    assert needs["login"].text == "ANTHROPIC_AUTH_TOKEN is set"


# doctor


def findings(home: LiveHome) -> dict[str, str]:
    """(level by text) of what doctor says of programs."""
    return {each.text: each.level for each in examine(home.home) if each.topic == "programs"}


def test_doctor_shows_a_program_with_version_login_and_sandbox(live_home: LiveHome, tmp_path: Path) -> None:
    tool = script(tmp_path / "my-claude", "echo '2.1.197 (Claude Code)'")
    live_home.rules(more=f'\n[programs.claude]\nargv = ["{tool}"]\nenv = {{ ANTHROPIC_API_KEY = "x" }}\n')
    live_home.swarm = live_home.open()
    said = findings(live_home)
    assert said[f"claude: {tool}, version 2.1.197"] == "ok"
    assert said["claude, login: ANTHROPIC_API_KEY is set"] == "ok"
    assert any(text.startswith("claude, sandbox: ") for text in said)


def test_doctor_warns_of_a_version_that_no_test_runs(live_home: LiveHome, tmp_path: Path) -> None:
    tool = script(tmp_path / "my-claude", "echo '9.9.9 (Claude Code)'")
    live_home.rules(more=f'\n[programs.claude]\nargv = ["{tool}"]\n')
    live_home.swarm = live_home.open()
    warned = [text for text, level in findings(live_home).items() if level == "warning" and "not tested" in text]
    assert warned == [f"claude 9.9.9 was not tested with this swarm-tui; {' and '.join(Claude.tested)} were"]
    script(tmp_path / "my-claude", f"echo '{Claude.tested[0]} (Claude Code)'")
    assert not any("not tested" in text for text in findings(live_home))


def test_doctor_shows_how_a_program_without_a_sandbox_holds_agents(live_home: LiveHome, tmp_path: Path) -> None:
    tool = script(tmp_path / "my-gemini", "echo 0.61.0")
    table = f'\n[programs.gemini]\nargv = ["{tool}"]\n'
    live_home.rules(more=table)
    live_home.swarm = live_home.open()
    assert findings(live_home)[f"gemini: {tool}, version 0.61.0"] == "ok"
    told = {text: level for text, level in findings(live_home).items() if text.startswith("gemini, scope: ")}
    assert [(("no shell" in text), level) for text, level in told.items()] == [(True, "ok")]
    live_home.rules(more=f'{table}scope = "sandbox"\n')
    live_home.swarm = live_home.open()
    told = {text: level for text, level in findings(live_home).items() if text.startswith("gemini, scope: ")}
    assert [(("refuses" in text), level) for text, level in told.items()] == [(True, "note")]


def test_doctor_runs_a_program_and_says_what_it_answers_where_that_fails(live_home: LiveHome, tmp_path: Path) -> None:
    body = 'echo "Error: Cannot find module" >&2; echo "    at Module._load" >&2; exit 7'
    tool = script(tmp_path / "my-claude", body)
    table = f'\n[programs.claude]\nargv = ["{tool}"]\n[root]\nprogram = "claude"\n'
    live_home.rules(more=table)
    live_home.swarm = live_home.open()
    told = f"claude: {tool} does not run: it ends with exit code 7: Error: Cannot find module"
    assert findings(live_home)[told] == "error"


def test_doctor_asks_the_program_itself_whether_it_is_logged_in(live_home: LiveHome, tmp_path: Path) -> None:
    tool = script(tmp_path / "my-claude", '[ "$1" = --version ] && echo 2.1.332 || echo \'{"loggedIn": false}\'')
    live_home.rules(more=f'\n[programs.claude]\nargv = ["{tool}"]\nenv = {{ ANTHROPIC_API_KEY = "x" }}\n')
    live_home.swarm = live_home.open()
    told = "claude, login: ANTHROPIC_API_KEY is set, and yet it says that it is not logged in"
    assert findings(live_home)[told] == "warning"


def test_doctor_names_the_environment_of_the_root_and_no_value(
    live_home: LiveHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-secret")
    said = [each.text for each in examine(live_home.home) if each.topic == "environment"]
    assert any("work with: " in text and "PATH" in text for text in said)
    assert any(text.startswith("other in this shell") and "OPENAI_API_KEY" in text for text in said)
    assert "sk-secret" not in "".join(said)


def test_doctor_shows_what_is_on_path_although_nobody_uses_it(
    live_home: LiveHome, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tool = script(tmp_path / "bin" / "claude", "echo no version")
    monkeypatch.setenv("PATH", f"{tool.parent}:/usr/bin:/bin")
    assert f"claude: {tool}, which did not say its version" in findings(live_home)
    monkeypatch.setenv("PATH", str(tmp_path / "empty"))
    assert not any(text.startswith("claude: ") for text in findings(live_home))


def test_doctor_calls_a_missing_program_that_agents_run_by_default_an_error(live_home: LiveHome) -> None:
    table = '\n[programs.claude]\nargv = ["no-such-claude"]\n'
    live_home.rules(more=table)
    live_home.swarm = live_home.open()
    text = "claude: no-such-claude is not on PATH"
    assert findings(live_home)[text] == "warning"
    live_home.rules(more=table)
    policy = live_home.layout.policy
    policy.write_text(policy.read_text().replace("[spawn]", '[spawn]\nprogram = "claude"'))
    live_home.swarm = live_home.open()
    assert findings(live_home)[text] == "error"
