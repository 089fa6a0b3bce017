"""The control room in a real terminal: on real agents, under signals, at odd sizes, with hostile text."""

import os
import select
import shlex
import signal
import subprocess
import sys
import termios
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.support.cli import COMMAND, environment
from tests.support.homes import LiveHome
from tests.support.hostile import HOSTILE
from tests.support.tmux import Tmux, needs_tmux
from tests.support.wait import wait_for

pytestmark = [needs_tmux, pytest.mark.tmux]

STEPS = """
import time
from swarm_tui.cli.main import main
main(["progress", "reading page 1", "--outputs", "1"])
time.sleep(300)
"""


@contextmanager
def room(home: Path, *words: str, width: int = 160, height: int = 45) -> Iterator[Tmux]:
    with Tmux([COMMAND, "-C", str(home), *words], width=width, height=height) as tmux:
        tmux.wait_for("heartbeats" if width > 60 else "genesis-01")
        yield tmux


def test_a_line_of_progress_is_on_the_screen_a_pause_is_taken_back_and_a_kill_ends_the_agent(
    live_home: LiveHome,
) -> None:
    live_home.spawn("worker-1", *live_home.python(STEPS))
    with room(live_home.root) as tmux:
        tmux.wait_for("worker-1", "reading page 1", "1/12 committed")
        tmux.keys("j", "P")
        tmux.wait_for("stands still; u takes it back")
        tmux.keys("u")
        tmux.wait_for("1 agent: goes on as before")
        tmux.keys("x")
        tmux.wait_for("Stop genesis-01/worker-1?")
        tmux.keys("n")
        tmux.wait_gone("Stop genesis-01/worker-1?")
        assert live_home.alive("worker-1")
        tmux.keys("x")
        tmux.wait_for("Stop genesis-01/worker-1?")
        tmux.keys("y")
        tmux.wait_for("† worker-1", "killed", "0/12 committed")
    assert not live_home.alive("worker-1")


def test_a_spawn_from_the_form_starts_a_real_agent(live_home: LiveHome) -> None:
    live_home.spawn("worker-1")
    with room(live_home.root) as tmux:
        tmux.wait_for("worker-1")
        tmux.keys("j")
        tmux.wait_for("─ worker-1 ·")
        tmux.keys("N")
        tmux.wait_for("spawn an agent", "worker-2", "sleep 300", "takes 1 slot")
        tmux.keys("C-g")
        tmux.wait_for("worker-2", "2/12 committed")
        wait_for(lambda: live_home.alive("worker-2"), "the agent to run")


@pytest.mark.parametrize(("number", "status"), [(signal.SIGTERM, 143), (signal.SIGHUP, 129)])
def test_a_signal_leaves_the_terminal_clean_and_the_agents_running(
    live_home: LiveHome, number: signal.Signals, status: int
) -> None:
    live_home.spawn("worker-1")
    with room(live_home.root) as tmux:
        tmux.wait_for("worker-1")
        assert tmux.flags().startswith("1 1"), "it is in the alternate screen, with the mouse on"
        os.kill(tmux.pid(), number)
        assert tmux.exit_status() == status
        assert tmux.flags() == "0 0 1", "alternate screen and mouse are off, the cursor is back"
    assert live_home.alive("worker-1")


@pytest.mark.parametrize("asked", [None, signal.SIGTERM])
def test_a_room_whose_terminal_is_gone_leaves_although_nobody_sends_it_a_hangup(
    live_home: LiveHome, asked: signal.Signals | None
) -> None:
    end, terminal = os.openpty()  # it controls no session, so that no kernel tells anybody of its end
    termios.tcsetwinsize(terminal, (40, 120))
    words = [COMMAND, "-C", str(live_home.root)]
    opened = subprocess.Popen(
        words, stdin=terminal, stdout=terminal, stderr=terminal, start_new_session=True, env=environment()
    )
    os.close(terminal)
    shown = bytearray()

    def shows(text: bytes) -> bool:
        if select.select([end], [], [], 0.05)[0]:
            shown.extend(os.read(end, 65536))
        return text in shown

    try:
        wait_for(lambda: shows(b"genesis-01"), "the room")
        os.close(end)
        if asked is not None:
            opened.send_signal(asked)
        wait_for(lambda: opened.poll() is not None, "its end")
        assert opened.returncode == 128 + (asked or signal.SIGHUP)
    finally:
        opened.kill()
        opened.wait()


