"""A cursor over a file: every whole line once, whatever happens to the file between two looks, and in bounds."""

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from swarm.store.reader import Unreadable
from swarm.store.tail import FileTail, TailRead


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "file"


def add(path: Path, data: bytes) -> None:
    with path.open("ab") as file:
        file.write(data)


def look(tail: FileTail, limit: int | None = None) -> TailRead:
    part = tail.read(limit)
    assert part is not None
    return part


def test_there_is_nothing_to_read_where_there_is_no_file(path: Path) -> None:
    tail = FileTail(path)
    assert not tail.grown()
    assert tail.read() is None
    path.touch()
    assert tail.grown()
    assert look(tail) == TailRead(mtime_ns=path.stat().st_mtime_ns)


def test_a_line_is_given_once_it_has_its_end(path: Path) -> None:
    tail = FileTail(path)
    add(path, b"one\ntw")
    assert look(tail).lines == (b"one",)
    assert tail.open_line == b"tw"
    add(path, b"o\n\n")
    assert look(tail).lines == (b"two", b"")
    assert look(tail).lines == ()


def test_what_has_not_grown_is_not_opened(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    add(path, b"one\n")
    tail = FileTail(path)
    look(tail)
    opened: list[str] = []
    monkeypatch.setattr("swarm.store.tail.opened", opened.append)
    assert look(tail) == TailRead()
    assert opened == []


def test_a_limit_leaves_the_rest_for_the_next_look(path: Path) -> None:
    add(path, b"one\ntwo\nthree\n")
    tail = FileTail(path)
    assert (look(tail, 6).lines, tail.behind) == ((b"one",), 8)
    assert (look(tail, 100).lines, tail.behind) == ((b"two", b"three"), 0)


def test_of_what_comes_at_once_the_last_window_is_read_from_a_whole_line_on(path: Path) -> None:
    tail = FileTail(path, window=10)
    path.touch()
    look(tail)
    add(path, b"a long line\n12345\n678\n")
    assert look(tail)._replace(mtime_ns=0) == TailRead((b"12345", b"678"), 10, 12)
    add(path, b"another long line\n12345678\n")
    assert look(tail)._replace(mtime_ns=0) == TailRead((b"12345678",), 10, 18), "the window begins with a newline"


def test_a_line_that_began_before_the_window_is_left_out_when_its_end_comes(path: Path) -> None:
    tail = FileTail(path, window=4)
    add(path, b"begins long ago")
    assert look(tail).lines == ()
    add(path, b"\na\n")
    assert look(tail).lines == (b"a",)


def test_the_first_look_may_reach_less_far_back_than_later_ones(path: Path) -> None:
    add(path, b"one\ntwo\nthree\n")
    tail = FileTail(path, window=100, backlog=7)
    assert look(tail).lines == (b"three",)
    add(path, b"four\nfive\nsix\n")
    assert look(tail).lines == (b"four", b"five", b"six")


@pytest.mark.parametrize(("reread", "lines"), [(True, (b"new",)), (False, ())])
def test_a_file_that_was_cut_is_read_anew_or_from_where_it_ends_now(path: Path, reread: bool, lines: object) -> None:
    add(path, b"a long first life\nhalf")
    tail = FileTail(path, reread=reread)
    look(tail)
    path.write_bytes(b"new\n")
    part = look(tail)
    assert (part.change, part.lines) == ("cut", lines)
    add(path, b"next\n")
    assert look(tail).lines == (b"next",)


def test_a_file_in_the_place_of_another_is_read_from_its_beginning(path: Path) -> None:
    add(path, b"one\nhalf")
    tail = FileTail(path)
    look(tail)
    other = path.with_name("other")
    other.write_bytes(b"a longer file than the first one\n")
    other.replace(path)
    part = look(tail)
    assert (part.change, part.lines) == ("replaced", (b"a longer file than the first one",))


def test_a_file_that_was_gone_is_another_one_though_it_be_the_same_inode(path: Path) -> None:
    add(path, b"one\n")
    tail = FileTail(path)
    look(tail)
    path.rename(path.with_name("away"))
    assert tail.read() is None
    path.with_name("away").rename(path)
    part = look(tail)
    assert (part.change, part.lines) == ("replaced", (b"one",))


def test_what_is_no_plain_file_is_refused_and_reading_goes_on_when_it_is_one_again(path: Path) -> None:
    add(path, b"one\n")
    tail = FileTail(path)
    look(tail)
    path.rename(path.with_name("away"))
    path.symlink_to("away")
    with pytest.raises(Unreadable, match="is a link"):
        tail.read()
    path.unlink()
    path.with_name("away").rename(path)
    add(path, b"two\n")
    assert look(tail).lines == (b"two",)


def test_of_a_line_beyond_bounds_the_head_is_kept(path: Path) -> None:
    tail = FileTail(path, line_bytes=10)
    add(path, b"x" * 25)
    look(tail, 7)
    look(tail)
    assert tail.open_line == b"x" * 10
    add(path, b"y\nnext\n")
    assert look(tail).lines == (b"x" * 10, b"next")


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.binary(max_size=40), st.integers(1, 50)), max_size=12))
def test_any_bytes_in_any_pieces_give_their_lines(tmp_path: Path, pieces: list[tuple[bytes, int]]) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"")
    tail = FileTail(path)
    found: list[bytes] = []
    for piece, limit in pieces:
        add(path, piece)
        found += look(tail, limit).lines
    found += look(tail).lines
    *lines, rest = b"".join(piece for piece, _ in pieces).split(b"\n")
    assert (found, tail.open_line) == (lines, rest)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.lists(st.binary(max_size=12), max_size=6), max_size=8), st.integers(1, 30))
def test_a_window_gives_whole_lines_only_and_counts_every_other_byte(
    tmp_path: Path, bursts: list[list[bytes]], window: int
) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"")
    tail = FileTail(path, window=window)
    look(tail)
    for burst in bursts:
        lines = [line.replace(b"\n", b"-") for line in burst]
        add(path, b"".join(line + b"\n" for line in lines))
        part = look(tail)
        assert list(part.lines) == lines[len(lines) - len(part.lines) :]
        assert part.skipped + sum(len(line) + 1 for line in part.lines) == sum(len(line) + 1 for line in lines)


def test_no_descriptor_stays_open(path: Path) -> None:
    add(path, b"one\n")
    before = len(os.listdir("/dev/fd"))
    tail = FileTail(path)
    look(tail)
    path.unlink()
    tail.read()
    assert len(os.listdir("/dev/fd")) == before
