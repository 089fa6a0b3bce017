"""Logins of Claude Code as users have them: what is taken over of their own settings, and which login is seen."""

import json
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from swarm.config.checked import parse_policy
from swarm.model.agent import AgentSpec, Scope
from swarm.model.values import replace
from swarm.programs.base import Need
from swarm.programs.claude import login
from swarm.programs.claude.own_settings import read_own_settings
from swarm.programs.registry import program_for
from swarm.protocol.paths import Layout

SPEC = AgentSpec(
    id="genesis-01/worker-1",
    name="worker-1",
    role="worker",
    parent="genesis-01",
    spawn_id="s1",
    task="t",
    program="claude",
)
HELD = replace(SPEC, scope=Scope.OBSERVE)
EVERYTHING = {
    "apiKeyHelper": "/bin/cat key",
    "awsAuthRefresh": "aws sso login",
    "permissions": {"allow": ["Bash"], "defaultMode": "bypassPermissions"},
    "hooks": {"PreToolUse": [{"hooks": [{"type": "command", "command": "true"}]}]},
    "model": "haiku",
    "enabledPlugins": {"them": True},
    "sandbox": {"enabled": False},
    "env": {
        "ANTHROPIC_BASE_URL": "http://gateway.test",
        "CLAUDE_CODE_USE_BEDROCK": 1,
        "AWS_REGION": "eu-west-1",
        "PATH": "/theirs",
        "CLAUDE_CODE_SIMPLE": "1",
        "BASH_ENV": "/theirs/run-me",
    },
}


@pytest.fixture
def user(tmp_path: Path) -> Path:
    (tmp_path / "user" / ".claude").mkdir(parents=True)
    return tmp_path / "user"


def says(user: Path, settings: Mapping[str, object]) -> dict[str, str]:
    """The environment of a user whose own settings are these."""
    (user / ".claude" / "settings.json").write_text(json.dumps(settings))
    return {"HOME": str(user), "PATH": os.defpath}


def configured(tmp_path: Path, environment: Mapping[str, str], spec: AgentSpec, policy: str = "") -> dict[str, Any]:
    """The settings.json that the agent's program is given."""
    layout = Layout(tmp_path)
    agent = layout.agent(spec.id)
    settings = f'[programs.claude]\nscope = "narrow"\n{policy}'
    launch = program_for("claude", parse_policy(settings), environment).prepare(spec, layout, agent, "brief")
    found: dict[str, Any] = json.loads(launch.files[agent.settings])
    return found


@pytest.mark.parametrize("spec", [SPEC, HELD], ids=["free", "held"])
def test_what_logs_in_is_taken_over_for_every_agent_and_nothing_else(
    tmp_path: Path, user: Path, spec: AgentSpec
) -> None:
    environment = says(user, EVERYTHING)
    bare = configured(tmp_path, {"HOME": "/nobody"}, spec)
    assert configured(tmp_path, environment, spec) == {
        **bare,
        "apiKeyHelper": "/bin/cat key",
        "awsAuthRefresh": "aws sso login",
        "env": {"ANTHROPIC_BASE_URL": "http://gateway.test", "CLAUDE_CODE_USE_BEDROCK": "1", "AWS_REGION": "eu-west-1"},
    }


def test_what_swarm_toml_and_a_spawn_set_stands_over_the_settings(tmp_path: Path, user: Path) -> None:
    environment = says(user, EVERYTHING)
    spec = replace(SPEC, env={"AWS_REGION": "us-east-1"})
    found = configured(tmp_path, environment, spec, 'env = { ANTHROPIC_BASE_URL = "http://other.test" }\n')
    assert found["env"] == {"CLAUDE_CODE_USE_BEDROCK": "1"}


def test_an_agent_that_reads_the_settings_itself_is_given_nothing_of_them(tmp_path: Path, user: Path) -> None:
    found = configured(tmp_path, says(user, EVERYTHING), SPEC, "inherit = true\n")
    assert "apiKeyHelper" not in found
    assert "env" not in found


def test_settings_that_are_a_link_into_the_operators_own_files_are_read(user: Path) -> None:
    environment = says(user, EVERYTHING)
    place = user / ".claude" / "settings.json"
    place.rename(user / "dotfile.json")
    place.symlink_to(user / "dotfile.json")
    assert read_own_settings(environment).helpers["apiKeyHelper"] == "/bin/cat key"


def test_settings_elsewhere_are_found_where_the_program_finds_them(user: Path) -> None:
    says(user, EVERYTHING)
    environment = {"HOME": "/nobody", "CLAUDE_CONFIG_DIR": str(user / ".claude")}
    assert read_own_settings(environment).env["AWS_REGION"] == "eu-west-1"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("{", "cannot be used"),
        ('{"apiKeyHelper": ["sk-secret"], "env": {"ANTHROPIC_MODEL": "m"}}', "apiKeyHelper in"),
        ('{"env": "sk-secret", "apiKeyHelper": "cat key"}', "env in"),
    ],
    ids=["no JSON", "a wrong helper", "a wrong env"],
)
def test_settings_that_are_wrong_are_named_without_a_value_and_the_rest_holds(user: Path, text: str, told: str) -> None:
    environment = says(user, {})
    (user / ".claude" / "settings.json").write_text(text)
    found = read_own_settings(environment)
    assert told in found.problem
    assert str(user) in found.problem
    assert "sk-secret" not in found.problem
    assert bool(found.helpers) == ("cat key" in text)
    assert bool(found.env) == ("ANTHROPIC_MODEL" in text)
    need = login.seen(environment, found)
    assert (need.ok, need.told) == (False, True)


