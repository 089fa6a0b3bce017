"""The keeper: starts a program cleanly, outlives everybody, and leaves nothing of it behind."""

import ast
import json
import os
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from swarm import platform
from swarm.errors import SwarmError
from swarm.keeper import procfs
from swarm.keeper.jsonfile import encode, open_directory, write_atomic
from swarm.keeper.process_tree import ProcessTree
from swarm.keeper.procfs import parse_stat
from swarm.keeper.supervise import Terms, read_order
from swarm.model.agent import Liveness
from swarm.model.record import Record
from swarm.processes.identity import look
from swarm.protocol.paths import AgentDir
from swarm.store import writer
from tests.support.agents import Stage, bystanders, lives, stage
from tests.support.escapees import KINDS
from tests.support.wait import wait_for

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="looks into /proc")


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Stage]:
    with stage(tmp_path / "home") as made:
        yield made


def exit_of(agent: AgentDir) -> dict[str, Any]:
    """exit.json, once it is there."""
    wait_for(agent.exit.exists, "exit.json")
    read: dict[str, Any] = json.loads(agent.exit.read_text())
    return read


def test_the_exit_code_is_known_after_nobody_has_watched(home: Stage) -> None:
    agent = home.agent()
    record = home.start(agent, "sh", "-c", "echo out; echo err >&2; exit 7")
    told = exit_of(agent)
    assert (told["code"], told["spawn_id"], told["stopped"], told["error"]) == (7, record.spawn_id, False, "")
    assert (agent.stdout.read_text(), agent.stderr.read_text()) == ("out\n", "err\n")


def test_the_signal_that_ended_a_program_is_its_negative_exit_code(home: Stage) -> None:
    agent = home.agent()
    home.start(agent, "sh", "-c", "kill -USR1 $$")
    assert exit_of(agent)["code"] == -signal.SIGUSR1


def test_kept_json_names_both_processes_so_that_a_look_at_them_holds(home: Stage) -> None:
    agent = home.agent()
    record = home.start(agent, "sleep", "60")
    kept = json.loads(agent.kept.read_text())
    assert record.keeper is not None
    assert record.process is not None
    assert (kept["keeper"]["pid"], kept["program"]["pid"]) == (record.keeper.pid, record.process.pid)
    assert [look(record.keeper), look(record.process)] == [Liveness.ALIVE, Liveness.ALIVE]
    assert kept["subreaper"] is True


def test_a_program_has_nothing_open_but_null_and_its_logs_and_no_terminal(home: Stage) -> None:
    agent = home.agent()
    leaked = os.open(__file__, os.O_RDONLY)
    os.set_inheritable(leaked, True)
    script = "ls /proc/$$/fd; readlink /proc/$$/fd/0 /proc/$$/fd/1 /proc/$$/fd/2; cat; true </dev/tty || echo no tty"
    try:
        home.start(agent, "sh", "-c", script)
    finally:
        os.close(leaked)
    exit_of(agent)
    assert agent.stdout.read_text().split("\n")[:6] == [
        "0",
        "1",
        "2",
        "/dev/null",
        str(agent.stdout),
        str(agent.stderr),
    ]
    assert agent.stdout.read_text().endswith("no tty\n")


def test_a_program_leads_its_own_session_and_starts_with_signals_as_usual(home: Stage) -> None:
    agent = home.agent()
    record = home.start(agent, "sh", "-c", "grep -E '^Sig(Ign|Blk)' /proc/self/status; sleep 60")
    assert record.process is not None
    assert record.keeper is not None
    wait_for(lambda: agent.stdout.exists() and agent.stdout.read_text().count("\n") == 2, "its status")
    # 32 and 33 are the C library's own: it neither hands them out nor lets anybody set them back.
    ours = ~(1 << 31 | 1 << 32)
    assert {int(line.split()[1], 16) & ours for line in agent.stdout.read_text().splitlines()} == {0}
    sessions = [os.getsid(pid) for pid in (record.process.pid, record.keeper.pid)]
    assert sessions == [record.process.pid, record.keeper.pid]


def test_a_program_sees_its_own_environment_and_no_more_than_it_was_given(home: Stage) -> None:
    agent = home.agent()
    record = home.start(agent, "env", env={"COLOUR": "gr\u00fcn"})
    exit_of(agent)
    seen = dict(line.split("=", 1) for line in agent.stdout.read_text().splitlines())
    assert seen["SWARM_SPAWN"] == record.spawn_id
    assert seen["COLOUR"] == "gr\u00fcn"
    assert set(seen) == {"SWARM_SPAWN", "SWARM_HOME", "SWARM_AGENT", "COLOUR", "PATH", "HOME", "LANG"}


