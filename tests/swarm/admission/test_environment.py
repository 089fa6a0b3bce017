"""The environment belongs to the agent: each of its runs has that of its spawn, and no place else shows its values."""

import stat
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from swarm import platform
from swarm.admission import environment
from swarm.errors import Code, SwarmError
from swarm.lifecycle.attach import MayGoOn
from swarm.model.launch import Launch
from swarm.model.record import Phase
from swarm.programs.environment import present
from swarm.protocol import agent_environment
from tests.support.chatting import chat, with_chatter
from tests.support.cli import swarm_tui
from tests.support.homes import LiveHome
from tests.support.refused import Service, ended, start, waiting
from tests.support.wait import wait_for

SECRET = "sk-of-the-first-shell"
OTHER = "sk-of-another-shell"
TELLS = ("sh", "-c", "env > told; sleep 300")
ENDS = ("sh", "-c", "env > told; exit 1")


@pytest.fixture
def home(live_home: LiveHome, monkeypatch: pytest.MonkeyPatch) -> LiveHome:
    first_shell(monkeypatch)
    return live_home


def first_shell(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANTHROPIC_API_KEY", SECRET)
    monkeypatch.setenv("ANTHROPIC_BASE_URL", "http://gateway.test")
    monkeypatch.setenv("BUILD_TOKEN", "of-the-first-shell")


def other_shell(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ANTHROPIC_BASE_URL")
    monkeypatch.setenv("ANTHROPIC_API_KEY", OTHER)
    monkeypatch.setenv("OPENAI_API_KEY", OTHER)
    monkeypatch.setenv("BUILD_TOKEN", "of-another-shell")
    monkeypatch.setenv("COLOUR", "blue")
    monkeypatch.setenv("PATH", "/usr/bin:/bin")


def told(home: LiveHome, name: str) -> dict[str, str]:
    """What the agent's program says that its environment is."""
    path = home.agent(name).path / "told"
    wait_for(lambda: path.exists() and "SWARM_SPAWN=" in path.read_text(), f"the environment of {name}")
    return dict(line.split("=", 1) for line in path.read_text().splitlines() if "=" in line)


def test_an_agent_that_is_started_again_has_the_environment_of_its_spawn_whoever_starts_it(
    home: LiveHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    home.spawn("worker-1", *ENDS)
    first = told(home, "worker-1")
    home.wait_until_ended("worker-1")
    other_shell(monkeypatch)
    home.swarm.respawn("worker-1")
    again = told(home, "worker-1")
    for name in ("PATH", "HOME", "ANTHROPIC_API_KEY", "ANTHROPIC_BASE_URL"):
        assert again[name] == first[name]
    assert again["ANTHROPIC_API_KEY"] == SECRET
    assert "OPENAI_API_KEY" not in again  # an account that its spawn had not
    assert (again["COLOUR"], again["BUILD_TOKEN"]) == ("blue", "of-another-shell")  # what belongs to no agent


def test_the_operator_gives_an_agent_the_environment_of_another_shell_by_name(
    home: LiveHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    home.spawn("worker-1", *ENDS)
    home.wait_until_ended("worker-1")
    other_shell(monkeypatch)
    ran = swarm_tui("respawn", "worker-1", "--here", home=home.root)
    assert "has ended as soon as it was started" in ran.err
    again = told(home, "worker-1")
    assert again["ANTHROPIC_API_KEY"] == again["OPENAI_API_KEY"] == OTHER
    assert "ANTHROPIC_BASE_URL" not in again


def test_swarm_toml_names_further_variables_that_belong_to_agents(
    home: LiveHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = (home.root / "swarm.toml").read_text()
    (home.root / "swarm.toml").write_text(text.replace("[spawn]\n", '[spawn]\nenvironment = ["BUILD_*"]\n'))
    home.swarm = home.open()
    home.spawn("worker-1", *ENDS)
    home.wait_until_ended("worker-1")
    other_shell(monkeypatch)
    home.swarm.respawn("worker-1")
    assert told(home, "worker-1")["BUILD_TOKEN"] == "of-the-first-shell"


def test_a_value_in_place_of_a_name_is_refused_and_not_repeated(home: LiveHome) -> None:
    text = (home.root / "swarm.toml").read_text()
    (home.root / "swarm.toml").write_text(text.replace("[spawn]\n", f'[spawn]\nenvironment = ["KEY={SECRET}"]\n'))
    wrong = home.open().home.policy_error
    assert wrong is not None
    assert "swarm.toml:" in wrong.title
    assert "names of variables" in wrong.title
    assert SECRET not in str(wrong)


def test_its_values_lie_in_one_file_of_its_owners_alone_and_nowhere_else(
    home: LiveHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    home.spawn("worker-1", "sh", "-c", "exit 1")
    home.wait_until_ended("worker-1")
    other_shell(monkeypatch)
    home.swarm.respawn("worker-1")
    home.wait_until_ended("worker-1")
    home.swarm.settle()
    kept = home.agent("worker-1").environment
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    holders = [path for path in home.root.rglob("*") if path.is_file() and SECRET.encode() in path.read_bytes()]
    assert holders == [kept]
    said = [swarm_tui(*words, home=home.root) for words in (("status", "--json"), ("log", "worker-1"), ("events",))]
    assert not any(SECRET in ran.out + ran.err for ran in said)


def test_an_agent_that_waited_in_the_queue_has_the_environment_in_which_it_was_asked_for(
    home: LiveHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    home.rules(slots=1, reserve=0)
    home.swarm = home.open()
    home.spawn("worker-1")
    assert home.spawn("worker-2", *TELLS, queue=True).queued
    waiting = list(home.layout.waiting.iterdir())
    assert [stat.S_IMODE(path.stat().st_mode) for path in waiting] == [0o600]
    other_shell(monkeypatch)
    home.swarm.kill(["worker-1"], reason="room", grace=0.0)
    home.swarm.beat(by="test", force=True)
    assert told(home, "worker-2")["ANTHROPIC_API_KEY"] == SECRET
    assert not list(home.layout.waiting.iterdir())


def of_its_process(home: LiveHome, name: str) -> dict[str, str]:
    """The environment of what runs for it now."""
    process = home.record(name).process
    assert process is not None
    found = platform.environ(process.pid)
    assert found is not None
    return found


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="looks into /proc")
def test_an_agent_that_waited_for_its_service_is_taken_up_in_the_environment_of_its_spawn(
    home: LiveHome, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    service = Service(home, tmp_path)
    service.down()
    start(home)
    ended(home, "worker-1")
    waiting(home)
    other_shell(monkeypatch)
    service.works_on()
    home.swarm.resume("worker-1")
    assert home.record("worker-1").phase is Phase.RUNNING
    again = of_its_process(home, "worker-1")
    assert again["ANTHROPIC_API_KEY"] == SECRET
    assert "OPENAI_API_KEY" not in again


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="looks into /proc")
def test_a_terminal_and_what_follows_it_have_the_environment_of_the_spawn_and_not_of_who_attaches(
    home: LiveHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_chatter(home)
    chat(home)
    other_shell(monkeypatch)
    seen: list[Mapping[str, str]] = []

    def client(launch: Launch, started: Callable[[int], MayGoOn]) -> int:
        seen.append(launch.environment)
        ran = subprocess.Popen(launch.argv, env=launch.environment, cwd=launch.cwd, stdin=subprocess.PIPE)
        started(ran.pid)
        ran.communicate(b"hello\n/exit\n")
        return ran.returncode

    assert home.swarm.attach("worker-1", client).how == "up"
    for theirs in (*seen, of_its_process(home, "worker-1")):
        assert theirs["ANTHROPIC_API_KEY"] == SECRET
        assert theirs["ANTHROPIC_BASE_URL"] == "http://gateway.test"
        assert "OPENAI_API_KEY" not in theirs


def test_what_was_kept_for_a_spawn_that_waits_no_more_is_gone_after_a_heartbeat(home: LiveHome) -> None:
    home.rules(slots=1, reserve=0)
    home.swarm = home.open()
    home.spawn("worker-1")
    home.spawn("worker-2", queue=True)
    home.swarm.kill(["worker-2"], reason="not needed")
    home.clock.advance(environment.WRITTEN_S + 60)
    home.swarm.beat(by="test", force=True)
    assert not list(home.layout.waiting.iterdir())


def test_what_a_heartbeat_spawns_by_itself_works_in_the_environment_of_the_root(
    home: LiveHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    argv = '[programs.command]\nargv = ["sh", "-c", "env > told; sleep 300"]\n'
    home.rules(more=argv)
    text = (home.root / "swarm.toml").read_text()
    (home.root / "swarm.toml").write_text(text.replace("[schedule]\n", "[schedule]\nimprovement = 1\n"))
    home.swarm = home.open()
    environment.keep(home.home, home.agent("genesis-01"), present())
    home.spawn("worker-1")
    other_shell(monkeypatch)
    home.swarm.beat(by="cron", force=True)
    spawned = next(record for record in home.state.agents.values() if record.role == "improvement")
    found = told(home, spawned.id)
    assert found["ANTHROPIC_API_KEY"] == SECRET
    assert "OPENAI_API_KEY" not in found


def test_the_root_takes_the_environment_of_whoever_begins_to_beat_unless_a_login_would_be_lost(
    home: LiveHome, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    program = tmp_path / "claude"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    home.rules(more=f'[programs.claude]\nargv = ["{program}"]\n[root]\nprogram = "claude"\n')
    home.swarm = home.open()
    root = home.agent("genesis-01")
    environment.keep(home.home, root, present())
    monkeypatch.delenv("ANTHROPIC_API_KEY")
    assert home.swarm.own_heartbeat("a service without a login")
    assert (agent_environment.read(root.environment) or {})["ANTHROPIC_API_KEY"] == SECRET
    home.swarm.disown_heartbeat()
    monkeypatch.setenv("ANTHROPIC_API_KEY", OTHER)
    assert home.swarm.own_heartbeat("the operator")
    assert (agent_environment.read(root.environment) or {})["ANTHROPIC_API_KEY"] == OTHER


def test_an_environment_that_cannot_be_read_starts_nothing_under_another_account(
    home: LiveHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    home.spawn("worker-1", *ENDS)
    home.wait_until_ended("worker-1")
    kept = home.agent("worker-1").environment
    kept.write_text('{"values": {"ANTHROPIC_API_KEY": 7}}')
    other_shell(monkeypatch)
    with pytest.raises(SwarmError) as caught:
        home.swarm.respawn("worker-1")
    assert caught.value.code is Code.DAMAGED
    assert "--here" in caught.value.hint
    home.swarm.respawn("worker-1", here=True)
    assert told(home, "worker-1")["ANTHROPIC_API_KEY"] == OTHER


def test_an_agent_of_a_version_that_kept_nothing_is_started_again_with_what_is_there(
    home: LiveHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    home.spawn("worker-1", *ENDS)
    home.wait_until_ended("worker-1")
    home.agent("worker-1").environment.unlink()
    other_shell(monkeypatch)
    home.swarm.respawn("worker-1")
    assert told(home, "worker-1")["ANTHROPIC_API_KEY"] == OTHER


def test_an_agent_of_such_a_version_keeps_what_a_control_room_has_that_opens_a_window_for_it(
    home: LiveHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    home.spawn("worker-1")
    kept = home.agent("worker-1").environment
    kept.unlink()
    home.swarm.keep_environment(home.id("worker-1"))
    assert (agent_environment.read(kept) or {})["ANTHROPIC_API_KEY"] == SECRET
    other_shell(monkeypatch)
    home.swarm.keep_environment(home.id("worker-1"))
    assert (agent_environment.read(kept) or {})["ANTHROPIC_API_KEY"] == SECRET


@pytest.mark.parametrize(
    "command",
    [
        ("bash", "-lc", "swarm-tui progress 'it arrives'"),
        ("bash", "-c", "PATH=/usr/bin:/bin; swarm-tui progress 'it arrives'"),
        ("sh", "-lc", "\"$SWARM_TUI\" progress 'it arrives'"),
        ("env", "PATH=/nowhere", "/bin/sh", "-c", "\"$SWARM_TUI\" progress 'it arrives'"),
    ],
    ids=["a login bash", "a bash with a PATH of its own", "a login shell", "a shell without a PATH"],
)
def test_reports_arrive_from_a_shell_that_does_not_find_our_command_on_its_path(
    home: LiveHome, command: tuple[str, ...]
) -> None:
    home.spawn("worker-1", *command)
    home.wait_until_ended("worker-1")
    progress = home.agent("worker-1").progress
    assert progress.exists(), home.agent("worker-1").stderr.read_text()
    assert progress.read_text().rstrip().endswith("it arrives")
