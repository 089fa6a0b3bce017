"""The reserve: files taken out and put back, each once, and nothing else touched."""

import errno
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from swarm.store import reserve


@pytest.fixture
def place(tmp_path: Path) -> Path:
    directory = tmp_path / "reserve"
    directory.mkdir()
    for name, size in (("1", 100), ("2", 200), ("3", 300)):
        (directory / name).write_bytes(b"x" * size)
    (directory / "notes.json").write_text("{}")
    return directory


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path


def within(directory: Path, act: Callable[[int], bool]) -> bool:
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        return act(descriptor)
    finally:
        os.close(descriptor)


def test_the_smallest_file_that_is_large_enough_is_taken(place: Path, home: Path) -> None:
    assert within(home, lambda here: reserve.take(place, "record", here, 150))
    assert (home / "record").stat().st_size == 200
    assert reserve.held(place) == (2, 400)


def test_where_none_is_large_enough_it_is_the_largest(place: Path, home: Path) -> None:
    assert within(home, lambda here: reserve.take(place, "record", here, 5000))
    assert (home / "record").stat().st_size == 300


def test_what_is_to_be_kept_is_not_taken(place: Path, home: Path) -> None:
    assert not within(home, lambda here: reserve.take(place, "record", here, 1, keep=3))
    assert reserve.held(place).files == 3


def test_files_are_given_up_one_by_one_until_an_act_finds_room(place: Path) -> None:
    def act() -> str:
        if reserve.held(place).files > 1:
            raise OSError(errno.EDQUOT, "")
        return "done"

    assert reserve.with_room(place, act) == "done"
    assert (place / "notes.json").exists()


@pytest.mark.parametrize("number", [errno.EIO, errno.EROFS])
def test_for_any_other_fault_none_is_given_up(place: Path, number: int) -> None:
    def act() -> None:
        raise OSError(number, "as the test says")

    with pytest.raises(OSError, match="as the test says"):
        reserve.with_room(place, act)
    assert reserve.held(place).files == 3


def test_an_old_file_is_put_back_under_a_free_name_and_one_with_a_second_name_is_not(place: Path, home: Path) -> None:
    (home / "7").write_bytes(b"y" * 50)
    (home / "8").write_bytes(b"z")
    (home / "state.json").hardlink_to(home / "8")
    assert within(home, lambda here: reserve.put_back(place, "7", here))
    assert not within(home, lambda here: reserve.put_back(place, "8", here))
    assert (place / "4").read_bytes() == b"y" * 50
    assert (home / "state.json").read_bytes() == b"z"