def test_a_killed_control_room_harms_nobody_and_the_next_one_finds_the_agents_with_their_age(
    live_home: LiveHome,
) -> None:
    live_home.spawn("worker-1", *live_home.python(STEPS))
    with room(live_home.root) as tmux:
        tmux.wait_for("reading page 1")
        os.kill(tmux.pid(), signal.SIGKILL)
        assert tmux.exit_status() == 137
    assert live_home.alive("worker-1")
    with room(live_home.root) as tmux:
        screen = tmux.wait_for("worker-1", "fresh", "reading page 1")
        assert "running 1" in screen


def test_ctrl_c_does_not_end_a_room_that_is_open_for_weeks_and_q_does(live_home: LiveHome) -> None:
    with room(live_home.root) as tmux:
        tmux.keys("C-c")
        tmux.wait_for("q leaves")
        tmux.keys("C-z", "C-s", "C-q", "C-a")
        tmux.keys("q")
        assert tmux.exit_status() == 0


def test_sizes_and_a_storm_of_them_change_only_the_layout(live_home: LiveHome) -> None:
    live_home.spawn("worker-1")
    with room(live_home.root) as tmux:
        tmux.wait_for("worker-1", "[1 progress]")
        for width, height in ((45, 30), (75, 40), (20, 5), (160, 45), (300, 80), (75, 24), (45, 30)):
            tmux.resize(width, height)
        tmux.wait_until(
            lambda screen: "worker-1" in screen and "progress]" not in screen, "the list alone at 45 columns"
        )
        tmux.keys("1")
        tmux.resize(75, 40)
        tmux.wait_for("worker-1", "[1 progress]")
        tmux.keys("Escape")
        tmux.wait_gone("[1 progress]")
        tmux.resize(20, 5)
        tmux.wait_for("genesis")
        tmux.resize(160, 45)
        tmux.wait_for("worker-1", "[1 progress]")


def test_a_click_selects_and_a_paste_does_nothing(live_home: LiveHome) -> None:
    live_home.spawn("worker-1")
    live_home.spawn("worker-2")
    with room(live_home.root) as tmux:
        screen = tmux.wait_for("worker-2")
        row = next(number for number, line in enumerate(screen.splitlines()) if "worker-2" in line and "│" in line)
        tmux.click(8, row)
        tmux.wait_for("─ worker-2 ·")
        tmux.paste("xyXyBEq")
        tmux.keys("?")
        tmux.wait_for("one agent down")
    assert live_home.alive("worker-1")
    assert live_home.alive("worker-2")


def test_a_viewer_says_why_and_acts_on_nothing(live_home: LiveHome) -> None:
    live_home.spawn("worker-1")
    with room(live_home.root, "--read-only") as tmux:
        tmux.wait_for("Opened to look only")
        tmux.keys("j", "x")
        tmux.wait_for("viewed:")
    assert live_home.alive("worker-1")


def test_a_wrong_swarm_toml_opens_a_viewer_that_names_the_line(live_home: LiveHome) -> None:
    (live_home.root / "swarm.toml").write_text("[slots]\nmaxx = 3\n")
    with room(live_home.root) as tmux:
        tmux.wait_for("swarm.toml is wrong", "maxx")


def test_a_home_that_is_missing_is_said_to_be_and_shown_as_soon_as_it_is_made(tmp_path: Path) -> None:
    place = tmp_path / "not-yet"
    with Tmux([COMMAND, "-C", str(place)]) as tmux:
        tmux.wait_for("There is no swarm home here.")
        subprocess.run([COMMAND, "init", str(place)], check=True, capture_output=True)
        tmux.wait_for("genesis-01", "next in 1")
        tmux.wait_gone("There is no swarm home here.")
        tmux.keys("q")
        assert tmux.exit_status() == 0
        tmux.wait_for("No process beats in this home now. To keep its heartbeats coming: swarm-tui -C", "not-yet")
        assert tmux.screen().split()[-1] == "run"


def test_an_edited_swarm_toml_holds_at_once_and_a_wrong_one_is_told_without_losing_the_old(live_home: LiveHome) -> None:
    with room(live_home.root) as tmux:
        tmux.wait_for("0/12 committed")
        live_home.rules(slots=7)
        tmux.wait_for("0/7 committed")
        good = (live_home.root / "swarm.toml").read_text()
        (live_home.root / "swarm.toml").write_text("[slots]\nmaxx = 3\n")
        tmux.wait_for("swarm.toml is wrong", "maxx", "0/7 committed")
        (live_home.root / "swarm.toml").write_text(good)
        tmux.wait_gone("swarm.toml is wrong")


