"""store: hostile files are read in bounds or refused; writing happens whole or not at all; locks name their holder."""

import errno
import json
import os
import signal
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from swarm.errors import Busy, HomeError, SwarmError
from swarm.store import jsonio, locks, reader, syscalls, writer
from tests.support import crash
from tests.support.wait import wait_for

VICTIM = b"the operator's own words\n"


@pytest.fixture
def victim(tmp_path: Path) -> Path:
    """A file of somebody else's, dated long ago."""
    path = tmp_path / "victim"
    path.write_bytes(VICTIM)
    os.utime(path, ns=(10**18, 10**18))
    return path


def is_unharmed(victim: Path) -> bool:
    return victim.read_bytes() == VICTIM and victim.stat().st_mtime_ns == 10**18


def leftovers(directory: Path) -> list[str]:
    return [path.name for path in directory.iterdir() if path.name.startswith(".swarm-")]


# -- hostile files ---------------------------------------------------------------------------------------------------


def fifo(path: Path) -> None:
    os.mkfifo(path)


def socket_file(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as server:
        before = Path.cwd()
        os.chdir(path.parent)  # socket paths are short
        try:
            server.bind(path.name)
        finally:
            os.chdir(before)


def dangling(path: Path) -> None:
    path.symlink_to(path.parent / "nowhere")


def looping(path: Path) -> None:
    path.symlink_to(path)


def link_to_secret(path: Path) -> None:
    (path.parent / "secret").write_text('{"secret": 1}')
    path.symlink_to(path.parent / "secret")


def link_to_device(path: Path) -> None:
    path.symlink_to("/dev/zero")


ODD: dict[str, tuple[Callable[[Path], None], str]] = {
    "fifo": (fifo, "is a FIFO"),
    "socket": (socket_file, "is a socket"),
    "directory": (Path.mkdir, "is a directory"),
    "dangling link": (dangling, "is a link"),
    "looping link": (looping, "is a link"),
    "link to a file": (link_to_secret, "is a link"),
    "link to a device": (link_to_device, "is a link"),
}


@pytest.mark.parametrize("read", [reader.read_tail, reader.read_head, reader.read_json])
@pytest.mark.parametrize(("make", "why"), ODD.values(), ids=ODD)
def test_what_is_no_regular_file_is_refused_with_its_kind(
    tmp_path: Path, make: Callable[[Path], None], why: str, read: Callable[[Path], object]
) -> None:
    path = tmp_path / "progress.md"
    make(path)
    with pytest.raises(reader.Unreadable) as caught:
        read(path)
    assert caught.value.why == why


def test_a_device_is_refused() -> None:
    with pytest.raises(reader.Unreadable, match="is a device"):
        reader.read_tail(Path("/dev/zero"))


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_without_permission_says_so(tmp_path: Path) -> None:
    path = tmp_path / "progress.md"
    path.write_text("x")
    path.chmod(0)
    with pytest.raises(reader.Unreadable) as caught:
        reader.read_tail(path)
    assert caught.value.why == "permission denied"


def test_a_file_below_a_linked_directory_is_refused(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "real" / "results.json").write_text("{}")
    (tmp_path / "link").symlink_to(tmp_path / "real")
    with pytest.raises(reader.Unreadable, match="is a link"):
        reader.read_json(tmp_path / "link" / "results.json")


@pytest.mark.parametrize("read", [reader.read_tail, reader.read_head, reader.read_json])
def test_a_missing_file_is_none(tmp_path: Path, read: Callable[[Path], object]) -> None:
    assert read(tmp_path / "nothing") is None
    assert read(tmp_path / "no" / "directory") is None


def test_the_tail_of_a_5_gb_file_is_its_last_64_kib(tmp_path: Path) -> None:
    path = tmp_path / "stdout"
    with path.open("wb") as file:
        file.truncate(5 << 30)
        file.seek(0, os.SEEK_END)
        file.write(b"the end")
    read = reader.read_tail(path)
    assert read is not None
    assert (len(read.data), read.truncated, read.size) == (64 * 1024, True, (5 << 30) + 7)
    assert read.data.endswith(b"\0the end")


def test_the_head_of_a_200_mb_line_is_its_first_bytes(tmp_path: Path) -> None:
    path = tmp_path / "task.md"
    with path.open("wb") as file:
        file.write(b"begin")
        file.truncate(200 << 20)
    read = reader.read_head(path, 1000)
    assert read is not None
    assert (read.data[:5], len(read.data), read.truncated) == (b"begin", 1000, True)


def test_a_read_carries_what_changes_when_the_file_changes(tmp_path: Path) -> None:
    path = tmp_path / "progress.md"
    path.write_bytes(b"line\n")
    found = path.stat()
    assert reader.read_tail(path) == (b"line\n", found.st_ino, 5, found.st_mtime_ns, False)


# -- hostile JSON ----------------------------------------------------------------------------------------------------

NOT_OBJECTS = {
    "empty": b"",
    "blank": b" \n",
    "cut": b'{"status": "succ',
    "array": b"[1]",
    "null": b"null",
    "text": b'"done"',
    "number": b"1",
    "NaN": b'{"a": NaN}',
    "infinity": b'{"a": -Infinity}',
    "number beyond floats": b'{"a": 1e999}',
    "deep": b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
    "deep arrays": b'{"a":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    "65 levels": b'{"a":' * 65 + b"1" + b"}" * 65,
    "many digits": b'{"a": ' + b"9" * 100_000 + b"}",
    "bad UTF-8": b'{"a": "\xff\xfe"}',
    "UTF-16": '{"a": 1}'.encode("utf-16"),
    "two values": b"{} {}",
    "NUL": b"\0" * 100,
    "control character": b'{"a": "\x01"}',
}


@pytest.mark.parametrize("data", NOT_OBJECTS.values(), ids=NOT_OBJECTS)
def test_what_is_no_json_object_is_invalid_with_a_reason(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "results.json"
    path.write_bytes(data)
    with pytest.raises(jsonio.Invalid) as caught:
        reader.read_json(path)
    assert 0 < len(caught.value.why) < 200


def test_json_beyond_the_limit_is_invalid_and_not_read(tmp_path: Path) -> None:
    path = tmp_path / "results.json"
    with path.open("wb") as file:
        file.write(b"{}")
        file.truncate(200 << 20)
    with pytest.raises(jsonio.Invalid, match="larger than"):
        reader.read_json(path)


@pytest.mark.parametrize(
    ("data", "value"),
    [
        (b'{"a": 1, "a": 2}', {"a": 2}),
        (b'\xef\xbb\xbf{"a": 1}', {"a": 1}),
        (b'{"a": 1}\r\n', {"a": 1}),
        (b'{"a":' * 64 + b"1" + b"}" * 64, None),
    ],
    ids=["duplicates: the last wins", "byte order mark", "carriage return", "64 levels"],
)
def test_what_is_odd_but_an_object_is_read(tmp_path: Path, data: bytes, value: object) -> None:
    path = tmp_path / "results.json"
    path.write_bytes(data)
    read = reader.read_json(path)
    assert read is not None
    assert value is None or read == value


@given(st.binary(max_size=200))
def test_bytes_are_an_object_or_invalid_and_nothing_else(data: bytes) -> None:
    with suppress(jsonio.Invalid):
        assert isinstance(jsonio.parse_json(data), dict)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


@given(st.dictionaries(st.text(), JSON, max_size=5))
def test_what_was_written_as_json_is_read_again(value: dict[str, object]) -> None:
    assert jsonio.parse_json(jsonio.to_json(value)) == value


# -- writing ---------------------------------------------------------------------------------------------------------


def test_a_file_is_replaced_as_a_whole(tmp_path: Path) -> None:
    path = tmp_path / "ended.json"
    writer.write_json(path, {"a": 1})
    writer.write_json(path, {"b": "\ud800 and \N{SNOWMAN}"})
    assert list(json.loads(path.read_text())) == ["b"]
    assert stat.S_IMODE(path.stat().st_mode) == 0o644 & ~_umask()
    assert leftovers(tmp_path) == []


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


WRITERS: dict[str, Callable[[Path], None]] = {
    "replace": lambda path: writer.write_atomic(path, b"new"),
    "append": lambda path: writer.append_line(path, b"new"),
}


@pytest.mark.parametrize("write", WRITERS.values(), ids=WRITERS)
def test_a_link_is_refused_as_a_target_and_its_victim_stays_as_it_was(
    tmp_path: Path, victim: Path, write: Callable[[Path], None]
) -> None:
    target = tmp_path / "progress.md"
    target.symlink_to(victim)
    with pytest.raises(SwarmError, match="is a link"):
        write(target)
    assert target.is_symlink()
    assert is_unharmed(victim)


@pytest.mark.parametrize("write", [*WRITERS.values(), lambda path: writer.write_new(path, b"new")])
def test_nothing_is_written_into_a_directory_that_is_a_link(tmp_path: Path, write: Callable[[Path], None]) -> None:
    (tmp_path / "theirs").mkdir()
    (tmp_path / "agent").symlink_to(tmp_path / "theirs")
    with pytest.raises(reader.Unreadable, match="is a link"):
        write(tmp_path / "agent" / "progress.md")
    assert list((tmp_path / "theirs").iterdir()) == []


@pytest.mark.parametrize("write", WRITERS.values(), ids=WRITERS)
@pytest.mark.parametrize(("make", "why"), ODD.values(), ids=ODD)
def test_nothing_is_written_to_what_is_no_regular_file(
    tmp_path: Path, make: Callable[[Path], None], why: str, write: Callable[[Path], None]
) -> None:
    path = tmp_path / "progress.md"
    make(path)
    with pytest.raises(SwarmError):
        write(path)


def test_a_line_is_not_added_to_a_file_with_a_second_name(tmp_path: Path, victim: Path) -> None:
    (tmp_path / "progress.md").hardlink_to(victim)
    with pytest.raises(reader.Unreadable, match="second name"):
        writer.append_line(tmp_path / "progress.md", b"new")
    assert is_unharmed(victim)


@pytest.mark.parametrize("taken", ["file", "link", "dangling link"])
def test_a_new_file_takes_no_name_that_is_taken(tmp_path: Path, victim: Path, taken: str) -> None:
    path = tmp_path / "agent.json"
    if taken == "file":
        path.write_text("old")
    else:
        path.symlink_to(victim if taken == "link" else tmp_path / "nowhere")
    with pytest.raises(FileExistsError):
        writer.write_new(path, b"new")
    assert is_unharmed(victim)
    assert not (tmp_path / "nowhere").exists()
    assert leftovers(tmp_path) == []


def test_a_new_file_is_written_where_links_are_not_supported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: object) -> None:
        raise OSError(errno.EPERM, "no links here")

    monkeypatch.setattr(syscalls, "link", refuse)
    writer.write_new(tmp_path / "agent.json", b"new")
    with pytest.raises(FileExistsError):
        writer.write_new(tmp_path / "agent.json", b"newer")
    assert (tmp_path / "agent.json").read_bytes() == b"new"
    assert leftovers(tmp_path) == []


def test_a_line_after_a_torn_one_begins_a_line_of_its_own(tmp_path: Path) -> None:
    path = tmp_path / "progress.md"
    path.write_bytes(b"whole\nto")
    writer.append_line(path, b"next")
    writer.append_line(path, b"last\n", sync=True)
    assert path.read_bytes() == b"whole\nto\nnext\nlast\n"


def test_a_line_is_one_write(tmp_path: Path) -> None:
    path = tmp_path / "progress.md"
    path.write_bytes(b"torn")
    assert crash.operations(lambda: writer.append_line(path, b"x" * 100_000)) == ["open_append", "write"]


def test_a_block_of_lines_is_one_write_and_ends_in_a_newline(tmp_path: Path) -> None:
    path = tmp_path / "inbox.md"
    path.write_bytes(b"torn")
    assert crash.operations(lambda: writer.append_block(path, b"one\ntwo")) == ["open_append", "write"]
    assert path.read_bytes() == b"torn\none\ntwo\n"


def test_a_line_with_a_newline_inside_is_an_error_of_the_caller(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no newline"):
        writer.append_line(tmp_path / "progress.md", b"one\ntwo")


def test_directories_are_made_and_a_link_is_not_taken_for_one(tmp_path: Path) -> None:
    writer.make_dir(tmp_path / "a" / "b" / "c")
    writer.make_dir(tmp_path / "a" / "b" / "c")
    (tmp_path / "link").symlink_to(tmp_path / "a")
    (tmp_path / "file").write_text("")
    for path in (tmp_path / "link", tmp_path / "file"):
        with pytest.raises(reader.Unreadable):
            writer.make_dir(path)


# -- a disk that fails ------------------------------------------------------------------------------------------------


def replacing(path: Path) -> None:
    writer.write_atomic(path, b"new content")


def adding(path: Path) -> None:
    writer.append_line(path, b"new line", sync=True)


def making(path: Path) -> None:
    writer.write_new(path.with_name("new"), b"new file")


@pytest.mark.parametrize("number", crash.FAULTS, ids=errno.errorcode.get)
@pytest.mark.parametrize("short", [False, True], ids=["refused", "short"])
@pytest.mark.parametrize("action", [replacing, adding, making])
def test_a_disk_that_fails_at_any_operation_leaves_the_old_file_and_a_plain_error(
    tmp_path: Path, action: Callable[[Path], None], short: bool, number: int
) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"old\n")
    total = len(crash.operations(lambda: action(_copy(path, tmp_path / "dry"))))
    for at in range(total):
        here = _copy(path, tmp_path / f"{at}")
        with crash.failing(at, number, lasting=True, short=short) as names, pytest.raises(SwarmError) as caught:
            action(here)
        assert caught.value.title
        assert caught.value.code == ("full" if number == errno.ENOSPC else "disk"), names
        assert here.read_bytes().startswith(b"old\n") or names[at] == "sync"
        assert leftovers(here.parent) == [] or names[at] == "unlink"
        with suppress(FileExistsError):
            action(here)  # the disk has room again
    assert total >= 3


def _copy(path: Path, directory: Path) -> Path:
    directory.mkdir()
    copy = directory / path.name
    copy.write_bytes(path.read_bytes())
    return copy


@pytest.mark.parametrize("number", [errno.EROFS, errno.EACCES])
def test_a_read_only_disk_is_called_so(tmp_path: Path, number: int) -> None:
    with crash.failing(0, number), pytest.raises(HomeError) as caught:
        writer.write_atomic(tmp_path / "file", b"new")
    assert caught.value.code == "read-only"


def replace_it(path: Path) -> None:
    writer.write_atomic(path, b"new")


def test_a_writer_killed_at_any_operation_leaves_the_old_file_or_the_new_one(tmp_path: Path) -> None:
    path = tmp_path / "file"
    for when in ("before", "after"):
        at = 0
        while True:
            path.write_bytes(b"old")
            if not crash.kill_at(at, when, replace_it, path):
                break
            assert path.read_bytes() in (b"old", b"new")
            at += 1
        assert at >= 4
    assert path.read_bytes() == b"new"


# -- temp files of dead writers --------------------------------------------------------------------------------------


def test_our_own_old_temp_files_are_swept_and_nothing_else(tmp_path: Path, victim: Path) -> None:
    ours = [tmp_path / writer.temp_name(), tmp_path / writer.temp_name("state")]
    foreign = [
        tmp_path / ".swarm-notes.tmp",
        tmp_path / ".swarm-0123456789abcdef.tmp.txt",
        tmp_path / "x.swarm-0123456789abcdef.tmp",
        tmp_path / ".swarm-0123456789ABCDEF.tmp",
    ]
    for path in (*ours, *foreign):
        path.write_text("left")
        os.utime(path, (0, 0))
    young = tmp_path / writer.temp_name()
    young.write_text("being written")
    directory, link = tmp_path / writer.temp_name(), tmp_path / writer.temp_name()
    directory.mkdir()
    link.symlink_to(victim)
    os.utime(link, (0, 0), follow_symlinks=False)

    assert writer.sweep_temps(tmp_path) == 2
    assert not any(path.exists() for path in ours)
    assert all(path.exists() for path in (*foreign, young, directory))
    assert link.is_symlink()
    assert is_unharmed(victim)


def test_sweeping_what_is_not_there_sweeps_nothing(tmp_path: Path) -> None:
    assert writer.sweep_temps(tmp_path / "nothing") == 0


# -- locks -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def lock(tmp_path: Path) -> Path:
    path = tmp_path / "lock"
    path.touch()
    return path


@pytest.fixture
def other_holder(lock: Path) -> Iterator[int]:
    """Another process that holds the lock for good; its pid."""
    code = f"""
import sys, time, pathlib
sys.path[:0] = {sys.path!r}
from swarm.store.locks import FileLock
with FileLock(pathlib.Path({str(lock)!r}), 10, "counting \\x1b[31m sheep"):
    print("held", flush=True)
    time.sleep(600)
"""
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE)
    assert process.stdout is not None
    try:
        assert process.stdout.readline() == b"held\n"
        yield process.pid
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def test_a_lock_says_who_holds_it_while_it_is_held(lock: Path) -> None:
    with locks.FileLock(lock, 1, "testing"):
        who = locks.holder(lock)
        assert who is not None
        assert (who["pid"], who["purpose"], who["host"]) == (os.getpid(), "testing", os.uname().nodename)
        assert abs(who["since"] - time.time()) < 60
    assert locks.holder(lock) is None


def test_whoever_waits_in_vain_learns_who_holds_the_lock_and_since_when(lock: Path, other_holder: int) -> None:
    with pytest.raises(Busy) as caught, locks.FileLock(lock, 0.1, "testing"):
        pass
    assert f"Process {other_holder} " in caught.value.title
    assert "sheep" in caught.value.detail
    assert "\x1b" not in str(caught.value)
    assert caught.value.exit_status == 5


def test_a_stopped_holder_is_named_too(lock: Path, other_holder: int) -> None:
    os.kill(other_holder, signal.SIGSTOP)
    with pytest.raises(Busy, match=str(other_holder)), locks.FileLock(lock, 0.05, "testing"):
        pass


def test_a_killed_holder_holds_nothing(lock: Path, other_holder: int) -> None:
    os.kill(other_holder, signal.SIGKILL)
    with locks.FileLock(lock, 20, "testing"):
        who = locks.holder(lock)
        assert who is not None
        assert who["pid"] == os.getpid()


def test_a_missing_lock_is_not_made(tmp_path: Path) -> None:
    with pytest.raises(locks.LockMissing) as caught, locks.FileLock(tmp_path / "lock", 1, "testing"):
        pass
    assert "doctor --rebuild" in caught.value.hint
    assert list(tmp_path.iterdir()) == []


def test_a_lock_that_is_a_link_is_refused_and_its_victim_unharmed(tmp_path: Path, victim: Path) -> None:
    (tmp_path / "lock").symlink_to(victim)
    with pytest.raises(HomeError, match="is a link"), locks.FileLock(tmp_path / "lock", 1, "testing"):
        pass
    assert is_unharmed(victim)


def test_a_lock_that_is_a_second_name_of_a_file_is_refused(tmp_path: Path, victim: Path) -> None:
    (tmp_path / "lock").hardlink_to(victim)
    with pytest.raises(HomeError), locks.FileLock(tmp_path / "lock", 1, "testing"):
        pass
    assert is_unharmed(victim)


@pytest.mark.parametrize("make", [fifo, Path.mkdir, socket_file])
def test_a_lock_that_is_no_regular_file_is_refused(tmp_path: Path, make: Callable[[Path], None]) -> None:
    make(tmp_path / "lock")
    with pytest.raises(HomeError), locks.FileLock(tmp_path / "lock", 1, "testing"):
        pass


def test_a_lock_whose_name_was_taken_by_another_file_is_left_for_that_one(
    lock: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = syscalls.lock
    calls: list[int] = []

    def lock_then_replace(descriptor: int) -> bool:
        taken = real(descriptor)
        if not calls:
            calls.append(descriptor)
            lock.unlink()
            lock.touch()
        return taken

    monkeypatch.setattr(syscalls, "lock", lock_then_replace)
    with locks.FileLock(lock, 5, "testing"), locks.held(lock, 0.0) as mine:
        assert calls
        assert not mine, "it is the file of that name which is locked"


def test_a_file_system_without_locks_says_so(lock: Path) -> None:
    with crash.failing(0, errno.ENOTSUP), pytest.raises(locks.NoLocks), locks.FileLock(lock, 1, "testing"):
        pass


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[]", b'{"pid": "1"}', b'{"pid": 1, "since": null}', b"\xff" * 100, b"[" * 4000]
)
def test_whatever_is_in_a_lock_file_its_holder_is_a_dict_or_none(lock: Path, content: bytes) -> None:
    lock.write_bytes(content)
    assert locks.holder(lock) is None


def test_a_lock_is_not_inherited_by_programs_that_the_holder_starts(lock: Path) -> None:
    with locks.FileLock(lock, 1, "testing"):
        child = subprocess.Popen(["sleep", "600"], close_fds=False)
    try:
        with locks.FileLock(lock, 5, "testing"):
            pass
    finally:
        child.kill()
        wait_for(lambda: child.poll() is not None, "the child's end")
