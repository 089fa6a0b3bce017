"""A real Claude Code that is logged in as users are, whoever starts, resumes or attaches to it."""

import json
import os
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from swarm.model.record import Ending
from tests.programs.test_claude_talk import Gate
from tests.support.cli import COMMAND, swarm_tui
from tests.support.model_clouds import BEDROCK, BEDROCK_STREAM, VERTEX, VERTEX_STREAM
from tests.support.model_scripts import Answer, Seen, say, shell
from tests.support.program_home import ENDS_S, KEY, ProgramHome
from tests.support.tmux import Tmux, needs_tmux

PROGRAMS = ("claude",)
DONE = shell('swarm-tui done --summary "it is there"')
HELPERS = "sk-ant-that-a-helper-prints"


def settings_of_the_user(real: ProgramHome, **settings: object) -> Path:
    path = real.user / ".claude" / "settings.json"
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(settings))
    return path


def keys_sent(real: ProgramHome) -> set[str]:
    """With which keys the model service was asked."""
    asked = [{name.lower(): value for name, value in each.headers.items()} for each in real.models.requests]
    return {each.get("x-api-key") or each.get("authorization", "").removeprefix("Bearer ") for each in asked}


@pytest.mark.every_version
@pytest.mark.parametrize("role", ["worker", "scout"])
def test_a_helper_and_a_gateway_in_the_users_settings_log_every_agent_in_and_their_hooks_run_nowhere(
    real: ProgramHome, role: str
) -> None:
    real.use("claude", [DONE, say("Done.")], logged_in=False)
    ran = real.user / "a-hook-ran"
    settings_of_the_user(
        real,
        apiKeyHelper=f"echo {HELPERS}",
        env={"ANTHROPIC_BASE_URL": real.models.url("claude")},
        hooks={"PreToolUse": [{"hooks": [{"type": "command", "command": f"touch {ran}"}]}]},
        permissions={"deny": ["Bash"]},
    )
    real.start("worker-1", "claude", role=role)
    view = real.ended("worker-1")
    assert view.record is not None
    assert view.record.ending is Ending.DONE, (view.record.why, real.said("worker-1"))
    assert HELPERS in keys_sent(real)
    assert not ran.exists()


CLOUDS: dict[str, tuple[dict[str, str], tuple[str, ...], str]] = {
    "gateway": (
        {"ANTHROPIC_BASE_URL": "{url}", "ANTHROPIC_AUTH_TOKEN": "token-of-a-gateway"},
        ("/v1/messages",),
        "token-of-a-gateway",
    ),
    "bedrock": (
        {
            "CLAUDE_CODE_USE_BEDROCK": "1",
            "ANTHROPIC_BEDROCK_BASE_URL": "{url}",
            "AWS_REGION": "us-east-1",
            "AWS_BEARER_TOKEN_BEDROCK": "token-of-bedrock",
        },
        (BEDROCK_STREAM, BEDROCK),
        "token-of-bedrock",
    ),
    "vertex": (
        {
            "CLAUDE_CODE_USE_VERTEX": "1",
            "ANTHROPIC_VERTEX_BASE_URL": "{url}",
            "ANTHROPIC_VERTEX_PROJECT_ID": "a-project",
            "CLOUD_ML_REGION": "us-east5",
            "CLAUDE_CODE_SKIP_VERTEX_AUTH": "1",
        },
        (VERTEX_STREAM, VERTEX),
        "",
    ),
}
"""What users set for each, the ends of the paths that are asked then, and the key that comes with it."""


@pytest.mark.every_version
@pytest.mark.parametrize("role", ["worker", "scout"])
@pytest.mark.parametrize("cloud", CLOUDS)
def test_a_gateway_or_a_cloud_in_the_users_settings_serves_every_agent(
    real: ProgramHome, cloud: str, role: str
) -> None:
    real.use("claude", [DONE, say("Done.")], logged_in=False)
    variables, paths, key = CLOUDS[cloud]
    url = real.models.url("claude")
    settings_of_the_user(real, env={name: value.format(url=url) for name, value in variables.items()})
    said = swarm_tui("spawn", "worker-1", "--role", role, "--task", "Do it.", home=real.root)
    assert said.status == 0, said.err
    assert "login" not in said.err
    view = real.ended("worker-1")
    assert view.record is not None
    assert view.record.ending is Ending.DONE, (view.record.why, real.said("worker-1"))
    assert {urlsplit(each.path).path.endswith(paths) for each in real.models.requests} == {True}
    assert key in keys_sent(real)


def test_an_agent_goes_on_with_the_key_of_its_spawn_where_a_process_without_one_starts_it(
    real: ProgramHome,
) -> None:
    gate = Gate(real.user)

    def script(seen: Seen) -> Answer:
        return gate.call if seen.turns == 0 else DONE if len(seen.results) < 2 else say("Done.")

    real.use("claude", script, logged_in=False)
    login = {"ANTHROPIC_BASE_URL": real.models.url("claude"), "ANTHROPIC_API_KEY": KEY}
    spawned = swarm_tui("spawn", "worker-1", "--role", "worker", "--task", "Do it.", home=real.root, env=login)
    assert spawned.status == 0, spawned.err
    assert "login" not in spawned.err
    gate.wait()
    real.swarm.kill(["worker-1"], reason="once more", grace=0.0)
    asked = len(real.models.requests)
    cron = {"PATH": "/usr/bin:/bin", "ANTHROPIC_API_KEY": "sk-of-another-account"}
    respawned = swarm_tui("respawn", "worker-1", home=real.root, env=cron)
    assert respawned.status == 0, respawned.err
    view = real.ended("worker-1")
    assert view.record is not None
    assert view.record.ending is Ending.DONE, (view.record.why, real.said("worker-1"))
    assert len(real.models.requests) > asked
    assert keys_sent(real) == {KEY}