def test_what_is_inherited_is_never_written_down(home: Stage) -> None:
    agent = home.agent()
    launch = home.launch(agent, "env")
    home.runner.spawn(agent, launch.__class__(launch.spawn_id, launch.argv, launch.env, agent.path, {"KEY": "s3cret"}))
    exit_of(agent)
    assert "KEY=s3cret" in agent.stdout.read_text()
    assert "s3cret" not in agent.launch.read_text()
    assert stat.S_IMODE(agent.launch.stat().st_mode) == 0o600


def test_standard_input_comes_from_a_file_where_one_is_named(home: Stage) -> None:
    agent = home.agent()
    brief = agent.path / "brief"
    brief.write_text("do it well\n")
    launch = home.launch(agent, "cat")
    with_input = launch.__class__(launch.spawn_id, launch.argv, launch.env, agent.path, launch.inherited, stdin=brief)
    home.runner.spawn(agent, with_input)
    exit_of(agent)
    assert agent.stdout.read_text() == "do it well\n"


def test_the_keeper_stays_below_ten_megabytes(home: Stage) -> None:
    record = home.start(home.agent(), "sleep", "60")
    assert record.keeper is not None
    keeper = record.keeper.pid
    wait_for(
        lambda: "keeper/__main__.py" in platform.command(keeper) and record.spawn_id in platform.command(keeper),
        "its lean self",
    )
    assert psutil.Process(keeper).memory_info().rss <= 10 * 1024 * 1024


def test_the_keeper_at_work_has_imported_nothing_that_it_can_do_without() -> None:
    root = str(Path(platform.__file__).parents[2])
    script = f"import sys; sys.path.append({root!r}); import swarm.keeper.supervise; print(*sys.modules)"
    told = subprocess.run([sys.executable, "-I", "-S", "-E", "-c", script], capture_output=True, text=True, check=True)
    heavy = {
        "enum",
        "re",
        "json",
        "ctypes",
        "typing",
        "dataclasses",
        "msgspec",
        "collections",
        "signal",
        "pathlib",
        "subprocess",
    }
    assert heavy & set(told.stdout.split()) == set()


def test_the_keeper_and_its_parts_import_the_standard_library_only() -> None:
    swarm_rooms = Path(platform.__file__).parent.parent
    rooms = [*(swarm_rooms / "keeper").glob("*.py")]
    allowed = sys.stdlib_module_names | {"swarm.keeper"}
    for room in rooms:
        for node in ast.walk(ast.parse(room.read_text())):
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                assert node.level == 0
                names = [node.module or ""]
            else:
                continue
            for name in names:
                top = ".".join(name.split(".")[:2]) if name.startswith("swarm") else name.split(".")[0]
                assert top in allowed, f"{room.name} imports {name}"


def test_temp_files_of_a_killed_keeper_are_ones_that_the_store_sweeps(tmp_path: Path) -> None:
    directory = open_directory(str(tmp_path))
    with pytest.raises(OSError, match="directory"):
        write_atomic("no/such", {}, directory, sync=False)
    assert list(tmp_path.iterdir()) == [], "what failed is taken away"
    (tmp_path / "exit.json").mkdir()
    names: list[str] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "unlink", lambda name, **_: names.append(name))
        with pytest.raises(OSError, match="directory"):
            write_atomic("exit.json", {}, directory, sync=False)
    os.close(directory)
    assert [each.name for each in tmp_path.iterdir() if each.name != "exit.json"] == names
    assert writer.sweep_temps(tmp_path, 0.0, now=time.time() + 10) == 1


def test_the_keeper_survives_what_terminals_send(home: Stage) -> None:
    agent = home.agent()
    record = home.start(agent, "sleep", "60")
    assert record.keeper is not None
    for number in (signal.SIGHUP, signal.SIGINT, signal.SIGQUIT, signal.SIGTSTP):
        os.kill(record.keeper.pid, number)
    report = home.runner.stop(record, agent, 5.0)
    assert (report.gone, report.exit_code) == (True, -signal.SIGTERM)


@pytest.mark.parametrize("kind", list(KINDS))
def test_an_agent_that_ended_leaves_nothing_running(home: Stage, kind: str) -> None:
    agent = home.agent()
    home.start_escapee(agent, kind, leave=True)
    told = exit_of(agent)
    assert told["code"] == 7
    assert home.survivors(agent) == []
    assert told["found"], "what it left behind is told"
    assert told["left"] == []


