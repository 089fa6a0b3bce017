"""A directory moves whole into a place that no other one has."""

from pathlib import Path

import pytest

from swarm.errors import HomeError
from swarm.store import syscalls
from swarm.store.moves import move_directory
from swarm.store.reader import Unreadable


def test_a_directory_moves_with_all_that_lies_in_it(tmp_path: Path) -> None:
    (tmp_path / "a" / "deep").mkdir(parents=True)
    (tmp_path / "a" / "deep" / "file").write_text("kept")
    (tmp_path / "b").mkdir()
    move_directory(tmp_path / "a", tmp_path / "b" / "c")
    assert (tmp_path / "b" / "c" / "deep" / "file").read_text() == "kept"
    assert not (tmp_path / "a").exists()


def test_a_place_that_is_taken_stays_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "file").write_text("its own")
    with pytest.raises(FileExistsError):
        move_directory(tmp_path / "a", tmp_path / "b")
    assert (tmp_path / "a").is_dir()
    assert (tmp_path / "b" / "file").read_text() == "its own"


def test_an_empty_place_of_a_mover_that_died_gives_way(tmp_path: Path) -> None:
    (tmp_path / "a" / "deep").mkdir(parents=True)
    (tmp_path / "b").mkdir()
    move_directory(tmp_path / "a", tmp_path / "b")
    assert (tmp_path / "b" / "deep").is_dir()


def test_what_cannot_be_moved_leaves_no_empty_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a").mkdir()

    def refuse(*_: object) -> None:
        raise OSError(13, "Permission denied")

    monkeypatch.setattr(syscalls, "move", refuse)
    with pytest.raises(HomeError):
        move_directory(tmp_path / "a", tmp_path / "b")
    assert [path.name for path in tmp_path.iterdir()] == ["a"]


def test_nothing_moves_through_a_link(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    with pytest.raises(Unreadable):
        move_directory(tmp_path / "a", tmp_path / "link" / "b")
    assert list((tmp_path / "real").iterdir()) == []
