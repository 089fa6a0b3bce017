"""How much room on a disk is enough, and what is said where it is not."""

import pytest

from swarm.model.disk import Disk, Room
from swarm.model.values import replace
from swarm.rules.disk import judge, of_agent, words

MIB, GIB = 1 << 20, 1 << 30


@pytest.mark.parametrize(
    ("free", "size", "room"),
    [
        (100 * GIB, 1000 * GIB, Room.ENOUGH),
        (600 * MIB, 1000 * GIB, Room.ENOUGH),
        (500 * MIB, 1000 * GIB, Room.LITTLE),
        (31 * MIB, 1000 * GIB, Room.NONE),
        (2 * MIB, 3 * MIB, Room.ENOUGH),
        (MIB // 4, 3 * MIB, Room.LITTLE),
        (MIB // 20, 3 * MIB, Room.NONE),
        (0, 3 * MIB, Room.NONE),
    ],
)
def test_room_is_judged_by_share_and_by_bytes_whichever_is_less(free: int, size: int, room: Room) -> None:
    assert judge(free, size, 0, 0).room is room


@pytest.mark.parametrize(
    ("free", "files", "room"),
    [
        (0, 0, Room.ENOUGH),
        (900, 1000, Room.ENOUGH),
        (90, 1000, Room.LITTLE),
        (19, 1000, Room.NONE),
        (31, 10**6, Room.NONE),
    ],
)
def test_files_run_out_as_bytes_do_and_a_disk_without_a_limit_has_enough(free: int, files: int, room: Room) -> None:
    assert judge(GIB, GIB, free, files).room is room


def test_what_is_refused_is_full_whatever_the_figures_say() -> None:
    disk = judge(GIB, GIB, 0, 0, "a quota")
    assert disk.room is Room.NONE
    assert words(disk) == "the disk is full: a quota"


FULL = judge(0, 3 * MIB, 0, 0)


def test_who_wrote_most_is_named_and_who_wrote_little_is_not() -> None:
    disk = replace(FULL, writers=(("a/worker-3", 2 * MIB, 2 * MIB), ("a/worker-1", 4096, 0)))
    assert words(disk) == "the disk is full: 0 B of 3.0 MiB left; 2.0 MiB written by a/worker-3"
    assert of_agent(disk, "a/worker-3") == "it wrote 2.0 MiB, and the disk is full"
    assert of_agent(disk, "a/worker-1") == ""


def test_what_was_written_lately_is_told_apart() -> None:
    disk = replace(FULL, writers=(("a/b", 2 * MIB, MIB),))
    assert "2.0 MiB (1.0 MiB of it lately) written by a/b" in words(disk)


def test_a_disk_that_no_agent_filled_says_so_and_one_that_was_not_measured_does_not() -> None:
    assert words(replace(FULL, writers=())).endswith("; no agent's directory holds much of it")
    assert words(FULL) == "the disk is full: 0 B of 3.0 MiB left"


def test_the_names_of_agents_are_made_safe() -> None:
    disk = replace(FULL, writers=(("a/\x1b[2Jb", 2 * MIB, 0),))
    assert "\x1b" not in words(disk)


def test_enough_room_has_no_words() -> None:
    assert words(Disk()) == ""
