"""How the command ends: the table of exit statuses, signals, closed pipes, full disks, no terminal, nobody to ask."""

import errno
import fcntl
import json
import os
import pty
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from swarm.ledger.ledger import Ledger
from swarm.model.record import Holder
from swarm.platform.clock import SystemClock
from swarm.protocol.paths import Layout
from swarm_tui.cli.output import REPORT
from tests.support.cli import COMMAND, Ran, agent_environment, environment, made_home, spawned, swarm_tui
from tests.support.wait import wait_for

WORKER = ("--role", "worker", "--task", "Write the summary.", "--accept", "summary.md is there")
SLEEP = ("--", "sleep", "600")


@pytest.fixture(scope="module")
def quiet_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A home that its tests only look at, so that one is enough."""
    with made_home(tmp_path_factory.mktemp("quiet") / "my-swarm") as root:
        yield root


def spawn(home: Path, name: str, *more: str, role: str = "worker", env: dict[str, str] | None = None) -> Ran:
    task = ("--role", role, "--task", "Write the summary.", "--accept", "summary.md is there")
    return swarm_tui("spawn", name, *task, *more, "--json", *SLEEP, home=home, env=env)


def set_policy(home: Path, text: str) -> None:
    (home / "swarm.toml").write_text(text)


def code_of(ran: Ran) -> str:
    code = ran.document["error"]["code"]
    assert f"[{code}]" in ran.err
    assert set(ran.document["error"]) == {"code", "title", "detail", "hint"}
    assert ran.document["schema"] == 1
    return str(code)


@contextmanager
def started(*words: str, home: Path, stdout: int = subprocess.PIPE) -> Iterator["subprocess.Popen[bytes]"]:
    """The command in the background, ended at the latest with the block."""
    process = subprocess.Popen(
        [COMMAND, "-C", str(home), *words],
        stdin=subprocess.DEVNULL,
        stdout=stdout,
        stderr=subprocess.PIPE,
        env=environment(),
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


# -- 3: refused by policy --------------------------------------------------------------------------------------------


def test_no_slot_is_refused_with_3(swarm_home: Path) -> None:
    set_policy(swarm_home, "[slots]\nmax = 3\nreserve = 1\n")
    assert spawn(swarm_home, "w-1").status == 0
    assert spawn(swarm_home, "w-2").status == 0
    full = spawn(swarm_home, "w-3")
    assert (full.status, code_of(full)) == (3, "no-slot")
    assert spawn(swarm_home, "w-3", "--use-reserve").status == 0
    queued = spawn(swarm_home, "w-4", "--queue")
    assert queued.status == 0, queued.err
    assert queued.document["queued"] is True


def test_more_than_the_own_budget_is_refused_with_3(swarm_home: Path) -> None:
    assert spawn(swarm_home, "idea", "--slots", "2", role="idea-meta").status == 0
    env = agent_environment(swarm_home, "genesis-01/idea")
    first = spawn(swarm_home, "w-1", env=env)
    assert first.status == 0, first.err
    assert first.document["id"] == "genesis-01/idea/w-1"
    second = spawn(swarm_home, "w-2", env=env)
    assert (second.status, code_of(second)) == (3, "budget")


def test_too_deep_is_refused_with_3(swarm_home: Path) -> None:
    set_policy(swarm_home, "[slots]\nmax_depth = 1\n")
    assert spawn(swarm_home, "idea", role="idea-meta").status == 0
    deep = spawn(swarm_home, "w", "--parent", "idea")
    assert (deep.status, code_of(deep)) == (3, "depth")


def test_owning_what_another_owns_is_refused_with_3(swarm_home: Path) -> None:
    assert spawn(swarm_home, "w-1", "--owns", "site").status == 0
    both = spawn(swarm_home, "w-2", "--owns", "site/prices")
    assert (both.status, code_of(both)) == (3, "owns")


def test_a_missing_input_is_refused_with_3_and_the_nearest_name(swarm_home: Path) -> None:
    (swarm_home / "prices.csv").write_text("")
    missing = spawn(swarm_home, "w", "--input", "price.csv")
    assert (missing.status, code_of(missing)) == (3, "input")
    assert "prices.csv" in missing.err


def test_another_model_tier_is_refused_with_3(swarm_home: Path) -> None:
    set_policy(swarm_home, '[models]\ntier = "opus"\n')
    mixed = spawn(swarm_home, "w", "--model", "haiku")
    assert (mixed.status, code_of(mixed)) == (3, "model")


@pytest.mark.parametrize("words", [("progress", "x"), ("done",)], ids=" ".join)
def test_a_person_reporting_as_an_agent_is_refused_with_3(quiet_home: Path, words: Sequence[str]) -> None:
    ran = swarm_tui(*words, "--json", home=quiet_home)
    assert (ran.status, code_of(ran)) == (3, "hierarchy")


@pytest.mark.parametrize("verb", ["kill", "pause", "message", "read", "hold"])
def test_an_agent_acts_on_nobody_but_its_children(swarm_home: Path, verb: str) -> None:
    spawned(swarm_home, "w-1")
    spawned(swarm_home, "w-2")
    more = {"kill": ("--yes",), "message": ("hello",), "hold": ("--for", "1", "--why", "x")}.get(verb, ())
    env = agent_environment(swarm_home, "genesis-01/w-1")
    ran = swarm_tui(verb, "genesis-01/w-2", *more, "--json", env=env)
    assert (ran.status, code_of(ran)) == (3, "hierarchy")
    last = swarm_tui("events", "--json", home=swarm_home).document["events"][-1]
    assert (last["actor"], last["verb"], last["ok"], last["code"]) == ("genesis-01/w-1", verb, False, "hierarchy")


@pytest.mark.parametrize(
    "words", [("progress", "still here"), ("spawn", "w", *WORKER, *SLEEP)], ids=lambda words: words[0]
)
def test_a_late_word_of_an_earlier_spawn_is_refused_with_3(swarm_home: Path, words: Sequence[str]) -> None:
    env = {"SWARM_HOME": str(swarm_home), "SWARM_AGENT": "genesis-01", "SWARM_SPAWN": "of-long-ago"}
    verb, *rest = words
    ran = swarm_tui(verb, "--json", *rest, env=env)
    assert (ran.status, code_of(ran)) == (3, "hierarchy")
    last = swarm_tui("events", "--json", home=swarm_home).document["events"][-1]
    assert (last["actor"], last["verb"], last["spawn_id"], last["ok"]) == ("stranger", verb, "of-long-ago", False)


# -- 4: no such agent ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "words",
    [
        ("read", "nobody"),
        ("log", "nobody"),
        ("kill", "nobody", "--yes"),
        ("kill", "nobody"),
        ("message", "nobody", "hello"),
        ("pause", "nobody"),
        ("resume", "nobody"),
        ("hold", "nobody", "--for", "1", "--why", "x"),
        ("respawn", "nobody"),
        ("spawn", "w", "--parent", "nobody", *WORKER),
        ("spawn", "w", "--parent", "nobody", "--dry-run", *WORKER),
        ("read", ""),
        ("read", "../../etc"),
        ("read", "a\x1b[2Jb\nc"),
    ],
    ids=lambda words: " ".join(words[:2]).encode("unicode_escape").decode(),
)
def test_an_agent_that_is_not_there_is_4(quiet_home: Path, words: Sequence[str]) -> None:
    ran = swarm_tui(*words, "--json", home=quiet_home)
    assert (ran.status, code_of(ran)) == (4, "no-such-agent")
    assert "\x1b" not in ran.err


def test_a_name_that_two_agents_share_is_4_with_the_choices(swarm_home: Path) -> None:
    for parent in ("idea-a", "idea-b"):
        spawned(swarm_home, parent, role="idea-meta")
        spawned(swarm_home, "worker-1", parent=parent)
    ran = swarm_tui("kill", "worker-1", "--yes", "--json", home=swarm_home)
    assert (ran.status, code_of(ran)) == (4, "ambiguous")
    assert "genesis-01/idea-a/worker-1" in ran.err
    assert "genesis-01/idea-b/worker-1" in ran.err
    longer = swarm_tui("message", "idea-b/worker-1", "hello", home=swarm_home)
    assert longer.status == 0, longer.err


@pytest.mark.parametrize("verb", ["status", "doctor", "events", "roles", "heartbeat", "run"])
def test_no_home_is_4_with_what_to_do(tmp_path: Path, verb: str) -> None:
    here = swarm_tui(verb, "--json", cwd=tmp_path)
    assert (here.status, code_of(here)) == (4, "no-home")
    assert "swarm-tui init" in here.err
    there = swarm_tui(verb, home=tmp_path / "nowhere")
    assert there.status == 4
    assert "nowhere" in there.err


# -- 5: busy ---------------------------------------------------------------------------------------------------------


@contextmanager
def held_lock(home: Path) -> Iterator[None]:
    with Layout(home).lock.open("r+b") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


@pytest.mark.parametrize("words", [("heartbeat",), ("spawn", "w", *WORKER)], ids=lambda words: words[0])
def test_a_lock_not_had_within_the_wait_is_5(swarm_home: Path, words: Sequence[str]) -> None:
    with held_lock(swarm_home):
        command = ("--", "sleep", "600") if words[0] == "spawn" else ()
        ran = swarm_tui("--wait", "300ms", *words, "--json", *command, home=swarm_home)
        looked = swarm_tui("status", home=swarm_home)
    assert (ran.status, code_of(ran)) == (5, "busy")
    assert looked.status == 0


# -- 130 and the other signals ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("words", [("events", "-f"), ("log", "w", "-f"), ("run",)], ids=lambda words: words[0])
def test_an_interrupt_ends_with_130_and_no_word(swarm_home: Path, words: Sequence[str]) -> None:
    swarm_tui("spawn", "w", *WORKER, "--", "sh", "-c", "echo hello; sleep 600", home=swarm_home)
    with started(*words, home=swarm_home) as process:
        if words[0] == "run":
            wait_for(lambda: owner_of(swarm_home), "the owner of the heartbeat")
        else:
            assert process.stdout is not None
            assert process.stdout.readline()
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=20)
    assert process.returncode == 130
    assert err == b""


def is_owner(home: Path, pid: int) -> bool:
    owner = owner_of(home)
    return owner is not None and owner.process.pid == pid


def owner_of(home: Path) -> Holder | None:
    return Ledger(Layout(home), SystemClock()).read().owner


def test_run_beats_until_it_is_terminated_and_gives_the_heartbeat_back(swarm_home: Path) -> None:
    with started("run", "--period", "1s", "--json", home=swarm_home) as process:
        assert process.stdout is not None
        beats = [json.loads(process.stdout.readline()) for _ in range(2)]
        process.terminate()
        _, err = process.communicate(timeout=20)
    assert process.returncode == 0
    assert err == b""
    assert [beat["n"] for beat in beats] == [1, 2]
    assert all(beat["schema"] == 1 and beat["by"].startswith("run") for beat in beats)
    assert owner_of(swarm_home) is None


def test_two_runs_have_one_owner_and_the_other_says_that_it_stands_by(swarm_home: Path) -> None:
    with started("run", home=swarm_home) as first:
        wait_for(lambda: owner_of(swarm_home), "the first owner")
        with started("run", home=swarm_home) as second:
            assert second.stderr is not None
            assert b"stands by" in second.stderr.readline()
            first.terminate()
            first.communicate(timeout=20)
            wait_for(lambda: is_owner(swarm_home, second.pid), "the second owner")
            second.terminate()
            assert second.wait(timeout=20) == 0


def test_a_signal_that_interrupts_the_wait_for_the_next_look_never_hangs_run() -> None:
    code = (
        "import select, sys\n"
        "from swarm_tui.cli.commands.run import _stopped_by_signals\n"
        "with _stopped_by_signals() as stop:\n"
        "    print('ready', flush=True)\n"
        "    while not select.select([sys.stdin], [], [], 0)[0]:\n"
        "        stop.wait(0)\n"
        "    print(stop.signal, flush=True)\n"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
        for _ in range(5000):
            process.send_signal(signal.SIGTERM)
        try:
            out, _ = process.communicate(timeout=30)
        except subprocess.TimeoutExpired:
            process.kill()
            raise
    assert out == b"15\n"


def test_a_rhythm_of_its_own_does_not_change_how_long_a_silence_may_last(swarm_home: Path) -> None:
    spawned(swarm_home, "w")
    with started("run", "--period", "1s", "--json", home=swarm_home) as process:
        assert process.stdout is not None
        beats = [json.loads(process.stdout.readline()) for _ in range(5)]
    assert all(beat["passed"] for beat in beats)
    assert swarm_tui("status", "--json", home=swarm_home).document["agents"][1]["state"] == "starting"


def test_a_run_takes_over_an_edited_policy_and_tells_a_wrong_one(swarm_home: Path) -> None:
    with started("run", home=swarm_home) as process:
        wait_for(lambda: owner_of(swarm_home), "the owner")
        set_policy(swarm_home, "[heartbeat]\nperiod = 'soon'\n")
        assert process.stderr is not None
        assert b"heartbeat.period" in process.stderr.readline()
        set_policy(swarm_home, "[heartbeat]\nperiod = '1s'\n")
        assert process.stdout is not None
        assert b"heartbeat 1 passed" in process.stdout.readline()
        process.terminate()
        assert process.wait(timeout=20) == 0


# -- output that nobody takes ----------------------------------------------------------------------------------------


def reader_gone() -> int:
    """The writing end of a pipe that nobody reads."""
    reading, writing = os.pipe()
    os.close(reading)
    return writing


@pytest.mark.parametrize(
    "words",
    [("status",), ("status", "--json"), ("events",), ("events", "-f"), ("roles",), ("--help",), ("completion", "bash")],
)
def test_a_closed_pipe_ends_quietly(quiet_home: Path, words: Sequence[str]) -> None:
    writing = reader_gone()
    try:
        with started(*words, home=quiet_home, stdout=writing) as process:
            _, err = process.communicate(timeout=30)
    finally:
        os.close(writing)
    assert (process.returncode, err) == (0, b"")


def test_a_run_goes_on_when_nobody_reads_its_lines(swarm_home: Path) -> None:
    writing = reader_gone()
    try:
        with started("run", "--period", "1s", home=swarm_home, stdout=writing) as process:
            wait_for(lambda: len(Layout(swarm_home).heartbeats.read_text().splitlines()) >= 3, "three heartbeats")
            process.terminate()
            _, err = process.communicate(timeout=20)
    finally:
        os.close(writing)
    assert (process.returncode, err) == (0, b"")


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="there is no /dev/full here")
def test_a_full_disk_behind_standard_output_is_1_and_one_line(quiet_home: Path) -> None:
    full = os.open("/dev/full", os.O_WRONLY)
    try:
        with started("status", home=quiet_home, stdout=full) as process:
            _, err = process.communicate(timeout=30)
    finally:
        os.close(full)
    assert process.returncode == 1
    assert err.decode() == f"swarm-tui: {os.strerror(errno.ENOSPC)}. [system]\n"


def test_closed_standard_streams_are_no_mistake(quiet_home: Path) -> None:
    script = f'"{COMMAND}" -C "{quiet_home}" status <&- >&- 2>&-'
    assert subprocess.run(["sh", "-c", script], env=environment(), timeout=60, check=False).returncode == 0


def test_an_output_that_is_ascii_gets_ascii(swarm_home: Path) -> None:
    env = environment({"PYTHONIOENCODING": "ascii", "LC_ALL": "C"})
    (swarm_home / "swarm.toml").write_text('name = "träume"\n')
    ran = subprocess.run(
        [COMMAND, "-C", str(swarm_home), "status"], capture_output=True, env=env, timeout=60, check=False
    )
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.isascii()


# -- no terminal, and a person at one --------------------------------------------------------------------------------


def test_the_control_room_and_the_demo_need_a_terminal_and_say_what_else_there_is(quiet_home: Path) -> None:
    for words, instead in (((), "swarm-tui status"), (("--read-only",), "swarm-tui status"), (("demo",), "--headless")):
        ran = swarm_tui(*words, home=quiet_home)
        assert ran.status == 2
        assert instead in ran.err
        assert ran.out == ""


def on_a_terminal(*words: str, home: Path, typed: bytes = b"", term: str = "xterm-256color") -> tuple[int, bytes]:
    """Runs the command on a pseudo terminal, types, and gives back its exit status and what stood there."""
    shown = b""
    pid, master = pty.fork()
    if pid == 0:
        os.execve(COMMAND, [COMMAND, "-C", str(home), *words], environment({"TERM": term}))
    try:
        if typed:
            os.write(master, typed)
        while True:
            try:
                piece = os.read(master, 65536)
            except OSError:
                break  # the other side is closed
            if not piece:
                break
            shown += piece
        _, status = os.waitpid(pid, 0)
    finally:
        os.close(master)
        with suppress(ProcessLookupError, ChildProcessError):
            os.kill(pid, signal.SIGKILL)
    return os.waitstatus_to_exitcode(status), shown


@pytest.mark.parametrize(
    ("typed", "status", "state"), [(b"n\n", 1, "starting"), (b"\n", 1, "starting"), (b"y\n", 0, "killed")]
)
def test_kill_names_the_subtree_asks_and_takes_no_for_no(
    swarm_home: Path, typed: bytes, status: int, state: str
) -> None:
    spawned(swarm_home, "idea", role="idea-meta")
    spawned(swarm_home, "w", parent="idea")
    ended, shown = on_a_terminal("kill", "idea", home=swarm_home, typed=typed)
    assert ended == status, shown
    assert b"genesis-01/idea/w (starting" in shown
    rows = swarm_tui("status", "--json", home=swarm_home).document["agents"]
    assert {row["state"] for row in rows[1:]} == {state}


def test_on_a_terminal_there_is_colour_and_no_color_takes_it_away(quiet_home: Path) -> None:
    _, shown = on_a_terminal("status", home=quiet_home)
    assert b"\x1b[" in shown
    _, dumb = on_a_terminal("status", home=quiet_home, term="dumb")
    assert b"\x1b" not in dumb


def test_a_dumb_terminal_gets_a_message_and_no_screen(quiet_home: Path) -> None:
    ended, shown = on_a_terminal(home=quiet_home, term="dumb")
    assert ended == 2
    assert b"TERM=dumb" in shown
    assert b"\x1b" not in shown


# -- our own mistakes ------------------------------------------------------------------------------------------------


BROKEN = """
import sys
from swarm_tui.cli import main as cli
from swarm_tui.cli.commands import status
def failing(args, out):
    raise ZeroDivisionError("never mind")
status.status = failing
sys.argv = ["swarm-tui", "status", *sys.argv[1:]]
sys.exit(cli.main())
"""


def broken(*words: str, env: dict[str, str] | None = None) -> Ran:
    import sys

    ran = subprocess.run(
        [sys.executable, "-c", BROKEN, *words],
        capture_output=True,
        text=True,
        env=environment(env),
        timeout=60,
        check=False,
    )
    return Ran(ran.returncode, ran.stdout, ran.stderr)


def test_a_mistake_of_ours_is_one_line_and_where_to_report_it() -> None:
    ran = broken("--json")
    assert ran.status == 1
    assert ran.err.splitlines() == ["swarm-tui: ZeroDivisionError: never mind [internal]", f"  {REPORT}"]
    assert ran.document["error"]["code"] == "internal"


def test_the_traceback_is_there_for_who_asks_for_it() -> None:
    assert "Traceback" in broken(env={"SWARM_TUI_DEBUG": "1"}).err