def test_a_foreign_tree_is_shown_as_it_is(tmp_path: Path) -> None:
    agent = tmp_path / "swarm" / "agents" / "somebody"
    agent.mkdir(parents=True)
    (agent / "progress.md").write_text("2026-02-28 09:23 - Browsed 5/10 competitor pages.\n")
    with Tmux([COMMAND, "-C", str(tmp_path)]) as tmux:
        tmux.wait_for("Not a swarm home", "somebody", "Browsed 5/10 competitor pages.")
    assert sorted(path.name for path in agent.iterdir()) == ["progress.md"]


def test_two_rooms_agree_on_who_beats(live_home: LiveHome) -> None:
    with room(live_home.root) as first:
        first.wait_for("next in 1")
        with room(live_home.root) as second:
            second.wait_for("beat: control room")
            second.keys("q")
            second.exit_status()
        first.keys("B")
        first.wait_for("Beat now?", "It ends nobody.")
        first.keys("y")
        first.wait_for("♥ 1")


def test_the_demo_quits_from_the_keyboard_and_leaves_nothing(tmp_path: Path) -> None:
    place = tmp_path / "demo"
    with Tmux([COMMAND, "demo", "--dir", str(place)]) as tmux:
        tmux.wait_for("idea-alpha", "scout-01", deadline=60)
        tmux.keys("q")
        assert tmux.exit_status(deadline=60) == 0
    marker = str(place)
    running = subprocess.run(["ps", "-eo", "pid,args"], capture_output=True, text=True, check=True).stdout
    assert not [line for line in running.splitlines() if marker in line]


# -- hostile text, byte by byte ----------------------------------------------------------------------------------------


def test_no_text_of_an_agent_reaches_the_terminal_as_anything_but_text(live_home: LiveHome, tmp_path: Path) -> None:
    """Every hostile text in every file that is shown, every tab and dialog opened: the bytes hold nothing that a
    benign swarm's do not (HT1)."""
    live_home.spawn("victim")
    benign = _bytes_of(live_home, tmp_path / "benign")
    agent = live_home.agent("victim")
    lines = [f"2026-02-28 09:23 - {text}".replace("\n", " ") for text in HOSTILE.values()]
    agent.progress.write_bytes("\n".join(lines).encode("utf-8", "surrogatepass") + b"\n")
    agent.stdout.write_bytes("\n".join(HOSTILE.values()).encode("utf-8", "surrogatepass") + b"\n")
    agent.task.write_bytes("\n".join(HOSTILE.values()).encode("utf-8", "surrogatepass"))
    hostile = _bytes_of(live_home, tmp_path / "hostile")
    for name, sequence in FORBIDDEN.items():
        assert hostile.count(sequence) <= benign.count(sequence), name


FORBIDDEN = {
    "clipboard": b"\x1b]52",
    "title": b"\x1b]0;",
    "icon": b"\x1b]2;",
    "link": b"\x1b]8;",
    "device control": b"\x1bP",
    "privacy message": b"\x1b^",
    "application command": b"\x1b_",
    "leave the alternate screen": b"\x1b[?1049l",
    "single-byte control sequence": "\x9b".encode(),
    "single-byte system command": "\x9d".encode(),
    "bell": b"\x07",
    "right-to-left override": "\u202e".encode(),
    "tag": "\U000e0041".encode(),
}


def _bytes_of(live_home: LiveHome, record: Path) -> bytes:
    """What the program sends to its terminal while every tab and dialog is looked at; it is ended by SIGKILL, so that
    its own farewell is not in it."""
    command = shlex.join([COMMAND, "-C", str(live_home.root)])
    script = (
        "import os, pty, sys\n"
        "out = open(sys.argv[1], 'wb', buffering=0)\n"
        "def read(fd):\n"
        "    data = os.read(fd, 65536)\n"
        "    out.write(data)\n"
        "    return data\n"
        "pty.spawn(['sh', '-c', 'exec ' + sys.argv[2]], read)\n"
    )
    with Tmux([sys.executable, "-c", script, str(record), command]) as tmux:
        tmux.wait_for("victim")
        tmux.keys("j")
        for tab in "123456":
            tmux.keys(tab)
            tmux.wait_for(f"[{tab} ")
        for key, word in (("b", "what it would do"), ("x", "Stop genesis-01/victim?"), ("?", "one agent down")):
            tmux.keys(key)
            tmux.wait_for(word)
            tmux.keys("Escape")
            tmux.wait_gone(word)
        (program,) = [int(pid) for pid in _children(tmux.pid())]
        os.kill(program, signal.SIGKILL)
        wait_for(lambda: not Path(f"/proc/{program}").exists(), "the program to end")
    return record.read_bytes()


def _children(pid: int) -> list[str]:
    return subprocess.run(
        ["ps", "-o", "pid=", "--ppid", str(pid)], capture_output=True, text=True, check=False
    ).stdout.split()
