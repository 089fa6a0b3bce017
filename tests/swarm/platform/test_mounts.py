"""Which file systems a directory lies on: only those count whose kernel hears of each change."""

import pytest

from swarm.platform.mounts import file_systems, hears_all_changes

ROOT = "22 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw"
HOME_ON_NFS = "23 22 0:40 / /home rw - nfs4 server:/home rw"
MEMORY_IN_IT = "24 23 0:41 / /home/me/quick rw - tmpfs tmpfs rw"
WITH_BLANKS = r"25 22 0:42 / /srv/a\040b rw - fuse.sshfs host: rw"
OVER_IT = "26 22 0:43 / /srv/a\\040b rw - xfs /dev/vdb rw"


@pytest.mark.parametrize(
    ("path", "heard"),
    [
        ("/srv/swarm", True),
        ("/home/me/swarm", False),
        ("/home", False),
        ("/homes", True),
        ("/home/me/quick/swarm", True),
        ("/home/me", False),
        ("/srv/a b/swarm", False),
        ("/srv", False),
        ("/", False),
    ],
)
def test_what_lies_on_a_network_disk_or_has_one_below_it_is_not_heard_whole(path: str, heard: bool) -> None:
    table = f"{ROOT}\n{HOME_ON_NFS}\n{MEMORY_IN_IT}\n{WITH_BLANKS}\n".encode()
    assert hears_all_changes(file_systems(table, path)) is heard


def test_of_two_file_systems_in_one_place_the_later_one_counts() -> None:
    found = file_systems(f"{ROOT}\n{WITH_BLANKS}\n{OVER_IT}\n".encode(), "/srv/a b/swarm")
    assert found == (("/srv/a b", "xfs"),)
    assert hears_all_changes(found)


@pytest.mark.parametrize("table", [b"", b"nonsense\n", b"1 2 3\n - ext4\n", b"\xff\xfe - ext4 x\n"])
def test_where_the_kernel_says_nothing_nothing_is_taken_for_heard(table: bytes) -> None:
    assert hears_all_changes(file_systems(table, "/srv/swarm")) is False