def seen(user: Path, settings: Mapping[str, object], **environment: str) -> Need:
    found = {**says(user, settings), **environment}
    return login.seen(found, read_own_settings(found))


@pytest.mark.parametrize(
    ("settings", "environment", "told"),
    [
        ({}, {"ANTHROPIC_API_KEY": "k"}, "ANTHROPIC_API_KEY is set"),
        ({"env": {"ANTHROPIC_AUTH_TOKEN": "t"}}, {}, "ANTHROPIC_AUTH_TOKEN is set in"),
        ({"apiKeyHelper": "~/bin/key"}, {}, "apiKeyHelper is set"),
        ({"env": {"CLAUDE_CODE_USE_BEDROCK": "1", "AWS_PROFILE": "work"}}, {}, "Bedrock: AWS_PROFILE is set"),
        ({"awsAuthRefresh": "aws sso login"}, {"CLAUDE_CODE_USE_BEDROCK": "1"}, "Bedrock: awsAuthRefresh is set"),
        ({}, {"CLAUDE_CODE_USE_VERTEX": "1", "CLAUDE_CODE_SKIP_VERTEX_AUTH": "1"}, "by a gateway"),
        ({"gcpAuthRefresh": "gcloud auth login"}, {"CLAUDE_CODE_USE_VERTEX": "1"}, "Vertex: gcpAuthRefresh is set"),
        (
            {},
            {"CLAUDE_CODE_USE_FOUNDRY": "true", "ANTHROPIC_FOUNDRY_API_KEY": "k"},
            "Foundry: ANTHROPIC_FOUNDRY_API_KEY",
        ),
    ],
)
def test_a_login_is_seen_wherever_users_have_it(
    user: Path, settings: Mapping[str, object], environment: Mapping[str, str], told: str
) -> None:
    need = seen(user, settings, **environment)
    assert need.ok, need
    assert told in need.text


def test_logins_in_files_are_seen_and_not_read(user: Path) -> None:
    for place, environment in (
        (user / ".claude" / ".credentials.json", {}),
        (user / ".aws" / "config", {"CLAUDE_CODE_USE_BEDROCK": "1"}),
        (user / ".config" / "gcloud" / "application_default_credentials.json", {"CLAUDE_CODE_USE_VERTEX": "1"}),
    ):
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text("secret")
        place.chmod(0o000)
        need = seen(user, {}, **environment)
        assert need.ok
        assert str(place) in need.text


@pytest.mark.parametrize(
    ("settings", "environment", "told", "cure"),
    [
        ({}, {}, "no login is seen", "claude setup-token"),
        ({}, {"ANTHROPIC_BASE_URL": "http://gateway.test"}, "names a gateway", "ANTHROPIC_AUTH_TOKEN"),
        ({"apiKeyHelper": "/no/such/helper --key"}, {}, "'/no/such/helper'", "prints the key"),
        ({"env": {"CLAUDE_CODE_USE_BEDROCK": "1"}}, {"ANTHROPIC_API_KEY": "k"}, "chooses Bedrock", "aws sso login"),
        ({}, {"CLAUDE_CODE_USE_VERTEX": "1", "GOOGLE_APPLICATION_CREDENTIALS": "/no/file"}, "chooses Vertex", "gcloud"),
        ({}, {"CLAUDE_CODE_USE_FOUNDRY": "1"}, "chooses Foundry", "az login"),
    ],
)
def test_where_no_login_is_seen_the_cure_fits_what_is_set(
    user: Path,
    monkeypatch: pytest.MonkeyPatch,
    settings: Mapping[str, object],
    environment: Mapping[str, str],
    told: str,
    cure: str,
) -> None:
    monkeypatch.setattr(sys, "platform", "linux")
    need = seen(user, settings, **environment)
    assert not need.ok
    assert need.told
    assert told in need.text
    assert cure in need.hint


def test_a_keychain_cannot_be_looked_into_so_a_spawn_says_nothing(user: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    need = seen(user, {})
    assert (need.ok, need.told) == (False, False)
    assert "keychain" in need.text


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        ('{"loggedIn": false}', "not logged in"),
        ('{"loggedIn": true}', ""),
        ("error: unknown command", ""),
        ("[]", ""),
    ],
)
def test_the_program_is_asked_with_the_settings_that_it_would_run_with(tmp_path: Path, answer: str, told: str) -> None:
    tool = tmp_path / "claude"
    tool.write_text(
        f'#!/bin/sh\necho "$@" > {tmp_path}/asked\ncat "$4" > {tmp_path}/settings\necho \'{answer}\'\nexit 1\n'
    )
    tool.chmod(0o755)
    said = login.status((str(tool),), b'{"apiKeyHelper": "x"}', {"PATH": os.defpath})
    assert (told in said) if told else not said
    assert (tmp_path / "asked").read_text().split()[-2:] == ["auth", "status"]
    assert (tmp_path / "settings").read_text() == '{"apiKeyHelper": "x"}'
    assert not any(word.endswith(".json") and Path(word).exists() for word in (tmp_path / "asked").read_text().split())