def test_an_agent_that_another_one_spawned_is_not_swept_with_it(home: Stage) -> None:
    parent, child = home.agent("parent"), home.agent("child")
    launch = home.launch(child, "sleep", "60")
    # As if the parent's program had spawned it: its keeper becomes a child of the parent's keeper.
    grand = child.path / "spawn.py"
    grand.write_text(
        _SPAWN_FROM_WITHIN.format(keeper=str(Path(platform.__file__).parent.parent / "keeper" / "__main__.py"))
    )
    _write_launch(child, launch.spawn_id)
    home.start(parent, sys.executable, "-S", "-E", str(grand), str(child.path), launch.spawn_id)
    wait_for(child.kept.exists, "the child agent to run")
    kept = json.loads(child.kept.read_text())["keeper"]
    exit_of(parent)
    assert lives(kept["pid"], kept["ticks"]), "its keeper lives on"
    assert not child.exit.exists()


_SPAWN_FROM_WITHIN = """
import os, subprocess, sys
command = [sys.executable, "-I", "-S", "-E", {keeper!r}, sys.argv[1]]
subprocess.run(command, stdin=subprocess.DEVNULL, env={{**os.environ, "SWARM_SPAWN": sys.argv[2]}}, check=True)
"""


def _write_launch(agent: AgentDir, spawn_id: str) -> None:
    agent.run.mkdir()
    launch = {"spawn_id": spawn_id, "argv": ["sleep", "60"], "env": {"SWARM_SPAWN": spawn_id}, "cwd": str(agent.path)}
    agent.launch.write_text(json.dumps(launch))


def test_a_spawn_is_started_once(home: Stage) -> None:
    agent = home.agent()
    launch = home.launch(agent, "sleep", "60")
    first = home.runner.spawn(agent, launch)
    with pytest.raises(SwarmError, match="started before"):
        home.runner.spawn(agent, launch)
    assert look(first.program) is Liveness.DEAD, "what fails leaves nothing running"


def test_a_term_without_an_order_stops_on_the_terms_of_the_start(home: Stage) -> None:
    agent = home.agent()
    launch = home.launch(agent, "sh", "-c", "trap '' TERM; echo up; while :; do sleep 0.05; done", grace=0.2)
    started = home.runner.spawn(agent, launch)
    wait_for(lambda: agent.stdout.read_text() == "up\n", "its trap")
    os.kill(started.keeper.pid, signal.SIGTERM)
    told = exit_of(agent)
    assert (told["stopped"], told["code"]) == (True, -signal.SIGKILL)


def test_an_order_of_another_spawn_is_not_obeyed(tmp_path: Path) -> None:
    (tmp_path / ".run").mkdir()
    terms = Terms("mine", signal.SIGINT, 10.0, group=False, subreaper=True)
    for text in (
        '{"spawn_id": "other", "grace_s": 0}',
        "",
        "{",
        '{"spawn_id": "mine", "grace_s": "soon"}',
        "\0\0",
        "[1]",
    ):
        (tmp_path / ".run" / "order.json").write_text(text)
        directory = open_directory(str(tmp_path))
        assert read_order(directory, terms) == 10.0, text
        os.close(directory)


def test_an_order_says_how(tmp_path: Path) -> None:
    (tmp_path / ".run").mkdir()
    (tmp_path / ".run" / "order.json").write_text('{\n  "spawn_id": "mine",\n  "grace_s": 0.5\n}\n')
    directory = open_directory(str(tmp_path))
    terms = Terms("mine", signal.SIGINT, 10.0, group=False, subreaper=True)
    assert read_order(directory, terms) == 0.5
    os.close(directory)


def test_a_further_order_shortens_the_grace(home: Stage) -> None:
    agent = home.agent()
    record = home.start(agent, "sh", "-c", "trap '' TERM; echo up; while :; do sleep 0.05; done")
    wait_for(lambda: agent.stdout.read_text() == "up\n", "its trap")
    assert record.keeper is not None
    agent.order.write_text(json.dumps({"spawn_id": record.spawn_id, "grace_s": 3600.0}))
    os.kill(record.keeper.pid, signal.SIGTERM)
    assert home.runner.stop(record, agent, 0.1).gone


