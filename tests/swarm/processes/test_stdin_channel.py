"""The channel: words that reach a running program, whoever says them and however often control rooms come and go."""

import json
import os
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from swarm import platform
from swarm.errors import SwarmError
from swarm.model.record import Record
from swarm.model.values import replace
from swarm.processes import stdin_channel
from swarm.protocol.paths import AgentDir
from tests.support import talker
from tests.support.agents import Stage, record_of, stage
from tests.support.wait import wait_for

LINUX = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="looks into /proc")
pytestmark = LINUX
TALKER = (sys.executable, "-S", "-E", talker.__file__)


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Stage]:
    with stage(tmp_path / "home") as made:
        yield made


def start(home: Stage, agent: AgentDir, *manner: str, first: bytes = b"", mark: bytes = b"") -> Record:
    """Starts a talker with a channel; what the ledger would hold."""
    launch = replace(home.launch(agent, *TALKER, *manner), channel=True, first=first, mark=mark)
    return record_of(agent, launch, home.runner.spawn(agent, launch))


def said(agent: AgentDir) -> list[dict[str, Any]]:
    """What the talker said so far, whole lines only."""
    text = agent.stdout.read_text() if agent.stdout.exists() else ""
    return [json.loads(line) for line in text.splitlines(keepends=True) if line.endswith("\n")]


def heard(agent: AgentDir) -> list[Any]:
    return [each["heard"] for each in said(agent) if "heard" in each]


def line(**words: object) -> bytes:
    return json.dumps(words).encode() + b"\n"


def exit_of(agent: AgentDir) -> dict[str, Any]:
    wait_for(agent.exit.exists, "exit.json")
    read: dict[str, Any] = json.loads(agent.exit.read_text())
    return read


def keeper_of(record: Record) -> int:
    assert record.keeper is not None
    return record.keeper.pid


def test_the_first_words_stand_in_the_channel_and_later_ones_reach_it(home: Stage) -> None:
    agent = home.agent()
    start(home, agent, first=line(n=1))
    wait_for(lambda: heard(agent) == [{"n": 1}], "the first words")

    stdin_channel.tell(agent, line(n=2))

    wait_for(lambda: heard(agent) == [{"n": 1}, {"n": 2}], "the second words")


def test_first_words_larger_than_any_pipe_arrive_whole_and_before_all_others(home: Stage) -> None:
    agent = home.agent()
    start(home, agent, first=line(text="x" * 300_000))
    stdin_channel.tell(agent, line(n=2))

    wait_for(lambda: len(heard(agent)) == 2, "both")
    assert [len(str(heard(agent)[0]["text"])), heard(agent)[1]] == [300_000, {"n": 2}]


def test_a_program_that_never_reads_its_first_words_can_still_be_stopped(home: Stage) -> None:
    agent = home.agent()
    record = start(home, agent, "deaf", first=b"x" * 300_000)
    wait_for(lambda: {"ready": True} in said(agent), "it to run")

    report = home.runner.stop(record, agent, 2.0)

    assert report.gone
    assert exit_of(agent)["stopped"] is True


def test_a_program_that_ends_without_reading_leaves_no_keeper_behind(home: Stage) -> None:
    agent = home.agent()
    launch = replace(home.launch(agent, "sh", "-c", "exit 5"), channel=True, first=b"x" * 300_000)
    home.runner.spawn(agent, launch)
    assert exit_of(agent)["code"] == 5


def test_closing_ends_the_input_and_the_program_ends_by_itself(home: Stage) -> None:
    agent = home.agent()
    start(home, agent, first=line(n=1))

    stdin_channel.close(agent)

    told = exit_of(agent)
    assert (told["code"], told["stopped"]) == (0, False)
    assert said(agent)[-1] == {"eof": True}
    assert heard(agent) == [{"n": 1}], "what was said before is heard before the end"


def test_closing_twice_is_closing_once(home: Stage) -> None:
    agent = home.agent()
    start(home, agent, first=line(do="sleep"))
    wait_for(lambda: heard(agent), "it to be busy")
    stdin_channel.close(agent)
    stdin_channel.close(agent)
    wait_for(lambda: not agent.channel.exists(), "the channel to be closed")
    with pytest.raises(SwarmError, match="No program listens"):
        stdin_channel.tell(agent, line(n=1))


def test_the_channel_is_the_owners_alone_and_goes_with_the_program(home: Stage) -> None:
    agent = home.agent()
    start(home, agent)
    for path in (agent.channel, agent.keeper_orders):
        note = json.loads(path.read_text())
        end = os.stat(f"/proc/{note['keeper']}/fd/{note['end']}")
        assert (stat.S_ISFIFO(end.st_mode), stat.S_IMODE(end.st_mode)) == (True, 0o600)
    assert stdin_channel.is_open(agent)

    stdin_channel.tell(agent, line(do="exit", code=3))

    assert exit_of(agent)["code"] == 3
    assert not agent.channel.exists()
    assert not agent.keeper_orders.exists()
    with pytest.raises(SwarmError, match="No program listens") as caught:
        stdin_channel.tell(agent, b"x")
    assert caught.value.code == "channel"
    with pytest.raises(SwarmError, match="No program listens"):
        stdin_channel.close(agent)


def test_a_program_without_a_channel_cannot_be_spoken_to(home: Stage) -> None:
    agent = home.agent()
    home.start(agent, "sleep", "60")
    with pytest.raises(SwarmError, match="No program listens"):
        stdin_channel.tell(agent, b"x")


