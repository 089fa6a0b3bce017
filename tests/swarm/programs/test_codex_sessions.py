"""Which sessions of Codex run: those whose lock a process holds, with where they work and who sees to them."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from swarm.model.listed import SessionKind
from swarm.programs.codex.session_list import listed
from tests.support.ptys import Terminal
from tests.support.wait import wait_for

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="looks into /proc")

KEY, OTHER = "01a21557-7791-7ad0-ba4a-dfb6aa1eb3af", "01a21559-98fc-7e90-9d67-c3e9174d2c74"
WRITES = """
import sys, time
opened = [open(path, "a") for path in sys.argv[1:] if path != "app-server"]
time.sleep(300)
"""


def of_session(config: Path, key: str, first: str = "") -> tuple[str, str]:
    """The files of a session, of which none is held."""
    lock = config / "thread-writer-locks" / f"{key}.lock"
    session = config / "sessions" / "2026" / "11" / "26" / f"rollout-2026-11-26T00-53-03-{key}.jsonl"
    for path in (lock, session):
        path.parent.mkdir(parents=True, exist_ok=True)
    lock.touch()
    session.write_text(first or json.dumps({"type": "session_meta", "payload": {"cwd": "/srv/site"}}) + "\n{}\n")
    return str(lock), str(session)


@contextmanager
def written(config: Path, *files: str) -> Iterator[int]:
    """A process without a terminal that holds these files; its pid, when it does."""
    argv = [sys.executable, "-c", WRITES, *files]
    with subprocess.Popen(argv, cwd="/", start_new_session=True, stdin=subprocess.DEVNULL) as writer:
        try:
            wait_for(lambda: listed("codex", config), "its session to be seen")
            yield writer.pid
        finally:
            writer.kill()


def test_a_session_runs_while_a_process_holds_its_lock_and_not_when_only_its_files_are_there(tmp_path: Path) -> None:
    of_session(tmp_path, OTHER)
    (tmp_path / "thread-writer-locks" / ".coordination.lock").touch()
    files = of_session(tmp_path, KEY)
    assert listed("codex", tmp_path) == ()
    with written(tmp_path, *files, str(tmp_path / "thread-writer-locks" / ".coordination.lock")) as pid:
        (found,) = listed("codex", tmp_path)
        assert (found.program, found.key, found.cwd) == ("codex", KEY, "/srv/site")
        assert found.kind is SessionKind.OTHER
        assert [each.pid for each in found.processes] == [pid]
        assert not found.alone_by
    assert listed("codex", tmp_path) == ()


def test_the_sessions_of_its_server_are_in_the_background_and_name_the_way_out_of_it(tmp_path: Path) -> None:
    files = (*of_session(tmp_path, KEY), *of_session(tmp_path, OTHER))
    with written(tmp_path, "app-server", *files):
        found = listed("codex", tmp_path)
        assert sorted(each.key for each in found) == [KEY, OTHER]
        assert {each.kind for each in found} == {SessionKind.BACKGROUND}
        assert {each.alone_by for each in found} == {f"codex resume --no-daemon {key}" for key in (KEY, OTHER)}


@pytest.mark.parametrize("first", ["no JSON\n", '{"payload": {"cwd": 1}}\n', '{"payload": []}\n', "[]\n", "\n"])
def test_where_its_first_line_does_not_tell_it_works_where_its_process_does(tmp_path: Path, first: str) -> None:
    with written(tmp_path, *of_session(tmp_path, KEY, first)):
        assert [each.cwd for each in listed("codex", tmp_path)] == ["/"]


def test_one_that_has_just_begun_is_not_kept_until_something_is_written_down(tmp_path: Path) -> None:
    lock, session = of_session(tmp_path, KEY)
    with written(tmp_path, lock):
        assert [each.is_kept for each in listed("codex", tmp_path)] == [False]
    with written(tmp_path, lock, session):
        assert [each.is_kept for each in listed("codex", tmp_path)] == [True]


def test_one_in_a_terminal_is_a_persons(tmp_path: Path) -> None:
    terminal = Terminal(sys.executable, "-c", WRITES, *of_session(tmp_path, KEY))
    try:
        (found,) = wait_for(lambda: listed("codex", tmp_path), "its session to be seen") or ()
        assert found.kind is SessionKind.INTERACTIVE
    finally:
        terminal.kill()
