"""What every runner must keep, whatever it starts agents on. Another runner joins by adding itself to RUNNERS."""

import errno
import json
import os
import signal
import subprocess
import sys
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from swarm import platform
from swarm.errors import SwarmError
from swarm.model.agent import Liveness
from swarm.model.record import Phase, Record
from swarm.model.values import replace
from swarm.platform.clock import SystemClock
from swarm.processes.local_runner import LocalRunner
from swarm.processes.members import marked
from swarm.processes.runner import Runner
from swarm.protocol.paths import AgentDir, Layout
from tests.support import starter
from tests.support.agents import Stage, stage
from tests.support.wait import wait_for

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="looks into /proc")

RUNNERS: dict[str, Callable[[Layout], Runner]] = {"local": lambda layout: LocalRunner(layout, SystemClock())}


@pytest.fixture(params=list(RUNNERS))
def home(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Stage]:
    with stage(tmp_path / "home") as made:
        made.runner = RUNNERS[request.param](made.layout)
        yield made


def test_a_spawn_returns_when_the_program_runs(home: Stage) -> None:
    agent = home.agent()
    record = home.start(agent, "sleep", "60")
    assert home.runner.alive(record) is Liveness.ALIVE
    assert record.process is not None
    assert platform.command(record.process.pid) == "sleep 60"


def test_a_program_works_in_its_directory(home: Stage) -> None:
    agent = home.agent()
    home.start(agent, "pwd", "-P")
    wait_for(agent.exit.exists, "its end")
    assert agent.stdout.read_text().strip() == str(agent.path.resolve())


def test_its_output_is_where_logs_says(home: Stage) -> None:
    agent = home.agent()
    home.start(agent, "sh", "-c", "echo out; echo err >&2")
    wait_for(agent.exit.exists, "its end")
    assert {name: path.read_text() for name, path in home.runner.logs(agent).items()} == {
        "stdout": "out\n",
        "stderr": "err\n",
    }


def test_a_stopped_agent_is_dead_and_its_exit_known(home: Stage) -> None:
    agent = home.agent()
    record = home.start(agent, "sleep", "60")
    report = home.runner.stop(record, agent, 5.0)
    assert (report.gone, report.exit_code, home.runner.alive(record)) == (True, -signal.SIGTERM, Liveness.DEAD)


def test_a_frozen_agent_is_alive_and_does_nothing(home: Stage) -> None:
    agent = home.agent()
    record = home.start(agent, "sh", "-c", "while :; do echo tick; sleep 0.01; done")
    wait_for(lambda: agent.stdout.stat().st_size > 0, "a first tick")
    assert home.runner.freeze([record])[0].complete
    assert home.runner.alive(record) is Liveness.ALIVE
    assert record.process is not None
    assert platform.state(record.process.pid) == "T"
    size = agent.stdout.stat().st_size
    assert home.runner.thaw([record])[0].complete
    wait_for(lambda: agent.stdout.stat().st_size > size, "the next tick")


def no_such(agent: AgentDir) -> list[str]:
    return ["no-such-program-anywhere"]


def not_executable(agent: AgentDir) -> list[str]:
    (agent.path / "script").write_text("#!/bin/sh\n")
    return [str(agent.path / "script")]


def no_interpreter(agent: AgentDir) -> list[str]:
    script = agent.path / "script"
    script.write_text("#!/no/such/interpreter\n")
    script.chmod(0o755)
    return [str(script)]


def not_a_program(agent: AgentDir) -> list[str]:
    script = agent.path / "script"
    script.write_bytes(b"\x7fELF and nothing more")
    script.chmod(0o755)
    return [str(script)]


def too_long(agent: AgentDir) -> list[str]:
    return ["echo", "x" * (1 << 20)]


def a_directory(agent: AgentDir) -> list[str]:
    return [str(agent.path)]


@pytest.mark.parametrize(
    ("command", "number"),
    [
        (no_such, errno.ENOENT),
        (not_executable, errno.EACCES),
        (no_interpreter, errno.ENOENT),
        (not_a_program, errno.ENOEXEC),
        (too_long, errno.E2BIG),
        (a_directory, errno.EACCES),
    ],
)
def test_a_program_that_cannot_be_started_is_an_error_that_says_why(
    home: Stage, command: Callable[[AgentDir], list[str]], number: int
) -> None:
    agent = home.agent()
    launch = home.launch(agent, *command(agent))
    with pytest.raises(SwarmError, match=os.strerror(number)) as raised:
        home.runner.spawn(agent, launch)
    assert raised.value.code == "start"
    assert marked(launch.spawn_id) == [], "nothing is left running"
    assert os.strerror(number) in json.loads(agent.exit.read_text())["error"]
    assert home.runner.started(agent, launch.spawn_id) is None


def test_a_working_directory_that_is_missing_is_named(home: Stage) -> None:
    agent = home.agent()
    launch = replace(home.launch(agent, "true"), cwd=agent.path / "nowhere")
    with pytest.raises(SwarmError, match="nowhere: No such file"):
        home.runner.spawn(agent, launch)


