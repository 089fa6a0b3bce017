"""Whether there is enough room on the disk, and the words for it. Pure."""

from swarm.formatting import plural, spell_size
from swarm.model.disk import Disk, Room
from swarm.sanitize import clean

NO_SHARE, NO_BYTES = 0.02, 32 << 20
"""With less free than this share of the disk and than this many bytes, nothing is started."""
LITTLE_SHARE, LITTLE_BYTES = 0.1, 512 << 20
NO_FILES, LITTLE_FILES = 32, 512
"""The same in files; a start makes two dozen."""
NAMED = 3
MOST_OF = 0.05
"""Who wrote less than this share of what the disk holds did not fill it."""


def judge(free: int, size: int, files_free: int, files: int, refused: str = "") -> Disk:
    """Returns what these figures mean. free, size: bytes. files: how many it can hold; 0 where it has no such limit.

    refused: why nothing can be written though there is room; '' where it can.
    """
    if refused or free < min(NO_SHARE * size, NO_BYTES) or 0 <= files_free < min(NO_SHARE * files, NO_FILES):
        room = Room.NONE
    elif free < min(LITTLE_SHARE * size, LITTLE_BYTES) or files_free < min(LITTLE_SHARE * files, LITTLE_FILES):
        room = Room.LITTLE
    else:
        room = Room.ENOUGH
    return Disk(room, free, size, files_free if files else None, refused)


def words(disk: Disk) -> str:
    """The disk and who filled it in one line, like `the disk is full: 0 B of 3.0 MiB left; 2.1 MiB written by a/b`."""
    if disk.room is Room.ENOUGH:
        return ""
    title = "the disk is full" if disk.room is Room.NONE else "the disk will soon be full"
    left = disk.refused or f"{spell_size(disk.free)} of {spell_size(disk.size)} left"
    if disk.files_free is not None and disk.files_free < LITTLE_FILES and not disk.refused:
        left += f", room for {plural(disk.files_free, 'file')}"
    return f"{title}: {left}" + (f"; {_who(disk)}" if disk.writers is not None else "")


def of_agent(disk: Disk, agent: str) -> str:
    """What its row says of an agent that took a good part of a disk that is full, or nearly; '' for all others."""
    found = next((each for each in _guilty(disk) if each[0] == agent), None)
    if found is None:
        return ""
    state = "is full" if disk.room is Room.NONE else "will soon be full"
    return f"it wrote {_written(found)}, and the disk {state}"


def _who(disk: Disk) -> str:
    named = [f"{_written(each)} written by {clean(each[0], 200)}" for each in _guilty(disk)[:NAMED]]
    return ", ".join(named) or "no agent's directory holds much of it"


def _guilty(disk: Disk) -> list[tuple[str, int, int]]:
    used = max(1, disk.size - disk.free)
    return [each for each in disk.writers or () if each[1] >= MOST_OF * used]


def _written(writer: tuple[str, int, int]) -> str:
    _, size, lately = writer
    return spell_size(size) if lately in (0, size) else f"{spell_size(size)} ({spell_size(lately)} of it lately)"
