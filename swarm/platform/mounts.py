"""Which file systems lie below a directory, and whether every change in them is made through this kernel."""

import os

from swarm.keeper import procfs

_TABLE = "/proc/self/mountinfo"
_OURS = frozenset(
    {"bcachefs", "btrfs", "ext2", "ext3", "ext4", "f2fs", "jfs", "overlay", "ramfs", "reiserfs", "tmpfs", "xfs", "zfs"}
)
"""Those that no other machine writes to: their kernel hears of each change. Network disks, FUSE and the shared folders
of a virtual machine are none."""
MAX_TABLE = 1 << 20


def mount_table() -> bytes:
    """All mounts as the kernel lists them, to be compared with an earlier list; empty where it lists none."""
    return procfs.read_file(_TABLE, MAX_TABLE)


def file_systems(table: bytes, path: str) -> tuple[tuple[str, str], ...]:
    """(mount point, kind) of the file system that `path` lies on, and of all that are mounted below it.

    table: what `mount_table` returned. path: real and absolute. Empty where nothing is known of it.
    """
    inside = path.rstrip("/") + "/"
    on, below = ("", ""), []
    for line in os.fsdecode(table).splitlines():
        fields, separator, rest = line.partition(" - ")
        words = fields.split(" ")
        if not separator or len(words) < 5:
            continue
        found = _unescaped(words[4]), rest.partition(" ")[0]
        if found[0].startswith(inside):
            below.append(found)
        elif len(found[0]) >= len(on[0]) and inside.startswith(found[0].rstrip("/") + "/"):
            on = found  # of two in one place the later counts
    return (on, *below) if on[0] else ()


def hears_all_changes(found: tuple[tuple[str, str], ...]) -> bool:
    """Whether the kernel hears of each change on these file systems; False where none is known."""
    return bool(found) and all(kind in _OURS for _, kind in found)


def _unescaped(point: str) -> str:
    """A mount point as a path: blanks, tabs, line ends and backslashes stand there as octal numbers."""
    parts = point.split("\\")
    return parts[0] + "".join(chr(int(part[:3], 8)) + part[3:] for part in parts[1:])