def test_a_machine_without_room_for_another_process_is_an_error(home: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_room(*_: object, **__: object) -> None:
        raise BlockingIOError(errno.EAGAIN, os.strerror(errno.EAGAIN))

    monkeypatch.setattr(subprocess, "Popen", no_room)
    agent = home.agent()
    with pytest.raises(SwarmError, match="temporarily unavailable") as raised:
        home.runner.spawn(agent, home.launch(agent, "true"))
    assert "ulimit" in raised.value.hint


def test_an_environment_that_is_too_long_is_an_error(home: Stage) -> None:
    agent = home.agent()
    launch = replace(home.launch(agent, "true"), inherited={"LONG": "x" * (1 << 20)})
    with pytest.raises(SwarmError, match="too long") as raised:
        home.runner.spawn(agent, launch)
    assert raised.value.code == "start"


def test_an_argument_that_no_program_can_be_given_is_an_error(home: Stage) -> None:
    agent = home.agent()
    with pytest.raises(SwarmError, match="cannot be passed on"):
        home.runner.spawn(agent, home.launch(agent, "echo", "a\0b"))


def test_a_restarted_machine_has_lost_its_agents(home: Stage) -> None:
    agent = home.agent()
    record = home.start(agent, "sleep", "60")
    assert home.runner.lost(record) == ""
    assert record.keeper is not None
    assert "restarted" in home.runner.lost(replace(record, keeper=replace(record.keeper, boot_id="before")))


def test_a_killed_keeper_is_noticed_and_its_program_is_still_alive(home: Stage) -> None:
    agent = home.agent()
    record = home.start(agent, "sleep", "60")
    assert record.keeper is not None
    os.kill(record.keeper.pid, signal.SIGKILL)
    assert platform.wait_gone(record.keeper.pid, record.keeper.ticks, 10)
    assert home.runner.alive(record) is Liveness.ALIVE
    assert not agent.exit.exists()


def test_it_counts_the_cores_that_its_agents_share(home: Stage) -> None:
    assert home.runner.cores() >= 1


# whoever started it goes away


class Starting:
    """A process with a terminal of its own that has started an agent."""

    def __init__(self, home: Stage, *argv: str) -> None:
        self.agent = home.agent()
        self.master, slave = os.openpty()
        launch = home.launch(self.agent, *argv)
        command = [sys.executable, starter.__file__, os.ttyname(slave), str(home.layout.root), "a", launch.spawn_id]
        path = os.pathsep.join(["/usr/bin", "/bin"])
        self.process = subprocess.Popen(
            [*command, *argv],
            start_new_session=True,
            stdin=subprocess.DEVNULL,
            env={"PATH": path, "PYTHONPATH": os.pathsep.join(sys.path)},
        )
        os.close(slave)
        wait_for((self.agent.path / starter.STARTED).exists, "the agent to run, and its starter to be through")
        started = home.runner.started(self.agent, launch.spawn_id)
        assert started is not None
        self.record = Record("a", launch.spawn_id, Phase.RUNNING, keeper=started.keeper, process=started.program)

    def close_terminal(self) -> None:
        if self.master >= 0:
            os.close(self.master)
            self.master = -1

    def close(self) -> None:
        self.close_terminal()
        self.process.kill()
        self.process.wait()


@pytest.fixture
def starting(home: Stage) -> Iterator[Callable[..., Starting]]:
    made: list[Starting] = []

    def make(*argv: str) -> Starting:
        made.append(Starting(home, *argv))
        return made[-1]

    yield make
    for each in made:
        each.close()


WORK = "for i in 1 2 3 4 5 6 7 8 9; do echo line $i; sleep 0.03; done; while ! test -e go; do sleep 0.01; done; exit 5"


@pytest.mark.parametrize("how", ["killed", "terminated", "stopped", "terminal closed", "interrupted"])
def test_an_agent_goes_on_whatever_becomes_of_who_started_it(
    home: Stage, starting: Callable[..., Starting], how: str
) -> None:
    begun = starting("sh", "-c", WORK)
    if how == "terminal closed":
        begun.close_terminal()
    else:
        number = {
            "killed": signal.SIGKILL,
            "terminated": signal.SIGTERM,
            "stopped": signal.SIGSTOP,
            "interrupted": signal.SIGINT,
        }[how]
        begun.process.send_signal(number)
    if how != "stopped":
        begun.process.wait(20)
    assert home.runner.alive(begun.record) is Liveness.ALIVE
    (begun.agent.path / "go").touch()
    wait_for(begun.agent.exit.exists, "its end")
    assert begun.agent.stdout.read_text().splitlines() == [f"line {number}" for number in range(1, 10)]
    assert json.loads(begun.agent.exit.read_text())["code"] == 5


def test_a_ctrl_c_in_the_terminal_does_not_reach_an_agent(home: Stage, starting: Callable[..., Starting]) -> None:
    begun = starting("sleep", "60")
    os.write(begun.master, b"\x03")
    begun.process.wait(20)
    assert home.runner.alive(begun.record) is Liveness.ALIVE


def test_a_start_whose_starter_was_killed_in_the_middle_is_found_or_was_none(home: Stage) -> None:
    agent = home.agent()
    launch = home.launch(agent, "sleep", "60")
    command = [
        sys.executable,
        starter.__file__,
        "/dev/null",
        str(home.layout.root),
        "a",
        launch.spawn_id,
        "sleep",
        "60",
    ]
    env = {"PATH": "/usr/bin:/bin", "PYTHONPATH": os.pathsep.join(sys.path)}
    process = subprocess.Popen(command, start_new_session=True, env=env)
    try:
        wait_for(lambda: agent.launch.exists() or process.poll() is not None, "the start to begin")
    finally:
        process.kill()
        process.wait()
    started = home.runner.started(agent, launch.spawn_id)
    running = marked(launch.spawn_id)
    assert bool(started) == bool(running)
    if started is not None:
        assert {started.keeper.pid, started.program.pid} == {proc.pid for proc in running}


def test_a_spawn_id_that_nobody_started_is_none(home: Stage) -> None:
    assert home.runner.started(home.agent(), uuid.uuid4().hex) is None
