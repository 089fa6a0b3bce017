"""What an agent hands to services of the machine: what a kill finds and ends, and what it says where it cannot know."""

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from swarm import platform
from swarm.model.causes import AlertCause
from tests.support.homes import LiveHome
from tests.support.services import ServiceManager, at_daemon, no_at, pid_in, served, service_manager
from tests.support.tmux import needs_tmux
from tests.support.wait import wait_for

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="looks into /proc")

HANDS_OVER = """
import json, os, subprocess, sys, time
command, path, marked = sys.argv[1:]
call = {"type": "tool_use", "id": "toolu_1", "name": "Bash", "input": {"command": command}}
print(json.dumps({"type": "assistant", "message": {"id": "m", "role": "assistant", "content": [call]}}), flush=True)
environment = {**(os.environ if marked else {}), "PATH": path}
with open("said", "wb") as said:
    subprocess.run(command, shell=True, check=False, env=environment, stdout=said, stderr=said)
open("handed", "w").close()
time.sleep(300)
"""


def hand_over(home: LiveHome, command: str, *, path: Path | None = None, marked: bool = False) -> str:
    """An agent whose program tells of its tool calls, and makes this one. Returns what the command said.

    path: what stands first on the command's PATH. marked: it has the agent's environment, and with it the marker.
    """
    home.rules(more='\n[programs.teller]\nkind = "command"\nformat = "claude"\n')
    home.swarm.reread()
    places = f"{path}:/usr/sbin:/usr/bin:/bin" if path is not None else "/usr/sbin:/usr/bin:/bin"
    argv = home.python(HANDS_OVER, command, places, "marked" if marked else "")
    home.swarm.spawn(home.request("worker-1", *argv, program="teller"))
    place = home.agent("worker-1").path
    wait_for((place / "handed").exists, "its tool call")
    return (place / "said").read_text()


@pytest.fixture
def manager(tmp_path: Path) -> Iterator[ServiceManager]:
    """A service of the machine, with stand-ins for the commands by which it is asked."""
    with service_manager(tmp_path / "services") as made:
        yield made


def test_what_it_may_have_left_where_no_look_reaches_is_told_by_name(live_home: LiveHome) -> None:
    hand_over(live_home, "docker run -d nginx || true; at now + 1 hour < job || true")

    (outcome,) = live_home.swarm.kill(["worker-1"]).agents

    assert outcome.gone
    assert outcome.may_have_left == ("at jobs", "containers")
    assert live_home.record("worker-1").may_have_left == outcome.may_have_left
    (alert,) = [each for each in live_home.state.alerts if each.cause is AlertCause.LEFT_BEHIND]
    assert "at jobs, containers" in alert.text


def test_where_its_calls_are_known_and_hand_nothing_over_a_stranger_is_named_and_holds_no_slot(
    live_home: LiveHome,
) -> None:
    hand_over(live_home, "true")
    with served(live_home.agent("worker-1").path, "stray") as stray:
        (outcome,) = live_home.swarm.kill(["worker-1"]).agents

        assert outcome.gone
        assert outcome.may_have_left == (f"pid {stray.pid} sleep 300 in its directory",)
        assert ServiceManager.lives(stray)
        assert live_home.swarm.snapshot().slots.committed == 0
        (alert,) = [each for each in live_home.state.alerts if each.cause is AlertCause.LEFT_BEHIND]
        assert f"pid {stray.pid} " in alert.text


@pytest.mark.parametrize("command", ["systemd-run --user --same-dir sleep 300", "systemd-run -d sleep 300"])
def test_a_unit_that_works_in_its_directory_is_named_by_pid_left_alone_and_holds_the_slot(
    live_home: LiveHome, manager: ServiceManager, command: str
) -> None:
    hand_over(live_home, command, path=manager.commands, marked=True)
    (unit,) = manager.wait_for(1)

    (outcome,) = live_home.swarm.kill(["worker-1"]).agents

    assert outcome.may_have_left == ("systemd units",)
    assert not outcome.gone
    assert f"pid {unit.pid} sleep 300" in outcome.unverified
    assert manager.lives(unit)