def test_leftovers_of_an_earlier_run_are_replaced_and_links_not_followed(home: Stage, tmp_path: Path) -> None:
    agent = home.agent()
    agent.run.mkdir()
    victim = tmp_path / "victim"
    victim.write_text("precious")
    agent.channel.symlink_to(victim)
    agent.keeper_orders.write_text("left over")
    agent.channel_lock.symlink_to(victim)

    start(home, agent, first=line(n=1))

    wait_for(lambda: heard(agent) == [{"n": 1}], "the words")
    assert victim.read_text() == "precious"
    agent.channel.unlink()
    agent.channel.symlink_to(victim)
    with pytest.raises(SwarmError) as caught:
        stdin_channel.tell(agent, b"x")
    assert caught.value.code == "channel"
    assert victim.read_text() == "precious"


def test_another_file_in_the_place_of_the_channel_is_not_written_to(home: Stage) -> None:
    agent = home.agent()
    agent.run.mkdir()
    agent.channel.write_text("precious")
    with pytest.raises(SwarmError, match="not a FIFO"):
        stdin_channel.tell(agent, b"spoilt")
    assert agent.channel.read_text() == "precious"


def test_a_fifo_that_nobody_reads_is_told_at_once(tmp_path: Path) -> None:
    agent = AgentDir(tmp_path)
    agent.run.mkdir()
    os.mkfifo(agent.channel)
    with pytest.raises(SwarmError, match="No program listens"):
        stdin_channel.tell(agent, b"x")


def test_words_of_many_writers_never_mix(home: Stage) -> None:
    agent = home.agent()
    start(home, agent)
    code = (
        "import sys; from pathlib import Path; from swarm.processes.stdin_channel import tell\n"
        "from swarm.protocol.paths import AgentDir\n"
        "agent = AgentDir(Path(sys.argv[1]))\n"
        "for n in range(12): tell(agent, ('{\"from\": \"' + sys.argv[2] * 9000 + '\"}\\n').encode(), wait=60)\n"
    )
    writers = [subprocess.Popen([sys.executable, "-c", code, str(agent.path), who]) for who in "abc"]
    assert [writer.wait(60) for writer in writers] == [0, 0, 0]

    wait_for(lambda: len(said(agent)) == 37, "all words to be heard")
    assert not [each for each in said(agent) if "garbled" in each]
    assert sorted(each["from"][0] for each in heard(agent)) == sorted("abc" * 12)


def test_a_channel_that_is_full_takes_nothing_rather_than_half(home: Stage) -> None:
    agent = home.agent()
    start(home, agent, first=line(do="sleep"))
    wait_for(lambda: heard(agent), "it to be busy")
    words = line(text="y" * 9000)
    taken: list[bytes] = []

    def fill() -> None:
        while len(taken) < 100:
            stdin_channel.tell(agent, words, wait=0.05)
            taken.append(words)

    with pytest.raises(SwarmError, match="has not read"):
        fill()

    with stdin_channel._opened(agent.channel) as descriptor:
        assert stdin_channel._unread(descriptor) == len(taken) * len(words)
    assert len(taken) > 2


def test_words_that_no_channel_holds_are_refused(home: Stage) -> None:
    agent = home.agent()
    start(home, agent)
    with pytest.raises(SwarmError, match="fewer words"):
        stdin_channel.tell(agent, b"x" * (stdin_channel.MAX_BYTES + 1))


def test_a_program_whose_keeper_was_killed_reads_the_end_and_ends(home: Stage) -> None:
    agent = home.agent()
    record = start(home, agent, first=line(n=1))
    wait_for(lambda: heard(agent), "the first words")

    os.kill(keeper_of(record), signal.SIGKILL)

    wait_for(lambda: said(agent)[-1] == {"eof": True}, "its end")
    wait_for(lambda: not stdin_channel.is_open(agent), "nobody to listen")


def test_the_keeper_of_a_channel_stays_below_ten_megabytes_and_holds_no_reading_end(home: Stage) -> None:
    agent = home.agent()
    record = start(home, agent)
    keeper = keeper_of(record)
    wait_for(lambda: record.spawn_id in platform.command(keeper), "its lean self")
    wait_for(lambda: {"ready": True} in said(agent), "it to run")
    assert psutil.Process(keeper).memory_info().rss <= 10 * 1024 * 1024
    ends = [Path(f"/proc/{keeper}/fd/{name}") for name in os.listdir(f"/proc/{keeper}/fd")]
    inode = json.loads(agent.channel.read_text())["inode"]
    held = [end for end in ends if os.path.exists(end) and os.stat(end).st_ino == inode]
    assert len(held) == 1
    assert not held[0].lstat().st_mode & stat.S_IRUSR


def test_a_mark_stands_on_a_line_of_its_own_before_all_output(home: Stage) -> None:
    agent = home.agent()
    agent.log.mkdir()
    agent.stdout.write_text("torn by a kill")
    launch = replace(home.launch(agent, "echo", "mine"), mark=b'{"type": "swarm"}\n')
    home.runner.spawn(agent, launch)
    exit_of(agent)
    assert agent.stdout.read_text() == 'torn by a kill\n{"type": "swarm"}\nmine\n'


def test_a_program_that_does_not_start_leaves_no_channel(home: Stage) -> None:
    agent = home.agent()
    launch = replace(home.launch(agent, "/no/such/program"), channel=True)
    with pytest.raises(SwarmError, match="No such file"):
        home.runner.spawn(agent, launch)
    assert not agent.channel.exists()
    assert not agent.keeper_orders.exists()


def test_speaking_is_light() -> None:
    script = "import sys; import swarm.processes.stdin_channel, swarm.protocol.inbox; print(*sys.modules)"
    told = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    heavy = {"pydantic", "dataclasses", "msgspec", "textual", "watchfiles", "subprocess", "argparse", "asyncio"}
    assert heavy & set(told.stdout.split()) == set()