def test_output_is_not_written_through_a_link(home: Stage, tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    victim.write_text("precious")
    agent = home.agent()
    agent.log.mkdir()
    agent.stdout.symlink_to(victim)
    with pytest.raises(SwarmError, match="log/stdout"):
        home.start(agent, "echo", "spoilt")
    assert victim.read_text() == "precious"


def test_output_is_not_written_into_a_fifo(home: Stage) -> None:
    agent = home.agent()
    agent.log.mkdir()
    os.mkfifo(agent.stdout)
    with pytest.raises(SwarmError, match="log/stdout"):
        home.start(agent, "echo", "lost")


def test_a_log_that_is_there_is_appended_to(home: Stage) -> None:
    agent = home.agent()
    agent.log.mkdir()
    agent.stdout.write_text("before\n")
    home.start(agent, "echo", "after")
    exit_of(agent)
    assert agent.stdout.read_text() == "before\nafter\n"


def test_the_end_is_told_in_the_directory_even_where_that_was_renamed(home: Stage) -> None:
    agent = home.agent()
    record = home.start(agent, "sh", "-c", "while test -e go-on; do sleep 0.01; done", env={})
    moved = AgentDir(agent.path.with_name("a.1"))
    agent.path.rename(moved.path)
    assert exit_of(moved)["spawn_id"] == record.spawn_id


def test_found_command_lines_are_bounded_and_stay_json(home: Stage) -> None:
    agent = home.agent()
    hostile = 'x"\\\n\x1b[2J\U0001f600' + "y" * 5000
    script = f"import os,sys,time\nif os.fork() == 0: os.execvp('sleep', ['sl{'e' * 10}p', '60'])\ntime.sleep(60)"
    record = home.start(agent, sys.executable, "-S", "-E", "-c", script, hostile)
    wait_for(lambda: len(platform.children(record.process.pid if record.process else 0)) == 1, "its child")
    report = home.runner.stop(record, agent, 2.0)
    assert report.gone
    assert all(len(each["command"]) <= 200 for each in exit_of(agent)["found"])


@pytest.mark.parametrize(
    "value", [None, True, 3, -1.5, 'a"b\\c\n\x1b\u2028\U0001f600', ["x", {"y": ()}], {"k": [1, None]}, "\udc80"]
)
def test_the_keepers_json_is_json(value: object) -> None:
    assert json.loads(encode(value)) == json.loads(json.dumps(value))


def test_a_process_whose_name_imitates_its_status_is_read_right() -> None:
    numbers = " ".join(str(number) for number in range(4, 53))
    seen = parse_stat(f"42 (a) R 1 (Z) S 7 42 {numbers}".encode())
    assert seen is not None
    assert (seen.pid, seen.state, seen.parent, seen.dead) == (42, "S", 7, False)


def test_half_a_status_line_is_no_process() -> None:
    assert parse_stat(b"") is None
    assert parse_stat(b"42 (sh) S 1 2 3") is None


def test_a_process_whose_first_thread_ended_has_not_ended(home: Stage) -> None:
    agent = home.agent()
    script = (
        "import ctypes, threading, time\n"
        "threading.Thread(target=time.sleep, args=(60,)).start()\n"
        "ctypes.CDLL(None).pthread_exit(None)"
    )
    record = home.start(agent, sys.executable, "-c", script)
    assert record.process is not None
    pid = record.process.pid
    wait_for(lambda: platform.state(pid) == "Z", "its first thread to end")
    assert look(record.process) is Liveness.ALIVE
    assert home.runner.stop(record, agent, 1.0).gone


def test_a_keeper_tells_what_it_may_not_signal(monkeypatch: pytest.MonkeyPatch) -> None:
    def forbidden(*_: object) -> bool:
        raise PermissionError

    monkeypatch.setattr(procfs, "send", forbidden)
    with bystanders(1) as (child,):
        family = ProcessTree(-1, "a spawn", time.sleep)
        family.sweep()
        assert (child.pid, "runs as another user: not permitted") in [(it["pid"], it["how"]) for it in family.left()]
        assert family.found() == []


def test_a_keeper_gives_up_on_what_the_kernel_holds_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(procfs, "send", lambda *_: True)  # as if the signals waited for a disk
    monkeypatch.setattr("swarm.keeper.process_tree.SWEEP_S", 0.2)
    with bystanders(1) as (child,):
        family = ProcessTree(-1, "a spawn", time.sleep)
        family.sweep()
        assert (child.pid, "does not end: the kernel holds it") in [(it["pid"], it["how"]) for it in family.left()]
        assert family.found() == []


def record_without_keeper(record: Record) -> Record:
    """What the ledger holds between the intent and the outcome."""
    return Record(record.id, record.spawn_id, record.phase)


def test_an_agent_that_the_ledger_has_no_names_for_is_found_by_what_its_keeper_wrote(home: Stage) -> None:
    agent = home.agent()
    record = home.start(agent, "sleep", "60")
    assert home.runner.started(agent, record.spawn_id) == (record.keeper, record.process)
    assert home.runner.started(agent, "another") is None
    report = home.runner.stop(record_without_keeper(record), agent, 5.0)
    assert (report.gone, report.unverified, report.exit_code) == (True, "", -signal.SIGTERM)