@pytest.mark.every_version
@needs_tmux
def test_a_opens_a_tmux_window_that_is_logged_in_as_the_agent_is_and_names_no_key(
    real: ProgramHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = Gate(real.user)
    results = real.agent("worker-1").results

    def script(seen: Seen) -> Answer:
        if "hello from a person" in seen.user:
            return say("Hello to you, person.")
        if seen.turns == 0:
            return gate.call
        return say("Done.") if results.exists() else DONE

    real.use("claude", script, logged_in=False)
    real.onboarded(real.agent("worker-1").path)
    with monkeypatch.context() as shell_with_a_key:
        shell_with_a_key.setenv("ANTHROPIC_BASE_URL", real.models.url("claude"))
        shell_with_a_key.setenv("ANTHROPIC_API_KEY", KEY)
        real.start("worker-1", "claude", task="The word is plover.")
    gate.wait()
    with Tmux([COMMAND, "-C", str(real.root)], env={"TEXTUAL_ANIMATIONS": "none"}) as room:
        room.wait_for("worker-1", "running 1", deadline=ENDS_S)
        room.keys("j", "a")
        room.wait_for("Talk to genesis-01/worker-1 in a terminal?", "A tmux window opens")
        room.keys("y")
        room.wait_for("gate-begun", "❯", deadline=ENDS_S)
        room.type("hello from a person")
        room.wait_for("hello from a person")
        room.keys("Enter")
        room.wait_for("Hello to you, person.", deadline=ENDS_S)
        assert not any(KEY in words for words in command_lines())
        room.type("/exit")
        room.wait_for("/exit")
        room.press_until("Enter", lambda screen: "running 1" in screen or "done" in screen, "the way back", ENDS_S)
    view = real.ended("worker-1")
    assert view.record is not None
    assert view.record.ending is Ending.DONE, (view.record.why, real.said("worker-1"))
    assert keys_sent(real) == {KEY}


def command_lines() -> list[str]:
    """Of every process that can be looked at; this one's words are a test's."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        if path.parent.name != str(os.getpid()):
            try:
                found.append(path.read_bytes().replace(b"\0", b" ").decode(errors="replace"))
            except OSError:
                continue
    return found


@pytest.mark.every_version
@needs_tmux
def test_who_is_not_logged_in_any_more_is_not_attached_to_and_its_run_stands(real: ProgramHome) -> None:
    gate = Gate(real.user)
    results = real.agent("worker-1").results

    def script(seen: Seen) -> Answer:
        return gate.call if seen.turns == 0 else say("Done.") if results.exists() else DONE

    real.use("claude", script, logged_in=False)
    path = settings_of_the_user(
        real, apiKeyHelper=f"echo {HELPERS}", env={"ANTHROPIC_BASE_URL": real.models.url("claude")}
    )
    real.onboarded(real.agent("worker-1").path)
    real.start("worker-1", "claude")
    gate.wait()
    before = real.record("worker-1")
    path.unlink()
    with Tmux([COMMAND, "-C", str(real.root), "attach", "worker-1"]) as terminal:
        terminal.wait_for("cannot be attached to", "not logged in", "Its run goes on", "--here", deadline=ENDS_S)
        assert terminal.exit_status() == 3
    after = real.record("worker-1")
    assert (after.process, after.keeper, after.taken_over) == (before.process, before.keeper, "")
    gate.open.touch()
    view = real.ended("worker-1")
    assert view.record is not None
    assert view.record.ending is Ending.DONE, (view.record.why, real.said("worker-1"))


def test_a_spawn_without_a_login_says_so_before_it_starts(real: ProgramHome) -> None:
    real.use("claude", [say("Never asked.")], logged_in=False)
    words = ("spawn", "worker-1", "--role", "worker", "--task", "Do it.")
    ran = swarm_tui(*words, "--dry-run", home=real.root)
    assert ran.status == 0, ran.err
    assert "warning: claude: no login is seen" in ran.err
    assert "claude setup-token" in ran.err
    assert not real.agent("worker-1").path.exists()


def test_a_start_that_the_program_refuses_says_why_at_once_and_a_cure_can_be_tried(real: ProgramHome) -> None:
    real.use("claude", [DONE, say("Done.")], settings='args = ["--no-such-option"]')
    words = ("spawn", "worker-1", "--role", "worker", "--task", "Do it.")
    ran = swarm_tui(*words, home=real.root)
    assert ran.status == 1, ran.out + ran.err
    assert "unknown option '--no-such-option'" in ran.err
    assert "unknown option '--no-such-option'" in real.record("worker-1").why
    assert "! error: unknown option" in swarm_tui("log", "worker-1", home=real.root).out
    real.use("claude", [DONE, say("Done.")])
    again = swarm_tui("respawn", "worker-1", "--force", home=real.root)
    assert again.status == 0, again.err
    view = real.ended("worker-1")
    assert view.record is not None
    assert view.record.ending is Ending.DONE, (view.record.why, real.said("worker-1"))
