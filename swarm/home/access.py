"""Whether a home can be written, and if not, why: what the banner of a viewer says."""

import os
from functools import lru_cache
from pathlib import Path

from swarm.errors import Code, HomeError, PolicyError, SwarmError
from swarm.ledger.revisions import exists, look
from swarm.model.snapshot import Access
from swarm.protocol.paths import Layout
from swarm.store import reader, syscalls, writer

_OF_CODE = {
    Code.MISSING: Access.MISSING,
    Code.NEWER: Access.NEWER,
    Code.FULL: Access.FULL,
    Code.READ_ONLY: Access.READ_ONLY,
}


def access(layout: Layout, policy_error: PolicyError | None = None, *, probe: bool = False) -> tuple[Access, str]:
    """Returns how this home can be used, and why not fully ('' where it can); leaves no file behind.

    policy_error: what loading swarm.toml said. probe: try a write of a few bytes too, which finds quotas and full disks
    that their figures do not show; without it only looks are taken, cheap enough for every snapshot.
    """
    if layout.foreign:
        return Access.FOREIGN, "it has no swarm.toml: shown as it is, nothing in it is changed"
    if not layout.swarm.is_dir():
        return Access.MISSING, f"there is no {str(layout.swarm)!r}; make the home with: swarm-tui init"
    ledger = _ledger(layout)
    if ledger is not None:
        return ledger
    policy = (Access.BAD_POLICY, str(policy_error)) if policy_error is not None else None
    return _volume(layout) or (_probed(layout) if probe else None) or policy or (Access.WRITABLE, "")


def _ledger(layout: Layout) -> tuple[Access, str] | None:
    """What is wrong with the ledger. One that is missing but for its revisions is not: the next commit mends it."""
    try:
        found = os.stat(layout.state, follow_symlinks=False)
    except OSError:
        return _look(layout)
    return _remembered(os.fspath(layout.root), (found.st_ino, found.st_size, found.st_mtime_ns))


@lru_cache(maxsize=8)
def _remembered(root: str, stamp: tuple[int, int, int]) -> tuple[Access, str] | None:
    del stamp  # the key of the memory
    return _look(Layout(Path(root)))


def _look(layout: Layout) -> tuple[Access, str] | None:
    try:
        look(layout, thorough=False)
    except HomeError as error:
        return _OF_CODE.get(error.code, Access.DAMAGED), str(error)
    return None


def _volume(layout: Layout) -> tuple[Access, str] | None:
    try:
        volume = os.statvfs(layout.swarm)
    except OSError as error:
        return Access.DAMAGED, error.strerror or str(error)
    if volume.f_flag & os.ST_RDONLY:
        return Access.READ_ONLY, "it lies on a volume that is mounted read-only"
    for path in (layout.swarm, layout.revs, layout.state, layout.lock, layout.events):
        if exists(path) and not os.access(path, os.W_OK, effective_ids=os.access in os.supports_effective_ids):
            return Access.READ_ONLY, f"there is no permission to write {str(path)!r}"
    if volume.f_blocks and not volume.f_bavail:
        return Access.FULL, "its volume is full"
    if volume.f_files and not volume.f_favail:
        return Access.FULL, "its volume has no room for another file"
    return None


def _probed(layout: Layout) -> tuple[Access, str] | None:
    name = writer.temp_name("probe")
    try:
        with reader.directory(layout.swarm) as home:
            descriptor = syscalls.create(name, home)
            try:
                writer.write_all(descriptor, b"\0" * 4096)
                syscalls.sync(descriptor)
            finally:
                os.close(descriptor)
                syscalls.unlink(name, home)
    except OSError as error:
        reason: SwarmError = writer.explain(error, layout.swarm)
        return _OF_CODE.get(reason.code, Access.DAMAGED), str(reason)
    return None
