"""The pipes into programs have no names: who may speak finds the keeper's end, and no sandbox shows it."""

import json
import os
import shutil
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from swarm.errors import SwarmError
from swarm.processes import stdin_channel
from swarm.protocol.paths import AgentDir
from tests.support.agents import Stage, stage
from tests.support.wait import wait_for
from tests.swarm.processes.test_stdin_channel import LINUX, exit_of, heard, line, start

pytestmark = LINUX


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Stage]:
    with stage(tmp_path / "home") as made:
        yield made


def test_no_pipe_into_a_program_has_a_name_that_a_sandbox_would_show(home: Stage) -> None:
    agent = home.agent()
    start(home, agent)
    assert not [path for path in agent.path.rglob("*") if stat.S_ISFIFO(path.lstat().st_mode)]
    stdin_channel.tell(agent, line(n=1))
    wait_for(lambda: heard(agent) == [{"n": 1}], "the words")
    stdin_channel.close(agent)
    assert exit_of(agent)["code"] == 0


def test_a_note_of_a_pipe_that_another_process_holds_by_now_is_not_believed(home: Stage, tmp_path: Path) -> None:
    agent = home.agent()
    agent.run.mkdir()
    stranger = tmp_path / "stranger"
    with stranger.open("w") as file:
        place = agent.run.stat()
        note = {"keeper": os.getpid(), "end": file.fileno(), "in": [place.st_dev, place.st_ino]}
        for inode in (1, os.fstat(file.fileno()).st_ino):
            agent.channel.write_text(json.dumps({**note, "device": os.fstat(file.fileno()).st_dev, "inode": inode}))
            with pytest.raises(SwarmError, match="No program listens"):
                stdin_channel.tell(agent, b"spoilt")
    assert stranger.read_text() == ""


def test_a_copy_of_a_home_speaks_to_nobody_and_one_that_was_moved_does(home: Stage, tmp_path: Path) -> None:
    agent = home.agent()
    start(home, agent)
    copy = AgentDir(tmp_path / "copy")
    shutil.copytree(agent.path, copy.path)
    for say in (stdin_channel.close, lambda where: stdin_channel.tell(where, b"x\n")):
        with pytest.raises(SwarmError, match="No program listens"):
            say(copy)
    place, moved = agent.path, AgentDir(tmp_path / "moved")
    place.rename(moved.path)
    stdin_channel.tell(moved, line(n=1))
    moved.path.rename(place)
    wait_for(lambda: heard(agent) == [{"n": 1}], "the words")


def test_a_fifo_of_an_earlier_keeper_is_spoken_to_by_its_name(home: Stage) -> None:
    agent = home.agent()
    agent.run.mkdir()
    os.mkfifo(agent.channel)
    reads = os.open(agent.channel, os.O_RDONLY | os.O_NONBLOCK)
    try:
        stdin_channel.tell(agent, b"hello")
        assert os.read(reads, 10) == b"hello"
    finally:
        os.close(reads)