@pytest.mark.parametrize(
    ("command", "name"),
    [
        ("systemd-run --user sleep 300", "systemd units"),
        ("docker run -d image sleep 300", "containers"),
        ("podman run -d image sleep 300", "containers"),
    ],
)
def test_what_a_service_runs_elsewhere_lives_on_and_is_said_to_be_possible_by_name(
    live_home: LiveHome, manager: ServiceManager, command: str, name: str
) -> None:
    hand_over(live_home, command, path=manager.commands, marked=True)
    (handed,) = manager.wait_for(1)

    (outcome,) = live_home.swarm.kill(["worker-1"]).agents

    assert outcome.gone
    assert outcome.may_have_left == (name,)
    assert manager.lives(handed)
    (alert,) = [each for each in live_home.state.alerts if each.cause is AlertCause.LEFT_BEHIND]
    assert name in alert.text


@pytest.mark.skipif(bool(no_at()), reason=no_at() or "-")
def test_jobs_of_at_that_run_end_with_their_agent_or_are_named_and_those_that_wait_are_possible(
    live_home: LiveHome,
) -> None:
    bare = "env -i PATH=$PATH"
    ask = "; ".join(
        (
            "echo 'echo $$ > marked; exec sleep 300' | at now",
            f"echo 'echo $$ > bare; exec sleep 300' | {bare} at now",
            "echo 'sleep 300' | at now + 1 hour",
        )
    )
    with at_daemon():
        said = hand_over(live_home, ask, marked=True)
        waiting = re.findall(r"job (\d+) at", said)[-1]
        place = live_home.agent("worker-1").path
        marked, bare_one = pid_in(place / "marked"), pid_in(place / "bare")
        try:
            (outcome,) = live_home.swarm.kill(["worker-1"]).agents

            assert platform.wait_gone(marked.pid, marked.ticks, 0.0)
            assert marked.pid in [found["pid"] for found in outcome.found]
            assert outcome.may_have_left == ("at jobs",)
            assert not outcome.gone
            assert f"pid {bare_one.pid} " in outcome.unverified
            assert ServiceManager.lives(bare_one)
            listed = subprocess.run(["atq"], capture_output=True, text=True, check=True).stdout
            assert waiting in [line.split()[0] for line in listed.splitlines()]
        finally:
            subprocess.run(["atrm", waiting], check=True)
            ServiceManager.end(bare_one)


@pytest.mark.parametrize(
    "command",
    [
        "nohup setsid sh -c 'echo $$ > pid; exec sleep 300' > out 2>&1 &",
        pytest.param(
            "screen -dmS build sh -c 'echo $$ > pid; exec sleep 300'",
            marks=pytest.mark.skipif(shutil.which("screen") is None, reason="needs screen, which is not installed"),
        ),
    ],
)
def test_what_only_leaves_its_session_is_found_and_ended(live_home: LiveHome, command: str) -> None:
    hand_over(live_home, command)
    gone = pid_in(live_home.agent("worker-1").path / "pid")

    (outcome,) = live_home.swarm.kill(["worker-1"]).agents

    assert outcome.gone
    assert gone.pid in [found["pid"] for found in outcome.found]
    assert not ServiceManager.lives(gone)


@needs_tmux
def test_a_terminal_that_it_had_the_operators_tmux_open_is_named_and_left_alone(
    live_home: LiveHome, tmp_path: Path
) -> None:
    socket = tmp_path / "operators"
    tmux = ["tmux", "-f", "/dev/null", "-S", str(socket)]
    subprocess.run([*tmux, "new", "-d", "-s", "own", "exec sleep 300"], check=True, cwd="/")
    try:
        hand_over(live_home, f"tmux -S {socket} new-session -d -s handed 'exec sleep 300'")
        listed = subprocess.run(
            [*tmux, "list-panes", "-aF", "#{pane_pid} #{session_name}"], capture_output=True, text=True, check=True
        )
        pids = {name: int(pid) for pid, name in (line.split() for line in listed.stdout.splitlines())}

        (outcome,) = live_home.swarm.kill(["worker-1"]).agents

        assert outcome.may_have_left == ("terminals of tmux",)
        assert f"pid {pids['handed']} " in outcome.unverified
        assert f"pid {pids['own']} " not in outcome.unverified
        assert all(platform.state(pid) for pid in pids.values())
    finally:
        subprocess.run([*tmux, "kill-server"], check=False)
