"""access: whether a home can be written, why not, and nothing left behind by asking."""

import errno
import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from swarm.errors import PolicyError
from swarm.home.access import access
from swarm.model.snapshot import Access
from swarm.protocol.paths import Layout
from tests.support import crash


@pytest.fixture
def layout(home_dir: Path) -> Layout:
    return Layout(home_dir)


def newer(layout: Layout) -> None:
    data = json.loads(layout.state.read_text())
    layout.state.write_text(json.dumps({**data, "schema": 99}))


def without_swarm(layout: Layout) -> None:
    shutil.rmtree(layout.swarm)


def without_ledger(layout: Layout) -> None:
    shutil.rmtree(layout.revs)
    layout.state.unlink()


def destroyed(layout: Layout) -> None:
    shutil.rmtree(layout.revs)
    layout.state.write_bytes(b"\0" * 100)


def linked_revisions(layout: Layout) -> None:
    layout.revs.rename(layout.root / "revs")
    layout.revs.symlink_to(layout.root / "revs")
    layout.state.unlink()


def test_a_made_home_is_writable(layout: Layout) -> None:
    assert access(layout) == (Access.WRITABLE, "")
    assert access(layout, probe=True) == (Access.WRITABLE, "")


@pytest.mark.parametrize(
    ("damage", "expected", "words"),
    [
        (newer, Access.NEWER, "newer version"),
        (without_swarm, Access.MISSING, "swarm-tui init"),
        (without_ledger, Access.MISSING, "doctor --rebuild"),
        (destroyed, Access.DAMAGED, "doctor --rebuild"),
        (linked_revisions, Access.MISSING, "doctor --rebuild"),
    ],
)
def test_a_home_that_is_not_whole_says_what_it_lacks(
    layout: Layout, damage: Callable[[Layout], None], expected: Access, words: str
) -> None:
    damage(layout)
    found, why = access(layout)
    assert found is expected
    assert words in why


def test_a_state_json_that_the_next_commit_mends_is_no_obstacle(layout: Layout) -> None:
    layout.state.write_bytes(b"")
    assert access(layout) == (Access.WRITABLE, "")


def test_a_foreign_tree_is_called_so(tmp_path: Path) -> None:
    found, why = access(Layout(tmp_path, foreign=True))
    assert found is Access.FOREIGN
    assert "swarm.toml" in why


def test_a_wrong_policy_is_passed_on(layout: Layout) -> None:
    assert access(layout, PolicyError("swarm.toml:3: slots.max: too many.")) == (
        Access.BAD_POLICY,
        "swarm.toml:3: slots.max: too many.",
    )


class Volume:
    """What statvfs says of a volume, in the parts that are asked for."""

    def __init__(self, flags: int = 0, free: int = 100, files: int = 100) -> None:
        self.f_flag = flags
        self.f_blocks, self.f_bavail = 1000, free
        self.f_files, self.f_favail = 1000, files


@pytest.mark.parametrize(
    ("volume", "expected", "words"),
    [
        (Volume(flags=os.ST_RDONLY), Access.READ_ONLY, "read-only"),
        (Volume(free=0), Access.FULL, "full"),
        (Volume(files=0), Access.FULL, "another file"),
    ],
)
def test_a_volume_that_takes_nothing_is_told_by_its_figures(
    layout: Layout, monkeypatch: pytest.MonkeyPatch, volume: Volume, expected: Access, words: str
) -> None:
    monkeypatch.setattr(os, "statvfs", lambda path: volume)
    found, why = access(layout)
    assert found is expected
    assert words in why


@pytest.mark.parametrize("which", ["swarm", "revs", "state", "lock", "events"])
def test_a_file_without_permission_to_write_is_named(
    layout: Layout, monkeypatch: pytest.MonkeyPatch, which: str
) -> None:
    """Root has every permission, so the answer of the kernel is given by hand."""
    forbidden = getattr(layout, which)
    monkeypatch.setattr(os, "access", lambda path, mode, effective_ids=False: path != forbidden)
    found, why = access(layout)
    assert found is Access.READ_ONLY
    assert str(forbidden) in why


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        (errno.ENOSPC, Access.FULL),
        (errno.EDQUOT, Access.FULL),
        (errno.EROFS, Access.READ_ONLY),
        (errno.EIO, Access.DAMAGED),
    ],
)
@pytest.mark.parametrize("operation", ["create", "write", "sync"])
def test_a_probe_finds_what_the_figures_hide_and_leaves_nothing(
    layout: Layout, number: int, expected: Access, operation: str
) -> None:
    at = crash.operations(lambda: access(layout, probe=True)).index(operation)
    before = sorted(path.name for path in layout.swarm.iterdir())
    with crash.failing(at, number):
        found, _ = access(layout, probe=True)
    assert found is expected
    assert sorted(path.name for path in layout.swarm.iterdir()) == before


def test_asking_changes_nothing(layout: Layout) -> None:
    before = sorted((path, path.stat().st_mtime_ns) for path in layout.root.rglob("*"))
    assert crash.operations(lambda: access(layout)) == []
    assert sorted((path, path.stat().st_mtime_ns) for path in layout.root.rglob("*")) == before
